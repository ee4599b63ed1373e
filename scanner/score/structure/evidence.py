"""What a look at a credential's structure can prove."""

from __future__ import annotations

from typing import NamedTuple


class Evidence(NamedTuple):
    """One result of a check; `text` never contains the secret.

    `kind`: "proved" (a checksum or a decodable structure is right), "broken" (a checksum is wrong, or what it
    should decode to: mistyped, masked or made up, so no more than medium), "refuted" (certainly no such
    credential: silent), "note" (moves the score by `weight`).
    """

    kind: str
    text: str
    weight: float = 0.0


def verdict(right: bool) -> list[Evidence]:
    """The two answers of a checksum."""
    return [Evidence("proved", "checksum valid") if right else Evidence("broken", "checksum invalid")]
