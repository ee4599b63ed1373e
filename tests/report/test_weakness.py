"""Which entries of the catalogues of weaknesses a kind gets."""

from __future__ import annotations

import pytest

from scanner.report._weakness import ALL, taxonomies, weaknesses
from tests.helpers.samples import catalogue


@pytest.mark.parametrize(
    ("identity", "cwe", "owasp"),
    [
        ("github-pat-classic", "CWE-798", "API2:2023"),
        ("password-assignment", "CWE-798", "API2:2023"),
        ("private-key-pem", "CWE-321", "API8:2023"),
        ("gcp-service-account-key", "CWE-321", "API8:2023"),
        ("jwt-signing-secret", "CWE-321", "API8:2023"),
    ],
)
def test_the_weakness_fits_the_kind(identity: str, cwe: str, owasp: str) -> None:
    found = weaknesses(catalogue()[identity].name)
    assert found[0].id == cwe
    assert {item.id for item in found} >= {"CWE-798", owasp, "IA-5(7)", "8.6.2"}


def test_every_entry_is_listed_once() -> None:
    listed = [(part["name"], taxon["id"]) for part in taxonomies() for taxon in part["taxa"]]
    assert sorted(listed) == sorted((item.catalogue, item.id) for item in ALL)
