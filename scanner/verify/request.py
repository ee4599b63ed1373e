"""A section and a credential's parts -> the request, addressed to the provider or to the user's own server."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from scanner.records import Credential, Finding
from scanner.secrets import Secret
from scanner.verify import template
from scanner.verify.section import Section
from scanner.verify.template import Unfit, Values

_URL = re.compile(r"(https://)([^/?#]*)(.*)\Z", re.DOTALL)
_WHOLE = re.compile(r"\{\{(\w+)\}\}(.*)\Z", re.DOTALL)
_CLEAN = re.compile(r"https://[A-Za-z0-9.-]+(?::\d{1,5})?(?:[/?#][\x21-\x5b\x5d-\x7e]*)?\Z")


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent. Only host and port are ever shown."""

    method: str
    url: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def host(self) -> str:
        """Host, and the port where it is not the usual one."""
        return shown_host(self.url)


def shown_host(url: str) -> str:
    """The host of a URL without anything else of it; the port where it is not the scheme's."""
    parts = urlsplit(url)
    name = parts.hostname or "?"
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    return name if parts.port in (None, usual) else f"{name}:{parts.port}"


def values(finding: Finding) -> dict[str, Secret]:
    """The finding's parts by name."""
    return {**dict(finding.parts), "secret": finding.secret}


def endpoint(kind: Credential, endpoints: tuple[tuple[str, str], ...]) -> str:
    """The user's own server for this kind, by the kind's id or its provider's name; "" where there is none."""
    named = dict(endpoints)
    return named.get(kind.id) or named.get(provider_key(kind.provider)) or ""


def provider_key(name: str) -> str:
    """A provider's name as a configuration names it: lower case, hyphens for blanks."""
    return re.sub(r"[^a-z0-9.]+", "-", name.lower()).strip("-")


def build(section: Section, parts: Values, own: str = "") -> Request:
    """The request for a credential. Raises Unfit where a part is missing or does not fit its place.

    `own` replaces scheme and host, and its path goes before that of the section.
    """
    headers = tuple((name, template.render(text, parts, template.in_header)) for name, text in section.headers)
    content_type = next((text for name, text in headers if name.lower() == "content-type"), "")
    body = template.render(section.body, parts, template.in_body(content_type))
    url = _url(section.url, parts, own)
    return Request(section.method, url, headers, body.encode())


def _url(text: str, parts: Values, own: str) -> str:
    whole = _WHOLE.match(text)
    if whole:
        address = template.render(f"{{{{{whole[1]}}}}}", parts, str)
        if not _CLEAN.match(address):
            raise Unfit("its address is no plain https URL")
        text = address
    found = _URL.match(text)
    if found is None:
        raise Unfit("its address is no https URL")
    scheme, host, rest = found.groups()
    provider = scheme + (host if whole or own else template.host(host, parts))
    base = own.rstrip("/") + _inside(host, parts) if own else provider
    tail = whole[2] if whole else ""
    return base + (rest if whole else "") + template.render(tail if whole else rest, parts, template.in_url)


def _inside(host: str, parts: Values) -> str:
    """The path that a credential brings along which is an address itself (a webhook's): it stays on any server."""
    if "secret" not in template.names(host):
        return ""
    _, slash, rest = template.host(host, parts).partition("/")
    return slash + rest
