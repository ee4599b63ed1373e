"""Whose registry a package token is for: what the user's own client of it is configured with.

Only environment and files of the user are read, never a configuration inside of what is scanned. Such files hold
tokens: nothing of them but the one address leaves, and no error quotes them.
"""

from __future__ import annotations

import configparser
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scanner.catalogue.condition import dig, parsed, path, written
from scanner.verify.hosts import Failed
from scanner.verify.http import Client
from scanner.verify.request import Request
from scanner.verify.template import Unfit

_TOP = "top"
"""The section of what stands before any section."""
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Registry:
    """`[credential.verify.client]`: where a package client keeps the address of its registry."""

    environment: tuple[str, ...] = ()
    files: tuple[str, ...] = ()  # the first that can be read counts; `~` and variables are filled in
    key: str = ""  # section.key of an ini file, a dotted key of a TOML file
    document: str = ""  # below the address, where that is an index and its API stands elsewhere
    at: str = ""  # path of the API's address in that document

    def configured(self) -> str:
        """The address, "" where none is configured. Raises Unfit for one that is no https URL."""
        named = (os.environ.get(name, "") for name in self.environment)
        found = next(filter(None, named), "") or next(filter(None, map(self._in_file, self.files)), "")
        return address(found) if found else ""

    def _in_file(self, name: str) -> str:
        place = os.path.expandvars(os.path.expanduser(name))
        if "$" in place:
            return ""
        try:
            text = Path(place).read_text(encoding="utf-8")
        except (OSError, UnicodeError):
            return ""
        return os.path.expandvars(_looked_up(text, self.key, place.endswith(".toml")))

    @property
    def where(self) -> str:
        """The places, for a person."""
        return " or ".join((*self.environment, *self.files))


def read(raw: Mapping[str, Any]) -> Registry:
    """The table as data; `section` looked at its fields."""
    environment, files = (tuple(raw.get(name, ())) for name in ("environment", "files"))
    return Registry(environment, files, *(str(raw.get(name, "")) for name in ("key", "document", "at")))


def address(text: str) -> str:
    """An address of a configuration as the base of a request. Raises Unfit."""
    plain = text.strip().strip("\"'").removeprefix("sparse+").rstrip("/")
    try:
        parts = urlsplit(plain)
        usable = bool(parts.hostname) and not (parts.query or parts.fragment or parts.username or parts.password)
        usable = usable and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable or not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)):
        raise Unfit("the address of its registry is no plain https URL")
    return plain


def below(base: str, registry: Registry, client: Client) -> str:
    """The address of the API that the index at `base` names: asked without any credential. Raises Failed."""
    answer = client.send(Request("GET", f"{base}/{registry.document}", (), b""))
    try:
        return address(written(dig(parsed(answer.body), path(registry.at))))
    except Unfit:
        raise Failed(f"the registry's {registry.document} names no address of its API", fault=False) from None


def _looked_up(text: str, key: str, toml: bool) -> str:
    if toml:
        try:
            return written(dig(tomllib.loads(text), tuple(key.split("."))))
        except (ValueError, RecursionError):
            return ""
    section, _, name = key.rpartition(".")
    parser = configparser.ConfigParser(interpolation=None, strict=False, allow_no_value=True)
    try:
        parser.read_string(f"[{_TOP}]\n{text}")
        return parser.get(section or _TOP, name, fallback="") or ""
    except configparser.Error:  # its words quote the line
        return ""
