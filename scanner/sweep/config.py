"""sweep.toml -> one frozen `Sweep`. Tokens and keys are never in it: it names environment variables."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlsplit

from scanner.errors import UsageError
from scanner.settings import (
    ENGINES,
    MOST_JOBS,
    DetectSettings,
    VerifySettings,
    confidence,
    default_jobs,
    fingerprint_key,
    verify,
)

FORGES = ("github", "gitlab", "gitea", "forgejo")
KINDS = (*FORGES, "folder", "urls")
CHANNELS = ("webhook", "slack", "teams", "email", "github-issue", "gitlab-issue")
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)i?B?\s*\Z", re.IGNORECASE)
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class SourceTable:
    """One `[[source]]`: where repositories come from. Sizes in bytes; 0 is no limit."""

    kind: str
    name: str = ""  # begins the names of its repositories
    url: str = ""  # of the forge's API; its public one where it is left out
    organisation: str = ""
    user: str = ""
    group: str = ""
    path: str = ""
    urls: tuple[str, ...] = ()
    token_env: str = ""
    include: tuple[str, ...] = ("*",)
    exclude: tuple[str, ...] = ()
    archived: bool = True
    forks: bool = True
    max_size: int = 0

    @property
    def owner(self) -> str:
        """Whose repositories."""
        return self.organisation or self.group or self.user


@dataclass(frozen=True, slots=True)
class NotifyTable:
    """One `[[notify]]`: who is told of what is new."""

    kind: str
    name: str = ""
    url: str = ""
    url_env: str = ""  # a URL that is a secret itself, as of Slack and Teams
    secret_env: str = ""  # signs a webhook; password of the mail server
    token_env: str = ""
    confidence: str = "medium"
    host: str = ""  # of the mail server, with its port
    tls: str = "starttls"  # starttls | tls | none
    user: str = ""
    sender: str = ""
    to: tuple[str, ...] = ()
    project: str = ""  # owner/name, where issues are opened
    in_doubt: str = "repeat"  # repeat | skip: a message that a sweep was sending when it died


@dataclass(frozen=True, slots=True)
class Sweep:
    """Everything that a sweep may be told. Paths are absolute, times in seconds, sizes in bytes."""

    path: str
    name: str
    store: str
    cache: str
    sources: tuple[SourceTable, ...]
    channels: tuple[NotifyTable, ...]
    detect: DetectSettings
    verify: VerifySettings
    exclude: tuple[str, ...]
    jobs: int
    budget: int = 0  # of the mirrors on disk
    large: int = 64 << 20  # packed; what is larger is shared among all processes
    fetch_timeout: float = 3600.0
    audit: str = ""
    textfile: str = ""
    listen: str = ""  # host:port that answers Prometheus
    seal_env: str = ""  # the variable that holds the key of sealed copies


_KEYS: dict[str, type | tuple[type, ...]] = {
    "name": str, "store": str, "cache": str, "budget": (str, int), "jobs": int, "large": (str, int),
    "confidence": str, "engine": str, "patterns": list, "exclude": list, "fingerprint_key_env": str,
    "seal_key_env": str,
    "honour_allow": bool, "fetch_timeout": (int, float), "audit": str, "metrics": dict, "verify": dict,
    "source": list, "notify": list,
}  # fmt: skip
_LISTS = ("urls", "include", "exclude", "to")


def read(path: str) -> Sweep:
    """The file's settings. Raises UsageError that names the file and the key."""
    import tomllib

    try:
        with open(path, "rb") as stream:
            table = tomllib.load(stream)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: is not TOML: {error}") from None
    for key, value in table.items():
        _check(path, key, value)
    folder = os.path.dirname(os.path.abspath(path))
    metrics = table.get("metrics", {})
    if table.get("verify", {}).get("enabled") and not table.get("seal_key_env"):
        raise UsageError(
            f"{path}: 'verify.enabled' needs 'seal_key_env': what is asked about later must be kept, sealed"
        )
    for key in metrics:
        if key not in ("textfile", "listen"):
            raise UsageError(f"{path}: 'metrics.{key}' is not a setting; known are listen, textfile")
    cache = _below(folder, table.get("cache", "cache"))
    return Sweep(
        path=path,
        name=table.get("name", os.path.basename(path)),
        store=_store(path, folder, table.get("store", "findings.db")),
        cache=cache,
        sources=tuple(_sources(path, folder, table.get("source", []))),
        channels=tuple(_channels(path, table.get("notify", []))),
        detect=_detect(path, folder, table),
        verify=_verify(path, table),
        exclude=tuple(table.get("exclude", ())),
        jobs=_jobs(path, table.get("jobs")),
        budget=size(table.get("budget", 0), f"{path}: 'budget'"),
        large=size(table.get("large", 64 << 20), f"{path}: 'large'"),
        fetch_timeout=float(table.get("fetch_timeout", 3600)),
        audit=_below(folder, table.get("audit", "")),
        textfile=_below(folder, metrics.get("textfile", "")),
        listen=str(metrics.get("listen", "")),
        seal_env=table.get("seal_key_env", ""),
    )


def _check(path: str, key: str, value: object) -> None:
    kind = _KEYS.get(key)
    if kind is None:
        raise UsageError(f"{path}: {key!r} is not a setting; known are {', '.join(sorted(_KEYS))}")
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        names = " or ".join(item.__name__ for item in (kind if isinstance(kind, tuple) else (kind,)))
        raise UsageError(f"{path}: {key!r} must be {names}")
    if isinstance(value, list):
        wanted = dict if key in ("source", "notify") else str
        if not all(isinstance(item, wanted) for item in value):
            raise UsageError(f"{path}: {key!r} must hold {'tables' if wanted is dict else 'strings'}")


def _below(folder: str, name: str) -> str:
    return os.path.join(folder, os.path.expanduser(name)) if name else ""


def _store(path: str, folder: str, named: str) -> str:
    """A URL, a file, or `env:NAME` for a URL that holds a password."""
    if named.startswith("env:"):
        return environment(named[4:], f"{path}: 'store'")
    if "://" in named and urlsplit(named).password:
        raise UsageError(f"{path}: 'store' holds a password; write env:NAME and set that variable to the URL")
    return named if "://" in named else _below(folder, named)


def environment(name: str, asker: str) -> str:
    """The variable's value. Raises UsageError that names the variable where it is not set."""
    value = os.environ.get(name, "")
    if not value:
        raise UsageError(f"{asker}: the environment variable {name} is not set")
    return value


def size(value: str | int, asker: str) -> int:
    """Bytes of `50 GB`, `500 MB`, 1024 (powers of 1024). Raises UsageError."""
    found = _SIZE.match(str(value))
    if found is None:
        raise UsageError(f"{asker}: {value!r} is no size; write for example '50 GB'")
    return int(float(found[1]) * 1024 ** " KMGT".index(found[2].upper() or " "))


def _jobs(path: str, value: int | None) -> int:
    if value is not None and not 1 <= value <= MOST_JOBS:
        raise UsageError(f"{path}: 'jobs' must be from 1 to {MOST_JOBS}")
    return value or default_jobs()


def _detect(path: str, folder: str, table: dict[str, Any]) -> DetectSettings:
    engine = table.get("engine", "auto")
    if engine not in ENGINES:
        raise UsageError(f"{path}: 'engine': choose one of {', '.join(ENGINES)}")
    named = table.get("fingerprint_key_env")
    key = environment(named, f"{path}: 'fingerprint_key_env'").encode() if named else fingerprint_key({})
    return DetectSettings(
        engine=engine,
        patterns=tuple(os.path.join(folder, name) for name in table.get("patterns", ())),
        minimum=confidence(table.get("confidence", "medium")),
        fingerprint_key=key,
        honour_allow=table.get("honour_allow", True),
    )


def _verify(path: str, table: dict[str, Any]) -> VerifySettings:
    own = dict(table.get("verify", {}))
    wanted, unconfirmed = own.pop("enabled", False), own.pop("unconfirmed", False)
    if not isinstance(wanted, bool) or not isinstance(unconfirmed, bool):
        raise UsageError(f"{path}: 'verify.enabled' and 'verify.unconfirmed' must be true or false")
    return verify({"verify": own}, path, VerifySettings(wanted=wanted, unconfirmed=unconfirmed))


def _table(path: str, label: str, row: dict[str, Any], kind: type[Any]) -> Any:
    known = {item.name: item for item in fields(kind)}
    made: dict[str, Any] = {}
    for key, value in row.items():
        if key not in known:
            raise UsageError(f"{path}: {label}: {key!r} is not a setting; known are {', '.join(sorted(known))}")
        if key == "max_size":
            value = size(value, f"{path}: {label}: 'max_size'")
        elif key in _LISTS:
            value = [value] if isinstance(value, str) else value
            if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
                raise UsageError(f"{path}: {label}: {key!r} must be a list of strings")
            value = tuple(value)
        elif not isinstance(value, bool if key in ("archived", "forks") else str):
            raise UsageError(
                f"{path}: {label}: {key!r} must be {'true or false' if key in ('archived', 'forks') else 'text'}"
            )
        made[key] = value
    if "kind" not in made:
        raise UsageError(f"{path}: {label}: 'kind' is missing")
    return kind(**made)


def _sources(path: str, folder: str, rows: list[dict[str, Any]]) -> list[SourceTable]:
    if not rows:
        raise UsageError(f"{path}: names no [[source]], so there is nothing to sweep")
    found: list[SourceTable] = []
    for number, row in enumerate(rows, 1):
        label = f"source {number}"
        made: SourceTable = _table(path, label, row | ({"path": _below(folder, row["path"])} if "path" in row else {}),
                                   SourceTable)  # fmt: skip
        if made.kind not in KINDS:
            raise UsageError(f"{path}: {label}: 'kind' {made.kind!r}: choose one of {', '.join(KINDS)}")
        if made.kind in FORGES and sum(map(bool, (made.organisation, made.user, made.group))) != 1:
            raise UsageError(f"{path}: {label}: name one organisation, user or group")
        if made.kind == "folder" and not made.path or made.kind == "urls" and not made.urls:
            raise UsageError(f"{path}: {label}: '{'path' if made.kind == 'folder' else 'urls'}' is missing")
        if made.kind in ("gitea", "forgejo") and not made.url:
            raise UsageError(f"{path}: {label}: 'url' is missing: where is that server?")
        secure(made.url, f"{path}: {label}: 'url'")
        for url in made.urls:
            if "://" in url and urlsplit(url).password:
                raise UsageError(f"{path}: {label}: 'urls' holds a password; use 'token_env'")
        found.append(made)
    names = [item.name for item in found]
    if len(set(names)) < len(names) and any(names.count(name) > 1 for name in names if name):
        raise UsageError(f"{path}: two sources have the same 'name'")
    return found


def _channels(path: str, rows: list[dict[str, Any]]) -> list[NotifyTable]:
    found: list[NotifyTable] = []
    for number, row in enumerate(rows, 1):
        label = f"notify {number}"
        made: NotifyTable = _table(path, label, {"name": f"{row.get('kind')}-{number}"} | row, NotifyTable)
        if made.kind not in CHANNELS:
            raise UsageError(f"{path}: {label}: 'kind' {made.kind!r}: choose one of {', '.join(CHANNELS)}")
        needed = {"email": ("host", "sender", "to"), "github-issue": ("project", "token_env"),
                  "gitlab-issue": ("project", "token_env"), "webhook": ("secret_env",)}.get(made.kind, ())  # fmt: skip
        for key in needed:
            if not getattr(made, key):
                raise UsageError(f"{path}: {label}: {key!r} is missing")
        if made.kind in ("webhook", "slack", "teams") and bool(made.url) == bool(made.url_env):
            raise UsageError(f"{path}: {label}: give 'url' or 'url_env'")
        if made.in_doubt not in ("repeat", "skip"):
            raise UsageError(f"{path}: {label}: 'in_doubt' {made.in_doubt!r}: choose repeat or skip")
        confidence(made.confidence)
        secure(made.url, f"{path}: {label}: 'url'")
        found.append(made)
    if len({item.name for item in found}) < len(found):
        raise UsageError(f"{path}: two of [[notify]] have the same 'name'")
    return found


def secure(url: str, asker: str) -> None:
    """Raise UsageError for a URL that is not https, or http to this machine, or that holds a login."""
    parts = urlsplit(url)
    if url and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise UsageError(f"{asker} must be an https:// URL")
    if url and (parts.username or parts.password):
        raise UsageError(f"{asker} holds a login; tokens come from the environment")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise UsageError(f"{asker} must be https: http is for loopback only")
