"""The formats that other programs read: what each of them demands, on the same awkward findings."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as xml
from pathlib import Path
from typing import Any

import pytest
import xmlschema
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from scanner.report._reader import parse_report
from scanner.report.markdown import MOST, code
from scanner.secrets import Redacted, Secret, entropy, preview, reread

from .made import (
    Render,
    incomplete_summary,
    make_finding,
    make_place,
    make_summary,
    pem_secret,
    text_secret,
    weird_findings,
)

STAMP = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$"}
TEXT = {"type": "string", "minLength": 1}
URL = {"type": "string", "pattern": "^https?://.+"}


def strict(**properties: Any) -> dict[str, Any]:
    """An object with these fields; a name that ends in `_` may be missing."""
    fields = {name.removesuffix("_"): schema for name, schema in properties.items()}
    required = [name for name in properties if not name.endswith("_")]
    return {"type": "object", "properties": fields, "required": required, "additionalProperties": False}


def many(items: dict[str, Any], least: int = 0) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": least}


PROGRAM = strict(id=TEXT, name=TEXT, version=TEXT, vendor=strict(name=TEXT))
# What GitLab's schema 15.0.7 demands of the fields that are written; others are refused here, so that a new one is
# looked up before it is written.
GITLAB = strict(
    version={"const": "15.0.7"},
    vulnerabilities=many(
        strict(
            id=TEXT,
            name={"type": "string", "maxLength": 255},
            description={"type": "string", "maxLength": 1048576},
            severity={"enum": ["Info", "Unknown", "Low", "Medium", "High", "Critical"]},
            solution={"type": "string", "maxLength": 7000},
            identifiers=many(strict(type=TEXT, name=TEXT, value=TEXT, url_=URL), 1),
            location=strict(
                file=TEXT,
                commit=strict(sha=TEXT, author_={"type": "string"}, date_={"type": "string"}),
                start_line={"type": "number"},
                end_line={"type": "number"},
            ),
            links_=many(strict(name=TEXT, url=URL)),
            raw_source_code_extract_={"type": "string"},
        )
    ),
    scan=strict(
        analyzer=PROGRAM,
        scanner=PROGRAM,
        type={"const": "secret_detection"},
        start_time=STAMP,
        end_time=STAMP,
        status={"enum": ["success", "failure"]},
        messages_=many(strict(level={"enum": ["info", "warn", "fatal"]}, value=TEXT)),
    ),
)
CODE_QUALITY = many(
    strict(
        type={"const": "issue"},
        check_name=TEXT,
        description=TEXT,
        categories=many({"const": "Security"}, 1),
        severity={"enum": ["info", "minor", "major", "critical", "blocker"]},
        content_=strict(body=TEXT),
        fingerprint=TEXT,
        location=strict(path=TEXT, lines=strict(begin={"type": "integer", "minimum": 1}, end_={"type": "integer"})),
    )
)


@pytest.mark.parametrize(("name", "schema"), [("gitlab", GITLAB), ("codeclimate", CODE_QUALITY)])
@pytest.mark.parametrize("clear", [False, True])
def test_is_valid(name: str, schema: dict[str, Any], clear: bool, render: Render) -> None:
    for findings in ([], weird_findings()):
        for summary in (make_summary(), incomplete_summary(), make_summary(started="2026-01-31T23:59:59Z")):
            document = json.loads(render(name, findings, summary, show_secrets=clear))
            Draft7Validator(schema).validate(document)
            assert findings == [] or document


def test_gitlab_tells_when_the_scan_ended_and_that_it_failed(render: Render) -> None:
    summary = make_summary(started="2026-01-31T23:59:59Z", seconds=2.4)
    scan = json.loads(render("gitlab", [], summary))["scan"]
    assert (scan["start_time"], scan["end_time"]) == ("2026-01-31T23:59:59", "2026-02-01T00:00:01")
    assert scan["status"] == "success"
    failed = json.loads(render("gitlab", [], incomplete_summary()))["scan"]
    assert failed["status"] == "failure" and len(failed["messages"]) == 13


@pytest.mark.parametrize("name", ["gitlab", "codeclimate"])
def test_identity_survives_line_and_commit_but_not_another_path(name: str, render: Render) -> None:
    secret = text_secret()

    def identity(**changes: Any) -> str:
        document = json.loads(render(name, [make_finding(secret, places=(make_place(**changes),))]))
        return str(document["vulnerabilities"][0]["id"] if name == "gitlab" else document[0]["fingerprint"])

    first = identity(path="a.py")
    assert first == identity(path="a.py", commit="d" * 40, blob="e" * 40)
    assert first != identity(path="b.py")


def test_junit_counts_what_it_holds(render: Render) -> None:
    for findings in ([], weird_findings()):
        for summary in (make_summary(), incomplete_summary()):
            root = xml.fromstring(render("junit", findings, summary).encode())
            suite = root.find("testsuite")
            assert root.tag == "testsuites" and suite is not None
            for holder in (root, suite):
                assert int(holder.attrib["tests"]) == len(list(root.iter("testcase"))) > 0
                assert int(holder.attrib["failures"]) == len(list(root.iter("failure")))
                assert int(holder.attrib["errors"]) == len(list(root.iter("error"))) == len(summary.errors)
            assert bool(findings) == bool(list(root.iter("failure")))


@pytest.mark.parametrize("clear", [False, True])
def test_junit_is_valid(clear: bool, render: Render) -> None:
    schema = xmlschema.XMLSchema10(Path(__file__).with_name("junit.xsd"))
    for findings in ([], weird_findings()):
        for summary in (make_summary(), incomplete_summary(), make_summary(started="2026-01-31T23:59:59Z")):
            schema.validate(render("junit", findings, summary, show_secrets=clear))
    empty = "<testsuites name='x' tests='0' failures='0' errors='0' time='1'><testsuite/></testsuites>"
    assert not schema.is_valid(empty)


def test_csv_has_a_row_for_each_place_and_runs_nothing(render: Render) -> None:
    findings = weird_findings()
    findings.append(make_finding(places=(make_place("=cmd()|x.py"), make_place("-b"))))
    rows = list(csv.DictReader(io.StringIO(render("csv", findings))))
    assert len(rows) == sum(max(1, len(finding.places)) for finding in findings)
    assert all(None not in row and None not in row.values() for row in rows)
    assert not [cell for row in rows for cell in row.values() if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]
    assert rows[-2]["path"] == "'=cmd()|x.py"


def test_github_commands_cannot_be_forged(render: Render) -> None:
    place = make_place("a,file=b::c%0A.py\n::error::no.py")
    text = render("github", [make_finding(name="x::y,z", places=(place,))])
    lines = text.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith(
        r"::error title=x%3A%3Ay%2Cz,file=a%2Cfile=b%3A%3Ac%250A.py\n%3A%3Aerror%3A%3Ano.py,line=3,"
    )
    assert lines[1].startswith("::notice title=keysieve::1 finding in ")


def test_github_says_what_could_not_be_looked_at(render: Render) -> None:
    text = render("github", [], incomplete_summary())
    assert text.count("::error title=keysieve%3A INCOMPLETE::") == 13


def test_markdown_fits_into_a_comment_and_counts_what_it_leaves_out(render: Render) -> None:
    findings = [make_finding() for _ in range(500)]
    text = render("markdown", findings)
    assert len(text) <= MOST + 2000
    shown = text.count("<details>")
    assert 0 < shown < 500
    assert f"{500 - shown} more findings" in text and "500 findings (500 high)" in text


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_code_span_of_markdown_stays_one(text: str) -> None:
    inside = code(text).removeprefix("<code>").removesuffix("</code>").replace("<br>", "")
    assert not set(inside) & set("<>|`*_[]~@\\\"'")


def test_gitleaks_names_the_fields_that_its_readers_know(render: Render) -> None:
    secret = text_secret()
    finding = make_finding(secret, places=(make_place("a.py", author="Ann <ann@host>"), make_place("b.py", commit="")))
    first, second = json.loads(render("gitleaks", [finding], show_secrets=True))
    assert first["Secret"] == secret.decode()
    assert (first["Author"], first["Email"], first["StartLine"], first["EndColumn"]) == ("Ann", "ann@host", 3, 48)
    assert first["Fingerprint"] == f"{'c' * 40}:a.py:some-token:3"
    assert second["Fingerprint"] == "b.py:some-token:3"
    assert 3 < first["Entropy"] < 6


# ---------------------------------------------------------------- back again


@pytest.mark.parametrize("name", ["json", "jsonl"])
@pytest.mark.parametrize("clear", [False, True])
def test_a_report_is_read_back_whole(name: str, clear: bool, render: Render) -> None:
    for findings, summary in (([], make_summary()), (weird_findings(), incomplete_summary())):
        text = render(name, findings, summary, show_secrets=clear)
        again, told = parse_report(text)
        assert render(name, again, told, show_secrets=clear) == text


def test_a_report_made_in_the_clear_is_redacted_again(render: Render) -> None:
    secret = text_secret()
    again, told = parse_report(render("json", [make_finding(secret)], show_secrets=True))
    assert secret.decode() not in render("text", again, told)
    assert secret.decode() in render("text", again, told, show_secrets=True)


@given(st.binary(max_size=60))
def test_a_preview_is_shown_as_it_is_and_hides_no_more(value: bytes) -> None:
    text = preview(Secret(value))
    again = reread(text)
    assert isinstance(again, Redacted)
    assert preview(again) == text
    assert entropy(again) == 0.0


def test_the_preview_of_a_key_is_read_back() -> None:
    text = preview(Secret(pem_secret()))
    assert preview(reread(text)) == text


@pytest.mark.parametrize("text", ["", "{}", "[]", "1", '{"schema": "other/1", "scan": {}}', '{"fingerprint": "a"}\n'])
def test_what_is_no_report_is_refused(text: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError, AttributeError)):
        parse_report(text)
