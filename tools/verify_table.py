"""Write docs/verify-checks.md: every confirmed request, and what it was seen to answer to on loopback.

The loopback provider of the tests plays each documented answer and each disturbance; what stands in the table is
what the verifier said. Run: python tools/verify_table.py
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from scanner.settings import VerifySettings  # noqa: E402
from scanner.verify.verifier import Verifier  # noqa: E402
from tests.helpers.samples import catalogue  # noqa: E402
from tests.verify.conftest import finding_of  # noqa: E402
from tests.verify.played import DISTURBANCES, SECTIONS  # noqa: E402
from tests.verify.provider import Reply, reply_for, serve  # noqa: E402

HEAD = """# The confirmed requests

Made by `python tools/verify_table.py` from what the verifier said to a provider on loopback that played every
documented answer and {many} disturbances ({names}, timeout); `unknown` is how many of these came out as `unknown`.
What is asked further, of the same host, is asked about what is active only.
A test runs the same.

| kind | request | active | inactive | restricted | unknown |
|---|---|---|---|---|---|
"""


class Played:
    """One provider for all kinds, whose next answer is set before it is asked."""

    def __init__(self, url: str, timeout: float) -> None:
        everywhere = tuple((identity, url) for identity in SECTIONS)
        wanted = VerifySettings(True, endpoints=everywhere, pace=0, cache_hours=0, timeout=timeout)
        self._verifier = Verifier(wanted, catalogue().__getitem__)

    def state(self, identity: str) -> str:
        """What the verifier says of that kind now."""
        (told,) = self._verifier.verify([finding_of(catalogue()[identity])])
        return told.verdict.state


def disturbed() -> Counter[str]:
    """Kind -> how many disturbances came out as unknown."""
    found: Counter[str] = Counter()
    for reply in (*DISTURBANCES.values(), Reply(200, b"{}", delay=0.3)):
        with serve(lambda _, reply=reply: reply) as provider:  # type: ignore[misc]
            played = Played(provider.url, 0.1 if reply.delay else 20.0)
            found.update(identity for identity in SECTIONS if played.state(identity) == "unknown")
    return found


def rows() -> Iterator[str]:
    """A line for each kind."""
    unknown, many = disturbed(), len(DISTURBANCES) + 1
    reply = Reply()
    with serve(lambda _: reply) as provider:
        played = Played(provider.url, 20.0)
        for identity, section in SECTIONS.items():
            seen: dict[str, list[str]] = {"active": [], "inactive": [], "restricted": []}
            for state, condition in section.conditions:
                reply = reply_for(condition)
                said = played.state(identity)
                if said != state:
                    raise SystemExit(f"{identity}: {condition} came out as {said}, not {state}")
                seen[state].append(str(condition.status))
            host = urlsplit(section.url.replace("{{", "<").replace("}}", ">")).netloc
            answers = " | ".join(", ".join(dict.fromkeys(statuses)) or "–" for statuses in seen.values())
            more = f", further {len(section.further)}" if section.further else ""
            yield f"| `{identity}` | {section.method} {host}{more} | {answers} | {unknown[identity]}/{many} |"


if __name__ == "__main__":
    names = ", ".join(DISTURBANCES)
    text = HEAD.format(many=len(DISTURBANCES) + 1, names=names) + "\n".join(rows()) + "\n"
    (ROOT / "docs" / "verify-checks.md").write_text(text, encoding="utf-8")
