"""Scores of cases, and what they come to: precision, recall, F1, calibration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from bench.judgement.cases import Case
from scanner.detector import HIGH, MEDIUM, SILENT, Detector
from scanner.records import Sighting

LEVELS = {"low": SILENT, "medium": MEDIUM, "high": HIGH}


class Scored(NamedTuple):
    """A case and the highest score that was given in it; 0 where nothing was seen."""

    case: Case
    score: float


class Quality(NamedTuple):
    """Counts at one threshold."""

    hits: int
    false_alarms: int
    misses: int

    @property
    def precision(self) -> float:
        return self.hits / max(1, self.hits + self.false_alarms)

    @property
    def recall(self) -> float:
        return self.hits / max(1, self.hits + self.misses)

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


class Bin(NamedTuple):
    """Sightings of about the same score: mean score, share of them that are true, how many they are."""

    score: float
    share: float
    weight: int


def scored(cases: Iterable[Case], detector: Detector) -> list[Scored]:
    """Judge each case by content. A true one counts where at least half of the value is covered."""
    return [Scored(case, _best(case, detector.inspect(case.text.encode()))) for case in cases]


def _best(case: Case, seen: Sequence[Sighting]) -> float:
    size = len(case.value.encode())

    def covers(sighting: Sighting) -> bool:
        low, high = max(sighting.span.start, case.at), min(sighting.span.end, case.at + size)
        return 2 * (high - low) >= size

    return max((each.score for each in seen if not case.true or covers(each)), default=0.0)


def quality(found: Iterable[Scored], threshold: float) -> Quality:
    """What is right and wrong where everything from `threshold` on is reported."""
    hits = alarms = misses = 0
    for case, score in found:
        shown = score >= threshold
        hits += shown and case.true
        alarms += shown and not case.true
        misses += case.true and not shown
    return Quality(hits, alarms, misses)


def calibration(found: Iterable[Scored], bins: int = 10) -> Iterator[Bin]:
    """How often a score is right, for `bins` equal stretches of scores above SILENT."""
    sorts: dict[int, list[Scored]] = {}
    for each in found:
        if each.score >= SILENT:
            sorts.setdefault(min(bins - 1, int(each.score * bins)), []).append(each)
    for _, group in sorted(sorts.items()):
        count = len(group)
        yield Bin(sum(each.score for each in group) / count, sum(each.case.true for each in group) / count, count)
