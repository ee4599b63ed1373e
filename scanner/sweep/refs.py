"""What a repository's refs are now: one request over http, `git ls-remote` else, files for a folder."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from scanner.errors import TargetError
from scanner.secrets import without_login
from scanner.sources.git.door import environment
from scanner.sweep.repositories import Repository
from scanner.sweep.web import Web

PROTOCOLS = "https:http:ssh:git:file"
_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")


@dataclass(frozen=True, slots=True)
class Tips:
    """What of the refs a mirror has to know, whatever their number."""

    digest: str
    head: str
    tip: str
    sha256: bool
    empty: bool


@dataclass(frozen=True, slots=True)
class Refs:
    """(name, id) of every ref, sorted; the branch that HEAD names, and what it is now."""

    rows: tuple[tuple[str, str], ...] = ()
    head: str = ""
    tip: str = ""
    local: str = ""  # of a folder: a hash of what else would show a change

    @property
    def digest(self) -> str:
        """A hash of all of it."""
        told = "".join(f"{name} {identity}\n" for name, identity in self.rows)
        return hashlib.sha256(
            f"{self.head}\n{self.tip}\n{self.local}\n{told}".encode("utf-8", "surrogateescape")
        ).hexdigest()

    @property
    def tips(self) -> Tips:
        """The short form."""
        wide = any(len(identity) == 64 for _, identity in self.rows)
        return Tips(self.digest, self.head, self.tip, wide, not self.rows and not self.local)


def login(token: str) -> str:
    """The header that carries a token as git's own credential helpers send it: any user, the token as password."""
    return "Basic " + base64.b64encode(b"x-access-token:" + token.encode()).decode() if token else ""


def of(repository: Repository, web: Web, token: str, timeout: float = 300.0) -> Refs:
    """The refs. Raises TargetError."""
    if repository.local:
        return _of_folder(repository.url)
    if repository.url.startswith(("https://", "http://")):
        return _of_server(repository, web, token)
    return _asked(repository, timeout)


def _of_server(repository: Repository, web: Web, token: str) -> Refs:
    """The advertisement of git's smart protocol, version 0 (gitprotocol-http, gitprotocol-pack)."""
    url = repository.url.rstrip("/") + "/info/refs"
    headers = {"authorization": login(token)} if token else {}
    answer = web.ask(url, headers, {"service": "git-upload-pack"})
    kind = answer.headers.get("content-type", "")
    if answer.status_code in (401, 403, 404):
        raise TargetError(f"{repository.shown}: refused or not there ({answer.status_code})")
    if answer.status_code in (301, 302, 307, 308):
        raise TargetError(f"{repository.shown}: has moved; list it by its new address")
    if answer.status_code != 200 or "x-git-upload-pack-advertisement" not in kind:
        raise TargetError(f"{repository.shown}: does not answer as a git server does ({answer.status_code})")
    try:
        return advertised(answer.content)
    except (ValueError, IndexError):
        raise TargetError(f"{repository.shown}: its list of refs cannot be read") from None


def is_id(name: str) -> bool:
    """Whether it is the id of an object, in hexadecimal."""
    return _ID.match(name) is not None


def advertised(data: bytes) -> Refs:
    """The refs of an advertisement. Raises ValueError or IndexError."""
    rows: list[tuple[str, str]] = []
    head = tip = ""
    first = True
    for line in packets(data):
        if line.startswith(b"# service=") or not line:
            continue
        text, _, capabilities = line.rstrip(b"\n").partition(b"\0")
        identity, _, name = text.decode("utf-8", "surrogateescape").partition(" ")
        if not is_id(identity):
            raise ValueError("no ref")
        if first:
            head = _symref(capabilities.decode("utf-8", "replace"))
            first = False
        if name == "HEAD":
            tip = identity
        elif name.startswith("refs/") and not name.endswith("^{}"):
            rows.append((name, identity))
    return Refs(tuple(sorted(rows)), head, tip)


def packets(data: bytes) -> list[bytes]:
    """The payloads of pkt-lines; b"" for a flush. Raises ValueError where they do not end as they must."""
    found = []
    at = 0
    while at < len(data):
        size = int(data[at : at + 4], 16)
        if size in (1, 2, 3) or at + max(size, 4) > len(data):
            raise ValueError("a packet is cut off")
        found.append(data[at + 4 : at + size] if size else b"")
        at += max(size, 4)
    if not found or found[-1]:
        raise ValueError("the list is cut off")
    return found


def _symref(capabilities: str) -> str:
    for word in capabilities.split():
        if word.startswith("symref=HEAD:"):
            return word.removeprefix("symref=HEAD:")
    return ""


def _asked(repository: Repository, timeout: float) -> Refs:
    command = ["git", "ls-remote", "--symref", "--", repository.url]
    try:
        done = subprocess.run(command, capture_output=True, env=remote_environment(), timeout=timeout, check=False)
    except subprocess.TimeoutExpired:
        raise TargetError(f"{repository.shown}: does not answer within {timeout:.0f} seconds") from None
    except FileNotFoundError:
        raise TargetError("git is not installed or not on PATH; the sweep needs it") from None
    if done.returncode:
        raise TargetError(f"{repository.shown}: {said(done.stderr)}")
    rows, head, tip = [], "", ""
    for line in done.stdout.decode("utf-8", "surrogateescape").splitlines():
        left, _, name = line.partition("\t")
        if left.startswith("ref: "):
            head = left.removeprefix("ref: ") if name == "HEAD" else head
        elif name == "HEAD":
            tip = left
        elif name.startswith("refs/") and not name.endswith("^{}"):
            rows.append((name, left))
    return Refs(tuple(sorted(rows)), head, tip)


def said(stderr: bytes) -> str:
    """git's word for what went wrong, on one line and without any login."""
    lines = [line.strip() for line in without_login(stderr.decode("utf-8", "replace")).splitlines() if line.strip()]
    fatal = [line for line in lines if line.startswith(("fatal: ", "error: "))] or lines[-1:]
    return fatal[0] if fatal else "git ended without a word"


def remote_environment(git_dir: str = "", settings: Sequence[tuple[str, str]] = ()) -> dict[str, str]:
    """The environment of a git that speaks with another machine: that of every git process, with the protocols that
    a user may name, and `settings` where no process list shows them."""
    made = environment(git_dir)
    made.pop("GIT_NO_LAZY_FETCH")
    if not git_dir:
        made.pop("GIT_DIR")
    made["GIT_ALLOW_PROTOCOL"] = PROTOCOLS
    made["GIT_ASKPASS"] = ""
    made["GIT_SSH_COMMAND"] = os.environ.get("GIT_SSH_COMMAND", "ssh") + " -oBatchMode=yes"
    made["GIT_CONFIG_COUNT"] = str(len(settings))
    for number, (key, value) in enumerate(settings):
        made[f"GIT_CONFIG_KEY_{number}"], made[f"GIT_CONFIG_VALUE_{number}"] = key, value
    return made


def _of_folder(path: str) -> Refs:
    """Of a repository on disk: HEAD and its refs, and what changes when objects come that no ref names."""
    from scanner.sources.git.discover import discover

    found = discover(path)
    if found is None:
        raise TargetError(f"{path}: is no repository any more")
    digest = hashlib.sha256()
    try:
        for name in ("HEAD", "packed-refs"):
            digest.update(_read(os.path.join(found.common_dir, name)))
        for folder, inside, names in os.walk(os.path.join(found.common_dir, "refs")):
            inside.sort()
            for name in sorted(names):
                digest.update(os.fsencode(os.path.join(folder, name)) + _read(os.path.join(folder, name)))
        objects = os.path.join(found.common_dir, "objects")
        for name in sorted(os.listdir(objects)):
            digest.update(
                f"{name} {os.stat(os.path.join(objects, name)).st_mtime_ns}\n".encode("utf-8", "surrogateescape")
            )
    except OSError as error:
        raise TargetError(f"{path}: cannot be read: {error.strerror}") from None
    head = _read(os.path.join(found.git_dir, "HEAD")).decode("utf-8", "replace").strip()
    return Refs(head=head, local=digest.hexdigest())


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except FileNotFoundError:
        return b""


def token_of(repository: Repository) -> str:
    """The token for its server, from the environment variable that its source names."""
    return os.environ.get(repository.token_env, "") if repository.token_env else ""
