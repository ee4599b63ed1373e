"""`keysieve revoke` as a process, against a provider on loopback: nothing is sent that nobody asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("httpx")

from scanner.verify.section import revocation
from tests.cli.command import keysieve
from tests.helpers.samples import catalogue, sample
from tests.verify.provider import Asked, Reply, reply_for, serve

KIND = "github-pat-classic"
KINDS = [kind.id for kind in catalogue().values() if kind.revoke]


@pytest.fixture
def provider() -> Iterator[Any]:
    with serve(lambda asked: Reply(202)) as server:
        yield server


def config(tmp_path: Path, url: str, kind: str = KIND) -> Path:
    path = tmp_path / "keysieve.toml"
    path.write_text(f'[verify]\npace = 0\n[verify.endpoints]\n"{kind}" = "{url}"\n')
    return path


def revoke(tmp_path: Path, provider: Any, *options: str, kind: str = KIND, secret: str = "") -> Any:
    file = config(tmp_path, provider.url, kind)
    data = (secret or sample(kind)).encode()
    return keysieve("revoke", "--pattern", kind, "--config", file, *options, data=data)


def test_by_default_nothing_is_sent(tmp_path: Path, provider: Any) -> None:
    done = revoke(tmp_path, provider)
    assert done.code == 0
    assert done.out.startswith("would revoke GitHub")
    assert f"POST 127.0.0.1:{provider.server_port}, as https://docs.github.com/" in done.out
    assert sample(KIND) not in done.out + done.err
    assert provider.asked == []


def test_it_is_revoked_once_it_is_wanted(tmp_path: Path, provider: Any) -> None:
    done = revoke(tmp_path, provider, "--execute", "--yes")
    assert (done.code, done.out) == (0, "revoked (status 202)\n")
    (asked,) = provider.asked
    assert (asked.method, asked.path) == ("POST", "/credentials/revoke")
    assert json.loads(asked.body) == {"credentials": [sample(KIND)]}
    assert "authorization" not in asked.headers


def test_without_a_terminal_nobody_agrees(tmp_path: Path, provider: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from scanner.cli import revoke as module
    from scanner.errors import UsageError

    def no_terminal(*rest: Any, **named: Any) -> Any:
        raise OSError("none")

    monkeypatch.setattr("builtins.open", no_terminal)
    with pytest.raises(UsageError, match="asks on a terminal, and there is none; give --yes"):
        module._agreed("Revoke it?")


@pytest.mark.parametrize(
    ("answer", "agreed"), [("y\n", True), ("YES\n", True), ("n\n", False), ("\n", False), ("", False)]
)
def test_who_is_asked_may_refuse(monkeypatch: pytest.MonkeyPatch, answer: str, agreed: bool) -> None:
    import io

    from scanner.cli import revoke as module

    class Terminal(io.StringIO):
        def write(self, text: str) -> int:
            return len(text)

    monkeypatch.setattr("builtins.open", lambda *rest, **named: Terminal(answer))
    assert module._agreed("Revoke it?") is agreed


def test_a_kind_without_a_documented_request_is_refused(tmp_path: Path, provider: Any) -> None:
    done = revoke(tmp_path, provider, "--execute", "--yes", kind="age-secret-key")
    assert done.code == 2
    assert "its provider documents no request that revokes it" in done.err
    assert provider.asked == []


VAULT = "vault-service-token"


def test_a_host_of_ones_own_is_told_and_must_be_public_or_allowed(tmp_path: Path, provider: Any) -> None:
    """A self-hosted service: its host stands beside the token, and is looked at like every other."""
    file = tmp_path / "keysieve.toml"
    file.write_text("[verify]\npace = 0\n")

    def ask(text: str, *options: str) -> Any:
        return keysieve("revoke", "--pattern", VAULT, "--config", file, *options, data=text.encode())

    alone = ask(sample(VAULT))
    assert (alone.code, provider.asked) == (2, [])
    assert "it cannot be revoked from here: its part 'host' was not found beside it" in alone.err
    told = ask(f"{sample(VAULT)}\nhost=vault.acme.example\n")
    assert told.code == 0
    assert "POST vault.acme.example, as https://developer.hashicorp.com/" in told.out
    assert "its child tokens" in told.out
    inside = ask(f"{sample(VAULT)}\nhost=127.0.0.1:{provider.server_port}\n", "--execute", "--yes")
    assert (inside.code, provider.asked) == (3, [])
    assert "not of the public internet" in inside.out


def test_yes_alone_is_refused(tmp_path: Path, provider: Any) -> None:
    assert revoke(tmp_path, provider, "--yes").code == 2


@pytest.mark.parametrize("reply", [Reply(500), Reply(429), Reply(200, b"<html>sign in"), Reply(404, b"{}")])
def test_what_cannot_be_told_is_not_called_revoked(tmp_path: Path, reply: Reply) -> None:
    with serve(lambda asked: reply) as provider:
        done = revoke(tmp_path, provider, "--execute", "--yes")
    assert done.code == 3
    assert done.out.startswith("unknown")


def test_there_is_something_to_prove() -> None:
    assert len(KINDS) >= 25


@pytest.mark.parametrize("identity", KINDS)
def test_every_documented_answer(identity: str) -> None:
    """In this process: a kind's request, and what each answer that its page names means."""
    from scanner.settings import VerifySettings
    from scanner.verify.revoke import Revocation
    from tests.report.made import make_finding

    kind = catalogue()[identity]
    section = revocation(kind)
    assert section is not None
    for state, condition in section.conditions:
        asked: list[Asked] = []

        def play(one: Asked, condition: Any = condition, asked: list[Asked] = asked) -> Reply:
            asked.append(one)
            return reply_for(condition)

        with serve(play) as provider:
            secret = sample(identity).removeprefix("https://").encode()
            finding = make_finding(secret, pattern=identity)
            settings = VerifySettings(wanted=True, endpoints=((identity, provider.url),), timeout=20.0)
            assert Revocation(kind, finding, settings).run().state == state
        assert len(asked) == 1
        assert asked[0].method == section.method
        assert "{{" not in f"{asked[0].path}{asked[0].headers}{asked[0].body!r}"
