"""The JSON document: valid against its published schema, and the fields of the design."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from scanner.records import Verdict
from scanner.secrets import preview

from .made import (
    ROOT,
    WEIRD_PATHS,
    Render,
    incomplete_summary,
    make_finding,
    make_place,
    make_summary,
    weird_findings,
)

SCHEMA = json.loads((ROOT / "docs/schema/keysieve-1.schema.json").read_text())
FINDING_KEYS = (
    "fingerprint pattern name provider severity confidence score reasons secret parts verdict "
    "source respond places"
)
PLACE_KEYS = "target path line column end_line end_column commit author date blob blobs in_head kind encoding"
SCAN_KEYS = "state targets objects bytes seconds skipped errors suppressed engine jobs started version"


ANY = st.text(st.characters())


def validate(value: Any) -> None:
    Draft202012Validator(SCHEMA).validate(value)


def objects(schema: Any) -> list[dict[str, Any]]:
    """Every subschema that describes an object's fields."""
    found = []
    if isinstance(schema, dict):
        found = [schema] if schema.get("type") == "object" else []
        found += [item for value in schema.values() for item in objects(value)]
    return found


def test_the_schema_is_valid_and_strict() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert objects(SCHEMA)
    assert all("additionalProperties" in item for item in objects(SCHEMA))


@pytest.mark.parametrize("clear", [False, True])
def test_output_is_valid(clear: bool, render: Render) -> None:
    for findings in ([], [make_finding()], weird_findings()):
        for summary in (make_summary(), incomplete_summary()):
            document = json.loads(render("json", findings, summary, show_secrets=clear))
            validate(document)
            assert len(document["findings"]) == len(findings)


def test_an_unknown_field_is_refused(render: Render) -> None:
    document = json.loads(render("json", [make_finding()]))
    for holder in (document, document["scan"], document["findings"][0], document["findings"][0]["places"][0]):
        holder["extra"] = 1
        assert not Draft202012Validator(SCHEMA).is_valid(document)
        del holder["extra"]
    validate(document)


def test_keys_have_their_order(render: Render) -> None:
    document = json.loads(render("json", [make_finding()]))
    assert list(document) == ["schema", "scan", "findings"]
    assert list(document["scan"]) == SCAN_KEYS.split()
    assert list(document["findings"][0]) == FINDING_KEYS.split()
    assert list(document["findings"][0]["places"][0]) == PLACE_KEYS.split()


def test_every_field_is_explained() -> None:
    page = (ROOT / "docs/json.md").read_text()
    fields = {name for item in objects(SCHEMA) for name in item.get("properties", {})}
    assert not [name for name in fields if f"`{name}`" not in page and f'"{name}"' not in page]


def test_values(render: Render) -> None:
    finding = make_finding(places=(make_place(in_head=True, blobs=12, encoding=("base64",)),))
    document = json.loads(render("json", [finding], incomplete_summary()))
    scan, (record,) = document["scan"], document["findings"]
    assert scan["state"] == "incomplete" and len(scan["errors"]) == 13
    assert scan["errors"][0] == {"object": "bad\x1b[2J0\\xff", "problem": "is damaged\nbadly"}
    assert scan["targets"] == [".", "https://****@host/x"]
    assert record["confidence"] == "high" and record["reasons"] == ["checksum valid"]
    assert record["secret"] == preview(finding.secret) and record["verdict"] == {"state": "not_checked"}
    place = record["places"][0]
    assert (place["line"], place["column"], place["end_line"], place["end_column"]) == (3, 9, 3, 49)
    assert (place["in_head"], place["blobs"], place["encoding"]) == (True, 12, ["base64"])


def test_a_verdict_is_told_whole(render: Render) -> None:
    verdict = Verdict("active", "200", "2024-01-01", (("user", "ann"),))
    record = json.loads(render("json", [make_finding(verdict=verdict)]))["findings"][0]
    told = {"state": "active", "why": "200", "at": "2024-01-01", "identity": {"user": "ann"}}
    assert record["verdict"] == told


def test_paths_are_kept_and_bad_bytes_escaped(render: Render) -> None:
    places = tuple(make_place(path) for path in WEIRD_PATHS)
    record = json.loads(render("json", [make_finding(places=places)]))["findings"][0]
    paths = [place["path"] for place in record["places"]]
    assert paths[5:7] == ["latin-\\xe9\\xff.txt", "half-\\ud800-pair.txt"]
    assert [path for path, given in zip(paths, WEIRD_PATHS, strict=True) if path == given] == [
        path for path in WEIRD_PATHS if not any("\ud800" <= char <= "\udfff" for char in path)
    ]


@given(secret=st.binary(min_size=1), path=ANY, author=ANY, clear=st.booleans())
def test_any_bytes(secret: bytes, path: str, author: str, clear: bool, render: Render) -> None:
    finding = make_finding(secret, places=(make_place(path, author=author),))
    text = render("json", [finding, finding], show_secrets=clear)
    assert text.isascii()
    validate(json.loads(text))
