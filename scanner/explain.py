"""Why something was reported on a line, or was not: every kind that was considered there, with its reasons."""

from __future__ import annotations

from typing import NamedTuple

from scanner.detector import MEDIUM, SILENT, Detector
from scanner.match.lines import Lines
from scanner.records import Reason
from scanner.score import place as score_place
from scanner.score.judge import judge
from scanner.secrets import Secret

_BEFORE = 4096
"""Bytes before a line from which a hit may lead to something on it."""


class Considered(NamedTuple):
    """A kind that was looked for because of what stands on the line, and what came of it."""

    credential: str
    name: str
    secret: Secret
    line: int
    column: int
    start: float  # the score before the reasons
    score: float
    reasons: tuple[Reason, ...]
    silent: str  # why it is not reported at any confidence, or ""
    covered: bool  # something more specific is reported in its place


def explain(detector: Detector, data: bytes, line: int, path: str = "") -> list[Considered]:
    """What was considered on a line (from 1) of `data`, the best first; `path` weighs as it does in a scan.

    Raises IndexError where there is no such line, TimeoutError where an expression takes too long.
    """
    low, high = _line(data, line)
    shown = {(seen.credential, seen.span.start) for seen in detector.inspect(data)}
    finder, cursor = detector.finder, Lines(data, 0)
    found: dict[tuple[str, int], Considered] = {}
    for row, end in sorted(detector.engine.scan(data), key=lambda hit: hit[1]):
        if not low - _BEFORE <= end <= high + _BEFORE:
            continue
        for at in finder.anchors(row, end, data):
            first, last = finder.window(row, at, data)
            for sight in finder.sights(row, data[first:last], at - first):
                where = sight.match.start + first
                if low <= where < high:
                    kind = finder.kinds[sight.match.credential].credential
                    answer = judge(kind, sight.match, sight.text, (sight.start, sight.end), sight.outer)
                    used = score_place.MOST_USED in answer.reasons
                    reasons = answer.reasons + score_place.weigh(path, kind.rank, used)
                    score = max(0.0, answer.score + sum(each.weight for each in reasons[len(answer.reasons) :]))
                    covered = not answer.silent and answer.score >= SILENT and (kind.id, where) not in shown
                    start = answer.score - sum(each.weight for each in answer.reasons)
                    place = cursor.locate(where)
                    told = (sight.match.secret, *place, start, score, reasons, answer.silent, covered)
                    found[kind.id, where] = Considered(kind.id, kind.name, *told)
    return sorted(found.values(), key=lambda each: (bool(each.silent), -each.score, each.credential))


def verdict(each: Considered, least: float = MEDIUM) -> str:
    """What came of it, in words."""
    if each.silent:
        return f"not reported: {each.silent}"
    if each.covered:
        return "not reported: a more specific kind stands in the same place"
    if each.score < least:
        return f"not reported: its score of {each.score:.2f} is below {least:.2f}"
    return f"reported with a score of {each.score:.2f}"


def _line(data: bytes, line: int) -> tuple[int, int]:
    """Where a line begins and ends."""
    low = 0
    for _ in range(line - 1):
        low = data.find(b"\n", low) + 1
        if not low:
            raise IndexError(line)
    if line < 1 or low >= len(data):
        raise IndexError(line)
    high = data.find(b"\n", low)
    return low, high if high >= 0 else len(data)
