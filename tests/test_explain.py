"""Why a line was reported, or not."""

from __future__ import annotations

from functools import lru_cache

import pytest

from scanner.detector import Detector
from scanner.explain import explain, verdict
from scanner.settings import DetectSettings
from tests.helpers.samples import sample

DRAWN = "kW3xq9" + "Lm2ZpT"


@lru_cache
def detector() -> Detector:
    return Detector(DetectSettings())


def told(text: str, line: int = 2) -> list[str]:
    return [verdict(each) for each in explain(detector(), f"\n{text}\n".encode(), line)]


def test_what_is_reported_says_its_score() -> None:
    assert [text.split(" of ")[0] for text in told(f'password = "{DRAWN}"')] == ["reported with a score"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('password = "changeme"', "not reported: reads like a placeholder"),
        (f'password_file = "{DRAWN}"', "not reported: its name asks for something else than the credential"),
        (f'password = "{DRAWN}"  # keysieve:allow', "not reported: allowed by a comment"),
        ('password = "${DB_PASSWORD}"', "not reported: refers to a value kept elsewhere"),
    ],
)
def test_what_is_silent_says_why(text: str, reason: str) -> None:
    assert told(text) == [reason]


def test_a_low_score_is_told() -> None:
    assert told('client_secret = "wonderland"')[0].startswith("not reported: its score of 0.")


def test_a_more_specific_kind_is_named() -> None:
    answers = told(f'token = "{sample("github-pat-classic")}"')
    assert answers[0].startswith("reported")
    assert "not reported: a more specific kind stands in the same place" in answers[1:]


def test_other_lines_do_not_count() -> None:
    assert told(f'x = 1\npassword = "{DRAWN}"') == []


def test_reasons_and_start_add_up_to_the_score() -> None:
    for each in explain(detector(), f'password = "{DRAWN}"'.encode(), 1):
        assert each.start + sum(reason.weight for reason in each.reasons) == pytest.approx(each.score, abs=0.002)


def test_a_path_weighs_as_in_a_scan() -> None:
    data = f'password = "{DRAWN}"'.encode()
    plain, tested = explain(detector(), data, 1), explain(detector(), data, 1, "tests/test_login.py")
    assert tested[0].score < plain[0].score


@pytest.mark.parametrize("line", [0, 3, 99])
def test_a_line_that_is_not_there(line: int) -> None:
    with pytest.raises(IndexError):
        explain(detector(), b"a\nb\n", line)
