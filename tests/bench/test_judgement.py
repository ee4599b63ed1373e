"""The labelled cases are the same for the same seed, and the measures add up."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from click.testing import CliRunner

from bench.judgement import picture
from bench.judgement.__main__ import main
from bench.judgement.cases import Case, halves, made
from bench.judgement.measure import Scored, calibration, quality
from bench.judgement.words import NOUNS, half


def test_cases_are_the_same_for_the_same_seed() -> None:
    assert list(made(7, 20, False)) == list(made(7, 20, False)) != list(made(8, 20, False))


def test_a_value_stands_where_its_case_says() -> None:
    for case in made(3, 100, True):
        assert case.text.encode()[case.at :].startswith(case.value.encode())


def test_halves_share_neither_surroundings_nor_words() -> None:
    assert not halves(False).keys() & halves(True).keys()
    assert not set(half(NOUNS, False)) & set(half(NOUNS, True))


def scored(score: float, true: bool) -> Scored:
    return Scored(Case("", 0, "", true, "", ""), score)


def test_measures_of_known_answers() -> None:
    told = quality([scored(0.9, True), scored(0.6, False), scored(0.2, True), scored(0.0, False)], 0.5)
    assert (told.hits, told.false_alarms, told.misses) == (1, 1, 1)
    assert (told.precision, told.recall, told.f1) == (0.5, 0.5, 0.5)


def test_calibration_counts_what_was_seen() -> None:
    bins = list(calibration([scored(0.95, True), scored(0.91, False), scored(0.55, True), scored(0.0, True)]))
    assert [(each.share, each.weight) for each in bins] == [(1.0, 1), (0.5, 2)]
    assert ElementTree.fromstring(picture.curve({"a": bins})).tag.endswith("svg")


def test_the_command_measures_and_writes(tmp_path: Path) -> None:
    source = tmp_path / "tree"
    source.mkdir()
    (source / "a.py").write_text("x = 1\n" * 10)
    out = tmp_path / "out"
    done = CliRunner().invoke(main, ["--count", "30", "--errors", "3", "--out", str(out), str(source)])
    assert done.exit_code == 0, done.output
    assert "| held out | medium |" in done.output and "| tree | 10 | 0 | 0.00 |" in done.output
    assert {path.name for path in out.iterdir()} == {"table.md", "calibration.svg"}
