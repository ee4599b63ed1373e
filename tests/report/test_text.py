"""The report for people: what it says, and that the input cannot speak to the terminal."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.records import Confidence, Skip, Verdict
from scanner.report._words import size
from scanner.secrets import preview

from .made import (
    Render,
    incomplete_summary,
    make_finding,
    make_place,
    make_summary,
    text_secret,
    weird_findings,
)

COLOUR = re.compile("\x1b\\[[0-9;]+m")


def test_a_finding_says_everything(render: Render) -> None:
    first, second = make_place("a.py", blobs=12), make_place("b.py", in_head=True)
    places = (first, second, make_place("c.py"), make_place("d.py"))
    finding = make_finding(places=places, respond="Revoke it at the door.")
    text = render("text", [finding])
    for part in (
        "HIGH Some token, Somewhere",
        preview(finding.secret),
        "severity high",
        "checksum valid",
        "a.py:3:9  (commit cccccccccc, Ann, 2024-02-03, in 12 versions, not in HEAD any more)",
        "b.py:3:9  (commit cccccccccc, Ann, 2024-02-03)",
        "and 1 more place\n",
        "Revoke it at the door.",
        finding.fingerprint[:16],
    ):
        assert part in text
    assert "d.py" not in text and finding.fingerprint not in text


def test_without_advice_there_is_general_advice(render: Render) -> None:
    assert "Revoke it at Somewhere" in render("text", [make_finding()])
    assert "Revoke it where it was issued" in render("text", [make_finding(provider="")])


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (make_place("", kind="commit-message", blob=""), "commit message cccccccccccc:3:9"),
        (make_place("", kind="unreachable", commit=""), "unreachable object bbbbbbbbbbbb:3:9"),
        (make_place("x.py", kind="staged", commit=""), "x.py:3:9  (staged, "),
        (make_place("", blob="", commit="", target="-"), " -:3:9"),
        (make_place(encoding=("base64", "utf-16")), "encoded as utf-16 in base64"),
    ],
)
def test_where(place: object, expected: str, render: Render) -> None:
    assert expected in render("text", [make_finding(places=(place,))])


def test_a_file_outside_history_is_not_missing_from_head(render: Render) -> None:
    assert "HEAD" not in render("text", [make_finding(places=(make_place(commit="", in_head=False),))])


def test_several_targets_are_told_apart(render: Render) -> None:
    finding = make_finding(places=(make_place("x.py", target="one"), make_place("x.py", target="two")))
    text = render("text", [finding], make_summary(targets=("one", "two")))
    assert "one/x.py:3:9" in text and "two/x.py:3:9" in text


def test_the_provider_s_answer(render: Render) -> None:
    verdict = Verdict("active", "200 from the service", "2024-01-01", (("user", "ann"),))
    text = render("text", [make_finding(verdict=verdict)])
    assert "says active (200 from the service; user ann; 2024-01-01)" in text


def test_the_total(render: Render) -> None:
    findings = [make_finding(), make_finding(), make_finding(confidence=Confidence.MEDIUM)]
    last = render("text", findings).splitlines()[-1]
    assert last == "3 findings (2 high, 1 medium) in 1,234 objects, 5.6 MB, 1.2 s."
    assert render("text", []) == "No findings in 1,234 objects, 5.6 MB, 1.2 s.\n"


def test_what_was_not_looked_at_is_said(render: Render) -> None:
    text = render("text", [], incomplete_summary())
    assert "INCOMPLETE: 13 objects could not be looked at" in text
    assert "bad\\x1b[2J9\\xff: is damaged\\nbadly" in text and "J10" not in text and "and 3 more" in text
    assert "4 findings suppressed." in text and "Skipped: 2 too large, 1 excluded." in text
    complete = render("text", [], make_summary(skipped=(Skip("a", "too large"),)))
    assert "INCOMPLETE" not in complete and "Skipped: 1 too large." in complete


def test_quiet_is_one_line_for_each_finding(render: Render) -> None:
    finding = make_finding()
    text = render("text", [finding, make_finding()], incomplete_summary(), quiet=True)
    first = text.splitlines()[0]
    mark = finding.fingerprint[:16]
    assert len(text.splitlines()) == 2
    assert first == f"src/app.py:3:9: high: Some token: {preview(finding.secret)} [{mark}]"


def test_colour_only_when_asked_and_nothing_but_colour(render: Render) -> None:
    findings = weird_findings()
    plain = render("text", findings, incomplete_summary())
    coloured = render("text", findings, incomplete_summary(), colour=True)
    assert "\x1b" not in plain and COLOUR.search(coloured)
    assert COLOUR.sub("", coloured) == plain


def test_the_input_s_escapes_are_written_out(render: Render) -> None:
    finding = make_finding(b"\x1b]0;" + text_secret() + b"\x07", places=(make_place("a\x1b[2J\nb\udcff"),))
    text = render("text", [finding], show_secrets=True)
    assert "a\\x1b[2J\\nb\\xff:3:9" in text and "\\x1b]0;" in text


@given(secret=st.binary(min_size=1), name=st.text(st.characters()), clear=st.booleans(), quiet=st.booleans())
def test_nothing_reaches_the_terminal_raw(
    secret: bytes, name: str, clear: bool, quiet: bool, render: Render
) -> None:
    place = make_place(name, author=name, date=name, target=name)
    finding = make_finding(secret, name=name, provider=name, respond=name, places=(place,))
    text = render("text", [finding], show_secrets=clear, quiet=quiet)
    assert all(line.isprintable() for line in text.split("\n"))


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1.0 kB"), (999_999, "1.0 MB")],
)
def test_size(count: int, expected: str) -> None:
    assert size(count) == expected


def test_huge_size() -> None:
    assert size(81 * 10**8) == "8.1 GB"
    assert size(5 * 10**15) == "5,000.0 TB"
