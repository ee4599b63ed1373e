"""What a leaked credential is called in the catalogues of weaknesses, and which controls it breaks; held once."""

from __future__ import annotations

import re
from typing import Any, NamedTuple


class Weakness(NamedTuple):
    """An entry of a published catalogue."""

    catalogue: str
    id: str
    title: str
    url: str = ""

    @property
    def label(self) -> str:
        """``CWE-798 Use of Hard-coded Credentials``."""
        return f"{self.id} {self.title}"


CREDENTIAL = Weakness(
    "CWE", "CWE-798", "Use of Hard-coded Credentials", "https://cwe.mitre.org/data/definitions/798.html"
)
KEY = Weakness(
    "CWE", "CWE-321", "Use of Hard-coded Cryptographic Key", "https://cwe.mitre.org/data/definitions/321.html"
)
_OWASP = "https://owasp.org/API-Security/editions/2023/en/"
AUTHENTICATION = Weakness(
    "OWASP API Security", "API2:2023", "Broken Authentication", f"{_OWASP}0xa2-broken-authentication/"
)
CONFIGURATION = Weakness(
    "OWASP API Security", "API8:2023", "Security Misconfiguration", f"{_OWASP}0xa8-security-misconfiguration/"
)
NIST = Weakness("NIST SP 800-53", "IA-5(7)", "No Embedded Unencrypted Static Authenticators")
PCI = Weakness("PCI DSS", "8.6.2", "No passwords of system and application accounts hard-coded in files or code")

ALL = (CREDENTIAL, KEY, AUTHENTICATION, CONFIGURATION, NIST, PCI)

# What a kind is called tells people, and this, whether it signs or encrypts.
_SIGNS = re.compile(
    r"(private|preshared|encryption|master|signing|hmac|web|service account) key\b|signing|hmac|\bseed\b|webhook secret"
    r"|age secret key|wireguard|pkcs#12",
    re.IGNORECASE,
)


def weaknesses(name: str) -> tuple[Weakness, ...]:
    """The entries for a kind of that name (as people read it), the closest first.

    A key that signs or encrypts is not presented to an API, so that its leak is a matter of configuration.
    """
    if _SIGNS.search(name):
        return (KEY, CREDENTIAL, CONFIGURATION, NIST, PCI)
    return (CREDENTIAL, AUTHENTICATION, NIST, PCI)


def tags(name: str) -> list[str]:
    """As GitHub code scanning reads them from a rule."""
    return [f"external/cwe/{item.id.lower()}" for item in weaknesses(name) if item.catalogue == "CWE"]


def relationships(name: str) -> list[dict[str, Any]]:
    """SARIF: a rule's relations to the entries, which `taxonomies` lists."""
    return [
        {"target": {"id": item.id, "toolComponent": {"name": item.catalogue}}, "kinds": ["relevant"]}
        for item in weaknesses(name)
    ]


def taxonomies() -> list[dict[str, Any]]:
    """SARIF: the catalogues with the entries that are used here."""
    found: dict[str, list[dict[str, Any]]] = {}
    for item in ALL:
        taxon: dict[str, Any] = {"id": item.id, "name": item.title, "shortDescription": {"text": item.title}}
        if item.url:
            taxon["helpUri"] = item.url
        found.setdefault(item.catalogue, []).append(taxon)
    return [{"name": name, "taxa": taxa} for name, taxa in found.items()]
