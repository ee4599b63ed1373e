"""Measure how many credentials are found where they usually stand: every kind in ten surroundings and three encodings.

    python tools/surroundings.py [SAMPLES] [ID]... > bench/results/DATE-surroundings/README.md

SAMPLES (50 unless told) of each kind are drawn. A credential counts as found where its own kind is shown with a
score of 0.5 or more; the second figure adds those that are shown as another kind in the same place.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from scanner.detector import Detector  # noqa: E402
from scanner.records import Credential  # noqa: E402
from scanner.settings import DetectSettings  # noqa: E402
from tests.helpers.surroundings import ENCODINGS, SURROUNDINGS, answers  # noqa: E402

GROUPS = ("literals", "caseless literals", "names")
WORST = 60

Cell = tuple[str, str, str]
"""Group of kinds, surrounding, encoding."""


def group(kind: Credential) -> str:
    """How the kinds of one group are looked for."""
    return "names" if kind.keywords else "caseless literals" if kind.caseless else "literals"


class Count:
    """What came of all samples."""

    def __init__(self) -> None:
        self.tried: Counter[Cell] = Counter()
        self.own: Counter[Cell] = Counter()
        self.other: Counter[Cell] = Counter()
        self.left_out: Counter[str] = Counter()
        self.missed: dict[str, Counter[tuple[str, str]]] = {}  # of plain text: kind -> (surrounding, seen as)
        self.of_kind: Counter[str] = Counter()

    def add(self, kind: Credential, detector: Detector, samples: int) -> None:
        """All samples of a kind."""
        for surrounding, encoding, answer in answers(kind, detector, range(samples)):
            cell = (group(kind), surrounding, encoding)
            if answer is None:
                self.left_out[surrounding] += encoding == "plain"
                continue
            self.tried[cell] += 1
            self.own[cell] += answer.own
            self.other[cell] += bool(answer.other)
            if encoding == "plain":
                self.of_kind[kind.id] += 1
                if not answer.own:
                    self.missed.setdefault(kind.id, Counter())[surrounding, answer.other] += 1

    def shares(self, cells: Sequence[Cell]) -> str:
        """`as this kind / at all` in percent."""
        tried = sum(self.tried[cell] for cell in cells)
        own = sum(self.own[cell] for cell in cells)
        every = own + sum(self.other[cell] for cell in cells)
        return f"{100 * own / tried:.1f} / {100 * every / tried:.1f}" if tried else "-"


def table(count: Count) -> Iterator[str]:
    """Surroundings down, groups and encodings across."""
    columns = [(name, encoding) for name in GROUPS for encoding in ENCODINGS]
    yield "| surrounding | " + " | ".join(f"{name}, {encoding}" for name, encoding in columns) + " | left out |"
    yield "| --- |" + " ---: |" * (len(columns) + 1)
    for surrounding in SURROUNDINGS:
        cells = [count.shares([(name, surrounding, encoding)]) for name, encoding in columns]
        yield f"| {surrounding} | " + " | ".join(cells) + f" | {count.left_out[surrounding]} |"
    whole = [count.shares([(name, each, encoding) for each in SURROUNDINGS]) for name, encoding in columns]
    yield "| **all** | " + " | ".join(whole) + f" | {count.left_out.total()} |"


def worst(count: Count) -> Iterator[str]:
    """The kinds that are missed most often in plain text."""
    yield "| kind | found as this kind | missed in (and shown as) |"
    yield "| --- | ---: | --- |"
    order = sorted(count.missed, key=lambda name: (-count.missed[name].total() / count.of_kind[name], name))
    for name in order[:WORST]:
        share = 1 - count.missed[name].total() / count.of_kind[name]
        told = ", ".join(
            f"{surrounding} {times}" + (f" ({other})" if other else "")
            for (surrounding, other), times in sorted(count.missed[name].items())
        )
        yield f"| {name} | {100 * share:.0f} % | {told} |"
    if len(order) > WORST:
        yield f"\n{len(order) - WORST:,} more kinds are missed at least once."


def main() -> None:
    """Draw, look, print."""
    arguments = sys.argv[1:]
    samples = int(arguments.pop(0)) if arguments and arguments[0].isdigit() else 50
    detector = Detector(DetectSettings())
    kinds = [kind for kind in detector.catalogue.credentials if not arguments or kind.id in arguments]
    count = Count()
    for kind in kinds:
        count.add(kind, detector, samples)
    groups = Counter(map(group, kinds))
    told = ", ".join(f"{groups[name]:,} by {name}" for name in GROUPS)
    print("# Ten surroundings\n")
    print(f"{len(kinds):,} kinds ({told}), {samples} samples each, {count.tried.total():,} texts inspected; engine")
    print(f"{detector.engine.name}. Made by `python tools/surroundings.py {' '.join(sys.argv[1:])}`. Two figures in")
    print("percent: shown as this kind / shown at all (as this or another kind in the same place). `left out`: samples")
    print("of several lines, or with quotes, that do not stand in such a surrounding.\n")
    print("\n".join(table(count)))
    print("\n## Plain text: the kinds missed most often\n")
    print("\n".join(worst(count)))


if __name__ == "__main__":
    main()
