"""Join the lone parts of multi-part credentials within one object, in any order.

A part that stands within REACH of the main one was found with it; what is further apart, up to
`join_lines` lines, meets here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scanner.lightly import replace
from scanner.records import Credential, Reason, Sighting

JOINED = 0.9
"""The score of a pair that was joined: both names and both forms agree."""


def join(sightings: Sequence[Sighting], lookup: Callable[[str], Credential]) -> list[Sighting]:
    """The sightings of one object with every lone part joined to the nearest main part without one.

    A main part that found its secret is left alone; one main part may serve several lone parts (a rotated key).
    """
    lone = [sighting for sighting in sightings if lookup(sighting.credential).joins]
    if not lone:
        return list(sightings)
    joined: dict[int, Sighting] = {}
    used: set[int] = set()
    for part in lone:
        kind = lookup(part.credential)
        main = _nearest(part, kind, sightings)
        if main is not None:
            joined[id(part)] = _merge(main, part)
            used.add(id(main))
    return [
        joined.get(id(sighting), sighting)
        for sighting in sightings
        if id(sighting) not in used or id(sighting) in joined
    ]


def _nearest(part: Sighting, kind: Credential, sightings: Sequence[Sighting]) -> Sighting | None:
    near = [
        other
        for other in sightings
        if other.credential == kind.joins
        and not any(name == "id" for name, _ in other.parts)
        and abs(other.span.line - part.span.line) <= kind.join_lines
    ]
    return min(near, key=lambda other: abs(other.span.start - part.span.start), default=None)


def _merge(main: Sighting, part: Sighting) -> Sighting:
    reason = Reason(f"stands {abs(main.span.line - part.span.line)} lines from its other part", 0.0)
    return replace(
        part,
        credential=main.credential,
        parts=(*part.parts, ("id", main.secret)),
        score=max(main.score, part.score, JOINED),
        reasons=(*part.reasons, *main.reasons, reason),
    )
