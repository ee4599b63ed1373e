"""Every kind is found in eight of ten usual surroundings; those that are not are listed with the reason."""

from __future__ import annotations

import ast
import json
from functools import lru_cache
from xml.etree import ElementTree

import pytest

from scanner.detector import Detector
from scanner.settings import DetectSettings
from tests.helpers.samples import catalogue
from tests.helpers.surroundings import SURROUNDINGS, answers, name_of, place

FORMS = 2
"""Samples of each kind: the two usual forms of every surrounding."""
MISSES = 2

QUOTED = "a statement whose own quotes are escaped inside another file's quotes"
LINES = "lines of a file of its own, where escaped line breaks and deeper indentation do not occur"
EXCEPTIONS = {
    **dict.fromkeys(
        ["dotdigital-api-key", "kubernetes-secret-json", "kubernetes-service-account-token-client-key", "lark-token"]
        + ["npmrc-basic-auth", "npmrc-basic-auth-password", "nuget-config-password", "phpmailer-credentials"]
        + ["psexec-credentials-network", "react-app-credential", "truenas-api-key-call", "twilio-auth-token-beside-sid"]
        + ["wordpress-config", "credential-in-pair", "credential-typed-or-compared", "password-in-hashing-call"]
        + ["signing-call-secret", "credential-in-sibling-element", "credential-through-call"]
        + ["credential-in-list-of-arguments", "here-string-login", "masked-in-a-workflow", "credential-filled-in"]
        + ["credential-assigned-to-the-right"]
        + ["login-function-password", "short-secret-assignment", "salt-assignment", "sql-insert-password"]
        + ["credential-before-comment", "credential-told-before-its-name", "credential-of-client"]
        + ["credential-below-its-name", "credential-in-other-quotes", "android-string-credential"]
        + ["http-header-set-behind-value", "postman-collection-api-key", "credential-as-default-argument"]
        + ["credential-in-cdata", "secret-with-symbols", "credential-in-typed-element", "credential-expected-by-test"],
        QUOTED,
    ),
    **dict.fromkeys(
        ["kubernetes-secret-yaml", "zulip-api-key-zuliprc", "credential-declared-default", "password-in-last-column"]
        + ["credential-in-column", "credential-dumped", "password-in-table", "users-section-password"]
        + ["password-sent-by-expect"],
        LINES,
    ),
    "freemius-secret-key": "its expression demands quotes around the value",
}


@lru_cache(maxsize=1)
def detector() -> Detector:
    return Detector(DetectSettings())


def misses(name: str) -> list[list[str]]:
    """For each form the surroundings in which the kind is not found as itself."""
    kind = catalogue()[name]
    return [
        [surrounding for surrounding, _, answer in answers(kind, detector(), range(form, form + 1), ("plain",))
         if answer is not None and not answer.own]
        for form in range(FORMS)
    ]  # fmt: skip


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_kind_is_found_in_its_usual_surroundings(name: str) -> None:
    missed = misses(name)
    if name in EXCEPTIONS:
        assert max(map(len, missed)) > MISSES, f"{name} is found now: take it out of EXCEPTIONS"
    else:
        assert max(map(len, missed)) <= MISSES, missed


def test_exceptions_are_kinds() -> None:
    assert EXCEPTIONS.keys() <= catalogue().keys()


def test_names_are_spelled_as_is_usual() -> None:
    name = name_of(catalogue()["abuseipdb-api-key"])
    assert (name.constant, name.camel, name.dotted) == (
        "ABUSE_IP_DB_API_KEY",
        "abuseIpDbApiKey",
        "abuse.ip.db.api.key",
    )
    assert (name.header, name.kebab) == ("X-Abuse-Ip-Db-Api-Key", "abuse-ip-db-api-key")
    assert name.plain == "abuse ip db api key"


@pytest.mark.parametrize("surrounding", sorted(SURROUNDINGS))
def test_the_texts_are_what_they_are_called(surrounding: str) -> None:
    readers = {"json": json.loads, "python": ast.parse, "xml": ElementTree.fromstring}
    for kind in catalogue().values():
        for form in range(FORMS):
            placed = place(kind, surrounding, form)
            if placed is not None:
                assert 0 < placed.start < placed.end < len(placed.text)
                readers.get(surrounding, str)(placed.text)
