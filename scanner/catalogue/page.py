"""The catalogue as a page for people, docs/catalogue.md: counts, and each category as a table."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from scanner.records import Credential

COMMAND = "keysieve patterns docs"

_FORM_ONLY = frozenset(["mixed-case", "not-hex", "uri-password", "pair-password"])
"""Checks that look at a value's letters or its surroundings, and undo or compute nothing."""

_SHOWN = 4
_WIDE = 28


def text(kinds: Sequence[Credential]) -> str:
    """The whole page. It holds names and beginnings, and nothing as long as a credential."""
    return "\n".join(_lines(kinds)) + "\n"


def _lines(kinds: Sequence[Credential]) -> Iterator[str]:
    groups: dict[str, list[Credential]] = {}
    for kind in kinds:
        groups.setdefault(_category(kind), []).append(kind)
    yield "# Catalogue\n"
    yield f"Written by `{COMMAND}`; do not edit. What was left out is in [dropped.md](dropped.md).\n"
    yield from _counts(kinds)
    yield "\n" + " · ".join(f"[{name}](#{name}) {len(groups[name]):,}" for name in sorted(groups))
    for name in sorted(groups):
        yield f"\n## {name}\n"
        yield "| provider | id | name | severity | found by | structure | source |"
        yield "| --- | --- | --- | --- | --- | --- | --- |"
        yield from map(_row, sorted(groups[name], key=lambda kind: (kind.provider.lower(), kind.id)))


def _counts(kinds: Sequence[Credential]) -> Iterator[str]:
    asked = [kind for kind in kinds if kind.verify]
    proved = [kind for kind in asked if str(kind.verify.get("source", "")).startswith("http")]
    confirmed = sum(map(_confirmed, kinds))
    yield "| | |"
    yield "| --- | ---: |"
    yield f"| kinds | {len(kinds):,} |"
    yield f"| providers | {len({kind.provider for kind in kinds}):,} |"
    yield f"| found by their text (literals) | {sum(not kind.keywords for kind in kinds):,} |"
    yield f"| found by a name beside them | {sum(bool(kind.keywords) for kind in kinds):,} |"
    yield f"| source confirmed | {confirmed:,} |"
    yield f"| source unconfirmed | {len(kinds) - confirmed:,} |"
    yield f"| with a checksum or decodable structure | {sum(map(_decodable, kinds)):,} |"
    yield f"| with a request for verification | {len(asked):,} |"
    yield f"| of these from the provider's own page | {len(proved):,} |"


def _category(kind: Credential) -> str:
    return os.path.basename(os.path.dirname(kind.file))


def _confirmed(kind: Credential) -> bool:
    return kind.source.startswith(("https://", "http://"))


def _decodable(kind: Credential) -> bool:
    return not _FORM_ONLY.issuperset(kind.structure)


def _row(kind: Credential) -> str:
    source = f"[page](<{kind.source}>)" if _confirmed(kind) else kind.source
    words = kind.keywords or kind.literals
    more = f" and {len(words) - _SHOWN} more" if len(words) > _SHOWN else ""
    sought = ("name " if kind.keywords else "") + ", ".join(map(_code, words[:_SHOWN])) + more
    cells = (kind.provider, f"`{kind.id}`", kind.name, kind.severity, sought, ", ".join(kind.structure), source)
    return "| " + " | ".join(cell if cell.startswith("`") else cell.replace("|", "\\|") for cell in cells) + " |"


def _code(word: str) -> str:
    """A literal as code, cut where it is long, on one line and without anything a table would read."""
    line = word.encode("unicode_escape").decode("ascii")
    line = line if len(line) <= _WIDE else line[: _WIDE - 1] + "…"
    mark = "``" if "`" in line else "`"
    return f"{mark}{line}{mark}"
