"""JSON lines: one finding a line, the scan record last, each line valid by the same schema."""

from __future__ import annotations

import json

from jsonschema import Draft202012Validator

from .made import ROOT, Render, incomplete_summary, make_finding, make_summary, weird_findings

SCHEMA = json.loads((ROOT / "docs/schema/keysieve-1.schema.json").read_text())
LINE = Draft202012Validator({"$ref": "#/$defs/line", "$defs": SCHEMA["$defs"]})


def test_every_line_is_valid(render: Render) -> None:
    for findings in ([], [make_finding()], weird_findings()):
        for summary in (make_summary(), incomplete_summary()):
            text = render("jsonl", findings, summary, show_secrets=True)
            lines = [json.loads(line) for line in text.splitlines()]
            assert len(lines) == len(findings) + 1
            for line in lines:
                LINE.validate(line)


def test_a_line_that_is_neither_is_refused() -> None:
    assert not LINE.is_valid({}) and not LINE.is_valid({"schema": "keysieve/1"})


def test_the_last_line_is_the_scan(render: Render) -> None:
    *findings, last = map(json.loads, render("jsonl", weird_findings(), incomplete_summary()).splitlines())
    assert list(last) == ["schema", "scan"] and last["scan"]["state"] == "incomplete"
    assert all("fingerprint" in finding for finding in findings)


def test_findings_are_those_of_json(render: Render) -> None:
    findings = weird_findings()
    *lines, last = map(json.loads, render("jsonl", findings).splitlines())
    assert json.loads(render("json", findings)) == {**last, "findings": lines}
