"""Options, environment and configuration file -> one frozen `Settings`, one group for each stage.

Parsing does nothing else: no target is opened, no pattern is loaded. The command line wins over the
environment, which wins over the configuration file.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from scanner.errors import UsageError
from scanner.lightly import dataclass, field, replace
from scanner.records import Confidence
from scanner.secrets import PUBLISHED_KEY

MOST_JOBS = 1024
ENGINES = ("auto", "hyperscan", "ahocorasick")


@dataclass(frozen=True, slots=True)
class DetectSettings:
    """For prefilter, match and score; goes to every worker."""

    engine: str = "auto"
    patterns: tuple[str, ...] = ()  # users' own pattern files and folders
    minimum: Confidence = Confidence.MEDIUM
    fingerprint_key: bytes = field(default=PUBLISHED_KEY, repr=False)
    honour_allow: bool = True
    show_allowed: bool = False  # tell what comments allow, marked as such
    timeout: float = 2.0  # seconds one expression may take on one window


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """For the sources: what of a target is read."""

    history: bool = True
    tree: bool = True
    staged: bool = False
    range: str = ""
    since: str = ""
    push: tuple[str, ...] = ()  # ids of what a push brings: commits, tags and others
    known: tuple[str, ...] = ()  # with push: `^id`, `--all` or `--remotes=NAME`, what the other side has
    exclude: tuple[str, ...] = ()
    whole: bool = False  # read every version whole through git, instead of the delta walk


    @property
    def changes(self) -> bool:
        """Whether a change is looked at, not a whole target."""
        return bool(self.staged or self.range or self.since or self.push)


@dataclass(frozen=True, slots=True)
class RunSettings:
    """For the walker."""

    jobs: int = 1
    progress: bool = False


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """For the reports."""

    format: str = "text"
    output: str = ""
    show_secrets: bool = False
    colour: bool = False
    quiet: bool = False
    explain: bool = False  # every reason with its weight


@dataclass(frozen=True, slots=True)
class VerifySettings:
    """For verification; times in seconds."""

    wanted: bool = False
    unconfirmed: bool = False  # ask also where no page of the provider names the request
    dry_run: bool = False
    only: bool = False  # report what lives and nothing else
    endpoints: tuple[tuple[str, str], ...] = ()  # kind's id or provider -> base URL of the user's own server
    allow_hosts: tuple[str, ...] = ()  # may be contacted though they are not public
    per_host: int = 2  # requests to one host at a time
    pace: float = 0.2  # between the starts of two requests to one host
    timeout: float = 10.0  # for one request as a whole
    longest_wait: float = 60.0  # that a Retry-After may ask for
    cache_hours: float = 24.0  # that a verdict is kept; 0 keeps none
    ca_file: str = ""
    proxy: str = field(default="", repr=False)
    no_proxy: tuple[str, ...] = ()  # hosts and domains that are asked directly; "*" is all

    def direct(self, host: str) -> bool:
        """Whether a host is asked without the proxy: it, or a domain above it, is named in `no_proxy`."""
        name = host.lower().rstrip(".")
        rules = [rule.lower().lstrip("*").lstrip(".") for rule in self.no_proxy if rule not in ("", "*")]
        return "*" in self.no_proxy or any(name == rule or name.endswith(f".{rule}") for rule in rules)

    def allowed(self) -> set[str]:
        """The hosts that may be contacted wherever they are: those that the user named."""
        from urllib.parse import urlsplit

        named = {urlsplit(url).hostname or "" for _, url in self.endpoints}
        return (named | {name.lower() for name in self.allow_hosts}) - {""}


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a scan may be told."""

    detect: DetectSettings = DetectSettings()
    verify: VerifySettings = VerifySettings()
    source: SourceSettings = SourceSettings()
    run: RunSettings = RunSettings()
    report: ReportSettings = ReportSettings()
    baselines: tuple[str, ...] = ()
    exit_code: int = 1


def confidence(text: str) -> Confidence:
    """The level of that name; raises UsageError."""
    try:
        return Confidence[text.upper()]
    except KeyError:
        names = ", ".join(level.label for level in Confidence)
        raise UsageError(f"{text!r} is no confidence; choose one of {names}") from None


_KEYS: dict[str, type] = {
    "confidence": str,
    "engine": str,
    "exclude": list,
    "patterns": list,
    "fingerprint_key": str,
    "jobs": int,
    "baseline": list,
    "allow": list,  # of tables; `scanner.config` reads them
    "verify": dict,
}
_VERIFY_KEYS: dict[str, tuple[type, ...]] = {
    "endpoints": (dict,),
    "allow_hosts": (list,),
    "per_host": (int,),
    "pace": (int, float),
    "timeout": (int, float),
    "longest_wait": (int, float),
    "cache_hours": (int, float),
    "ca_file": (str,),
    "proxy": (str,),
    "no_proxy": (list,),
}


Fetch = Callable[[str, str], str]
"""A URL and the SHA-256 that it must have -> the path of a file that holds it. Raises UsageError."""


def read_config(path: str, fetch: Fetch | None = None) -> dict[str, Any]:
    """A configuration file: the keys of _KEYS, in a pyproject.toml under `tool.keysieve`. Paths start at the file.

    Without `fetch` an `extends` by URL is refused. Raises UsageError that names the file and the key.
    """
    if not path:
        return {}
    import tomllib

    try:
        with open(path, "rb") as stream:
            values = tomllib.load(stream)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: is not TOML: {error}") from None
    if os.path.basename(path) == "pyproject.toml":
        values = values.get("tool", {}).get("keysieve", {})
    for key in ("allow", "baseline"):  # one may stand alone
        if isinstance(values.get(key), (dict, str)):
            values[key] = [values[key]]
    values = _layered(path, values, fetch)
    for key, value in values.items():
        _check_key(path, key, value)
    folder = os.path.dirname(os.path.abspath(path))
    values.setdefault("patterns", [])
    for key in {"patterns", "baseline"} & set(values):
        values[key] = [os.path.join(folder, name) for name in values[key]]
    return values


def _layered(path: str, values: dict[str, Any], fetch: Fetch | None) -> dict[str, Any]:
    """`values` over those of the file that `extends` names; lists are joined, and a `sha256` must fit."""
    named = values.pop("extends", None)
    if named is None:
        return values
    texts = isinstance(named, dict) and all(isinstance(value, str) for value in named.values())
    keys = set(named) if texts else set()
    if keys not in ({"path"}, {"path", "sha256"}, {"url", "sha256"}):
        raise UsageError(f"{path}: 'extends' must be a table of path and sha256, or of url and sha256")
    if "url" in keys:
        return _joined(_fetched(path, named, fetch), values)
    below = os.path.join(os.path.dirname(os.path.abspath(path)), named["path"])
    if os.path.realpath(below) == os.path.realpath(path):
        raise UsageError(f"{path}: extends itself")
    if "sha256" in named:
        _check_hash(path, below, named["sha256"])
    return _joined(read_config(below, fetch), values)


def _fetched(path: str, named: dict[str, str], fetch: Fetch | None) -> dict[str, Any]:
    if fetch is None:
        raise UsageError(f"{path}: 'extends' by url is not read here; name a path")
    base = read_config(fetch(named["url"], named["sha256"].lower()))
    for key in ("patterns", "baseline"):
        if base.pop(key, None):
            raise UsageError(f"{named['url']}: {key!r} names files, and a configuration from a URL has none beside it")
    return base


def _joined(base: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    return base | {key: [*base.get(key, ()), *v] if isinstance(v, list) else v for key, v in values.items()}


def _check_hash(path: str, below: str, wanted: str) -> None:
    import hashlib

    try:
        with open(below, "rb") as stream:
            found = hashlib.sha256(stream.read()).hexdigest()
    except OSError as error:
        raise UsageError(f"{path}: extends {below}, which cannot be read: {error.strerror}") from None
    if found != wanted.lower():
        raise UsageError(f"{path}: extends {below}, whose SHA-256 is {found}, not {wanted}")


def verify(config: dict[str, Any], path: str, asked: VerifySettings) -> VerifySettings:
    """What was `asked` for, with the table `[verify]` of a configuration and the environment's proxy.

    Raises UsageError that names the file and the key.
    """
    table = dict(config.get("verify", {}))
    for key, value in table.items():
        _check_verify_key(path, key, value)
    table["endpoints"] = tuple(sorted(table.get("endpoints", {}).items()))
    table["allow_hosts"] = tuple(table.get("allow_hosts", ()))
    table["no_proxy"] = tuple(table.get("no_proxy", ()))
    for name, url in table["endpoints"]:
        _check_endpoint(path, name, url)
    table["ca_file"] = (
        os.path.join(os.path.dirname(os.path.abspath(path)), table["ca_file"]) if table.get("ca_file") else ""
    )
    if asked.wanted or asked.dry_run:
        table["proxy"] = table.get("proxy") or os.environ.get("HTTPS_PROXY") or os.environ.get("https_proxy") or ""
        spared = os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or ""
        table["no_proxy"] = table["no_proxy"] or tuple(filter(None, map(str.strip, spared.split(","))))
    if table.get("proxy") and not table["proxy"].startswith(("http://", "https://")):
        raise UsageError("the proxy must be an http:// or https:// URL")
    return replace(asked, **table)


def _check_verify_key(path: str, key: str, value: object) -> None:
    kinds = _VERIFY_KEYS.get(key)
    if kinds is None:
        raise UsageError(f"{path}: 'verify.{key}' is not a setting; known are {', '.join(sorted(_VERIFY_KEYS))}")
    if not isinstance(value, kinds) or isinstance(value, bool):
        raise UsageError(f"{path}: 'verify.{key}' must be {kinds[-1].__name__}")
    if isinstance(value, (int, float)) and (value < 0 or (value == 0 and key in ("per_host", "timeout"))):
        raise UsageError(f"{path}: 'verify.{key}' must be more than 0")
    if isinstance(value, list) and not all(isinstance(item, str) for item in value):
        raise UsageError(f"{path}: 'verify.{key}' must be a list of strings")


_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def _check_endpoint(path: str, name: str, url: object) -> None:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url) if isinstance(url, str) else urlsplit("")
        usable = bool(parts.hostname) and not (parts.query or parts.fragment or parts.username or parts.password)
        usable = usable and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable or parts.scheme not in ("https", "http"):
        raise UsageError(f"{path}: 'verify.endpoints.{name}' must be a URL such as https://git.corp.example/api/v3")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise UsageError(f"{path}: 'verify.endpoints.{name}' must be https: http is for loopback only")


def _check_key(path: str, key: str, value: object) -> None:
    kind = _KEYS.get(key)
    if kind is None:
        raise UsageError(f"{path}: {key!r} is not a setting; known are {', '.join(sorted(_KEYS))}")
    items = value if isinstance(value, list) else ()
    wrong_kind = not isinstance(value, kind) or isinstance(value, bool)
    if key == "jobs" and isinstance(value, int) and not 1 <= value <= MOST_JOBS:
        raise UsageError(f"{path}: 'jobs' must be from 1 to {MOST_JOBS}")
    if wrong_kind or not all(isinstance(item, dict if key == "allow" else str) for item in items):
        named = {"allow": "tables"}.get(key, "a list of strings" if kind is list else kind.__name__)
        raise UsageError(f"{path}: {key!r} must be {named}")


def fingerprint_key(config: dict[str, Any]) -> bytes:
    """From `KEYSIEVE_FINGERPRINT_KEY`, else from the configuration, else the published constant."""
    text = os.environ.get("KEYSIEVE_FINGERPRINT_KEY") or config.get("fingerprint_key")
    return str(text).encode() if text else PUBLISHED_KEY


def default_jobs() -> int:
    """The processors this process may run on, so that containers are right."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        return os.cpu_count() or 1
