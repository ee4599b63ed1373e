"""Measure the judgement of generic credentials.

    python -m bench.judgement [--seed 1] [--count 2000] [--errors 0] [--out FOLDER] [TREE]...

Draws labelled cases by the seed: `tuned` from the surroundings and words that may be looked at while rules are
written, `held out` from the others. Prints precision, recall and F1 at each confidence and the worst kinds of value
and surrounding; of each TREE the generic findings for 100,000 lines. With --out, writes table.md and calibration.svg.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator

import click

from bench.judgement import cases, picture, trees
from bench.judgement.measure import LEVELS, Scored, calibration, quality, scored
from scanner.detector import MEDIUM, Detector
from scanner.settings import DetectSettings

_WORST = 15


@click.command()
@click.option("--seed", default=1, help="Of everything that is drawn.")
@click.option("--count", default=2000, help="True cases of each half; there are four times as many false ones.")
@click.option("--errors", default=0, help="Print so many wrong cases of the tuned half.")
@click.option("--out", default="", help="Write table.md and calibration.svg to this folder.")
@click.argument("tree", nargs=-1, type=click.Path(exists=True, file_okay=False))
def main(seed: int, count: int, errors: int, out: str, tree: tuple[str, ...]) -> None:
    """Measure the judgement of generic credentials on drawn, labelled cases, and on real TREEs."""
    detector = Detector(DetectSettings())
    found = {
        name: scored(cases.made(seed, count, held), detector) for name, held in (("tuned", False), ("held out", True))
    }
    lines = [f"Seed {seed}, {count} true cases in each half, four times as many false ones.", ""]
    lines += [*_levels(found), "", *_worst(found)]
    if tree:
        lines += ["", *_trees([trees.measure(path, detector) for path in tree])]
    click.echo("\n".join(lines))
    for line in _wrong(found["tuned"], errors):
        click.echo(line)
    if out:
        os.makedirs(out, exist_ok=True)
        _write(os.path.join(out, "table.md"), "# Judgement of generic credentials\n\n" + "\n".join(lines) + "\n")
        curves = {name: tuple(calibration(group)) for name, group in found.items()}
        _write(os.path.join(out, "calibration.svg"), picture.curve(curves))


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(text)


def _levels(found: dict[str, list[Scored]]) -> Iterator[str]:
    yield "| half | from | precision | recall | F1 |"
    yield "| --- | --- | ---: | ---: | ---: |"
    for half, group in found.items():
        for level, threshold in LEVELS.items():
            told = quality(group, threshold)
            yield f"| {half} | {level} | {told.precision:.3f} | {told.recall:.3f} | {told.f1:.3f} |"


def _worst(found: dict[str, list[Scored]]) -> Iterator[str]:
    yield "| half | label | kind or surrounding | wrong at medium | of |"
    yield "| --- | --- | --- | ---: | ---: |"
    for half, group in found.items():
        for true in (True, False):
            yield from (
                f"| {half} | {true} | {line}" for line in _shares([each for each in group if each.case.true == true])
            )


def _shares(group: Iterable[Scored]) -> list[str]:
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for case, score in group:
        for name in (case.kind, f"in: {case.place}"):
            counts[name][0] += (score >= MEDIUM) != case.true
            counts[name][1] += 1
    order = sorted(counts.items(), key=lambda item: (-item[1][0] / item[1][1], item[0]))
    return [f"{name} | {wrong} | {every} |" for name, (wrong, every) in order[:_WORST] if wrong]


def _trees(found: list[trees.Tree]) -> Iterator[str]:
    yield "| tree | lines | generic findings at medium | for 100,000 lines |"
    yield "| --- | ---: | ---: | ---: |"
    for each in found:
        yield f"| {each.name} | {each.lines:,} | {len(each.findings)} | {each.rate:.2f} |"


def _wrong(group: Iterable[Scored], most: int) -> Iterator[str]:
    wrong = [each for each in group if (each.score >= MEDIUM) != each.case.true]
    for case, score in wrong[:most]:
        label = "missed" if case.true else "false alarm"
        yield f"{label} {score:.2f} [{case.kind} / {case.place}] {case.value!r} in {case.text.strip()[:120]!r}"


if __name__ == "__main__":
    main()
