"""SARIF: valid against the published schema, and as code scanning wants it.

fixtures/sarif-2.1.0.json is the schema of the OASIS standard SARIF 2.1.0 as schemastore.org publishes it
(sarif-2.1.0-rtm.5.json), taken unchanged from the npm package @microsoft/jest-sarif 1.0.0-beta.0 (MIT).
"""

from __future__ import annotations

import json
import os
import re
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from scanner.records import Confidence, Span, Verdict
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

VALIDATOR = Draft4Validator(json.loads((ROOT / "fixtures/sarif-2.1.0.json").read_text()))
ANY = st.text(st.characters())
RELATIVE = re.compile(r"(?!/)([A-Za-z0-9._~!/-]|%[0-9A-F]{2})+")


def run(text: str) -> Any:
    document = json.loads(text)
    VALIDATOR.validate(document)
    (only,) = document["runs"]
    return only


def artifact(result: Any) -> Any:
    return result["locations"][0]["physicalLocation"]["artifactLocation"]


@pytest.mark.parametrize("clear", [False, True])
def test_output_is_valid(clear: bool, render: Render) -> None:
    for findings in ([], [make_finding()], weird_findings()):
        for summary in (make_summary(), incomplete_summary()):
            only = run(render("sarif", findings, summary, show_secrets=clear))
            assert only["columnKind"] == "unicodeCodePoints"


def test_the_schema_refuses_what_is_wrong(render: Render) -> None:
    document = json.loads(render("sarif", [make_finding()]))
    document["runs"][0]["results"][0]["level"] = "high"
    assert not VALIDATOR.is_valid(document)


def test_a_result(render: Render) -> None:
    finding = make_finding(respond="Revoke it at the door.")
    (result,) = run(render("sarif", [finding]))["results"]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 3, "startColumn": 9, "endLine": 3, "endColumn": 49}
    assert artifact(result) == {"uri": "src/app.py", "uriBaseId": "%SRCROOT%"}
    said = (preview(finding.secret), "Some token", "Somewhere", "checksum valid", "Revoke it at the door.")
    for part in said:
        assert part in result["message"]["text"]
    assert result["properties"]["confidence"] == "high" and result["properties"]["commit"] == "c" * 40


def test_author_is_left_out(render: Render) -> None:
    name = "Ann Other"
    assert name not in render("sarif", [make_finding(places=(make_place(author=name),))])


@pytest.mark.parametrize(
    ("confidence", "level"),
    [
        (Confidence.VERIFIED, "error"),
        (Confidence.HIGH, "error"),
        (Confidence.MEDIUM, "warning"),
        (Confidence.LOW, "note"),
    ],
)
def test_level(confidence: Confidence, level: str, render: Render) -> None:
    assert run(render("sarif", [make_finding(confidence=confidence)]))["results"][0]["level"] == level


def test_rules_only_for_kinds_that_occur_and_results_point_at_them(render: Render) -> None:
    kinds = ["b-kind", "a-kind", "b-kind"]
    source = "https://docs.example.com/tokens"
    findings = [make_finding(pattern=kind, source=source, severity="critical") for kind in kinds]
    only = run(render("sarif", findings))
    rules = only["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["b-kind", "a-kind"]
    assert [rules[result["ruleIndex"]]["id"] for result in only["results"]] == kinds
    assert rules[0]["helpUri"] == source and rules[0]["properties"]["security-severity"] == "9.5"
    assert "security" in rules[0]["properties"]["tags"]
    assert "informationUri" not in only["tool"]["driver"]


def test_rules_name_the_weakness(render: Render) -> None:
    kinds = {"Some token": "external/cwe/cwe-798", "Private key (PEM)": "external/cwe/cwe-321"}
    findings = [make_finding(pattern=f"kind-{at}", name=name) for at, name in enumerate(kinds)]
    only = run(render("sarif", findings))
    listed = {(part["name"], taxon["id"]) for part in only["taxonomies"] for taxon in part["taxa"]}
    for rule, tag in zip(only["tool"]["driver"]["rules"], kinds.values(), strict=True):
        assert tag in rule["properties"]["tags"]
        named = {(item["target"]["toolComponent"]["name"], item["target"]["id"]) for item in rule["relationships"]}
        assert named <= listed and {("NIST SP 800-53", "IA-5(7)"), ("PCI DSS", "8.6.2")} <= named
    assert "taxonomies" not in run(render("sarif", []))


def test_one_result_for_each_path(render: Render) -> None:
    places = (make_place("a"), make_place("b"), make_place("a", span=Span(90, 99, 8, 1, 8, 10)))
    results = run(render("sarif", [make_finding(places=places)]))["results"]
    assert [(artifact(result)["uri"], len(result["locations"])) for result in results] == [("a", 2), ("b", 1)]


def test_paths_are_relative_encoded_and_come_back(render: Render) -> None:
    places = tuple(make_place(path) for path in WEIRD_PATHS if path and "\ud800" not in path)
    results = run(render("sarif", [make_finding(places=places)]))["results"]
    uris = [artifact(result)["uri"] for result in results]
    assert all(RELATIVE.fullmatch(uri) for uri in uris)
    assert [os.fsdecode(unquote_to_bytes(uri)) for uri in uris] == [place.path for place in places]


def test_an_object_without_a_path_still_has_a_place(render: Render) -> None:
    places = (make_place("", kind="unreachable", commit=""), make_place("", kind="commit-message", blob=""))
    results = run(render("sarif", [make_finding(places=places)]))["results"]
    assert [artifact(result)["uri"] for result in results] == [
        ".git/objects/bb/" + "b" * 38,
        ".git/objects/cc/" + "c" * 38,
    ]
    assert results[1]["locations"][0]["logicalLocations"][0]["kind"] == "commit-message"
    absolute = run(render("sarif", [make_finding(places=(make_place("/tmp/a b"),))]))["results"][0]
    assert artifact(absolute) == {"uri": "file:///tmp/a%20b"}


def test_identity_survives_everything_but_path_and_secret(render: Render) -> None:
    secret = bytes(range(65, 90))

    def identity(place: Any, **changes: Any) -> Any:
        (result,) = run(render("sarif", [make_finding(secret, places=(place,), **changes)]))["results"]
        return result["partialFingerprints"]["keysieve/v1"]

    usual = identity(make_place("a"))
    moved = make_place("a", span=Span(1, 2, 8, 8, 8, 9), commit="d" * 40, author="Bob", target="/elsewhere")
    verdict = Verdict("active")
    assert identity(moved, pattern="other", confidence=Confidence.VERIFIED, verdict=verdict) == usual
    assert identity(make_place("b")) != usual
    assert re.fullmatch("[0-9a-f]{64}", usual)


def test_the_same_path_in_two_targets_is_two_results(render: Render) -> None:
    places = (make_place("a", target="one"), make_place("a", target="two"))
    only = run(render("sarif", [make_finding(places=places)], make_summary(targets=("one", "two"))))
    first, second = only["results"]
    assert first["partialFingerprints"] != second["partialFingerprints"]
    bases = only["originalUriBaseIds"]
    named = [bases[artifact(item)["uriBaseId"]]["description"]["text"] for item in (first, second)]
    assert named == ["one", "two"]


def test_an_incomplete_scan_is_no_success(render: Render) -> None:
    (invocation,) = run(render("sarif", [], incomplete_summary()))["invocations"]
    assert invocation["executionSuccessful"] is False
    assert len(invocation["toolExecutionNotifications"]) == 13
    assert "is damaged" in invocation["toolExecutionNotifications"][0]["message"]["text"]
    assert run(render("sarif", []))["invocations"] == [{"executionSuccessful": True}]


@given(secret=st.binary(min_size=1), path=ANY, name=ANY, clear=st.booleans())
def test_any_bytes(secret: bytes, path: str, name: str, clear: bool, render: Render) -> None:
    finding = make_finding(secret, name=name, places=(make_place(path), make_place(path, kind="staged")))
    text = render("sarif", [finding, finding], show_secrets=clear)
    assert text.isascii()
    for result in run(text)["results"]:
        assert RELATIVE.fullmatch(artifact(result)["uri"].removeprefix("file:///") or "x")
