"""OpenSSH itself: a key that is let in, one that is not, and none that is tried where nobody allowed it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

pytest.importorskip("paramiko")

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from tests.report.made import text_secret
from tests.verify.protocols import servers
from tests.verify.protocols.conftest import Ask

OPENSSH, PEM = "private-key-openssh", "private-key-pem"


def written(key: object, form: str = "OpenSSH", word: str = "") -> str:
    lock = serialization.BestAvailableEncryption(word.encode()) if word else serialization.NoEncryption()
    return key.private_bytes(  # type: ignore[attr-defined, no-any-return]
        serialization.Encoding.PEM, getattr(serialization.PrivateFormat, form), lock
    ).decode()


def public(key: object) -> str:
    return (
        key.public_key()
        .public_bytes(  # type: ignore[attr-defined, no-any-return]
            serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
        )
        .decode()
    )


KEYS = {
    "ed25519": ed25519.Ed25519PrivateKey.generate(),
    "ecdsa": ec.generate_private_key(ec.SECP256R1()),
    "rsa": rsa.generate_private_key(65537, 2048),
}
STRANGER = ed25519.Ed25519PrivateKey.generate()


@dataclass(frozen=True)
class Host:
    port: int
    user: str
    log: Path


@pytest.fixture(scope="module")
def server() -> Iterator[Host]:
    program = servers.program("sshd")
    with servers.folder() as root:
        port = servers.free_port()
        host = servers.put(root / "host", written(ed25519.Ed25519PrivateKey.generate()))
        known = servers.put(root / "known", "\n".join(map(public, KEYS.values())) + "\n")
        pam = "yes" if os.geteuid() == 0 else "no"  # the account without rights has no password
        page = [
            f"Port {port}", "ListenAddress 127.0.0.1", f"HostKey {host}", f"AuthorizedKeysFile {known}",
            f"UsePAM {pam}",
            "StrictModes no", "PasswordAuthentication no", "KbdInteractiveAuthentication no", f"PidFile {root / 'pid'}",
            "LogLevel VERBOSE",
        ]  # fmt: skip
        config = servers.put(root / "sshd_config", "\n".join(page) + "\n")
        with servers.serving([program, "-D", "-e", "-f", config], root, servers.listens(port)):
            yield Host(port, servers.account(), root / "log")


def _told(log: Path, words: str) -> str:
    """The server's log once it holds these words: it is written by processes of its own, after the answer."""
    for _ in range(100):
        told = log.read_text()
        if words in told:
            return told
        time.sleep(0.05)
    raise AssertionError(told)


@pytest.mark.parametrize(
    ("kind", "name", "form"),
    [(OPENSSH, "ed25519", "OpenSSH"), (OPENSSH, "rsa", "OpenSSH"), (PEM, "rsa", "TraditionalOpenSSL"),
     (PEM, "ecdsa", "TraditionalOpenSSL")],
)  # fmt: skip
def test_a_key_that_is_let_in(ask: Ask, server: Host, kind: str, name: str, form: str) -> None:
    verdict = ask(kind, written(KEYS[name], form), user=server.user, host=f"localhost:{server.port}")
    assert verdict.state == "active", verdict
    assert dict(verdict.identity) == {"user": server.user, "privileged": "no"}
    told = _told(server.log, "Accepted publickey")
    assert "session opened" not in told.lower()
    assert "Starting session" not in told


def test_a_key_in_one_line(ask: Ask, server: Host) -> None:
    """As it stands in JSON or an environment file."""
    text = written(KEYS["ed25519"]).strip().replace("\n", "\\n")
    verdict = ask(OPENSSH, text, user=server.user, host=f"localhost:{server.port}")
    assert verdict.state == "active", verdict


def test_a_key_that_is_not_let_in_may_open_another_door(ask: Ask, server: Host) -> None:
    verdict = ask(OPENSSH, written(STRANGER), user=server.user, host=f"localhost:{server.port}")
    assert (verdict.state, verdict.why) == ("unknown", "the server said refused, which tells nothing of the credential")


def test_a_host_that_nobody_named_is_not_tried(ask: Ask, server: Host) -> None:
    before = server.log.read_text().count("Connection from")
    place = f"localhost:{server.port}"
    verdict = ask(OPENSSH, written(KEYS["ed25519"]), allow=("other.example",), user=server.user, host=place)
    assert (verdict.state, verdict.why) == ("unknown", "a key is tried only at hosts that `allow_hosts` names")
    assert server.log.read_text().count("Connection from") == before


def test_an_encrypted_key_and_what_is_none(ask: Ask) -> None:
    word = text_secret(9).decode()
    locked = ask(OPENSSH, written(KEYS["ed25519"], word=word), user="ann", host="localhost:9")
    assert (locked.state, locked.why) == ("unknown", "it is encrypted, and its passphrase is not known")
    none = ask(OPENSSH, text_secret(200).decode(), user="ann", host="localhost:9")
    assert (none.state, none.why) == ("unknown", "it is no key that can be used")
    alone = ask(OPENSSH, written(KEYS["ed25519"]), host=None)
    assert (alone.state, alone.why) == ("unknown", "its part 'host' was not found beside it")
