"""Whose registry is asked about a package token: the one beside it, else the one of the user's own client."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner.catalogue import asking
from scanner.detector import Detector
from scanner.records import Finding, Verdict
from scanner.secrets import Secret
from scanner.settings import DetectSettings
from tests.helpers.samples import catalogue, sample
from tests.report.made import make_finding, text_secret
from tests.verify.conftest import Make, custom
from tests.verify.provider import Asked, Provider, Reply, serve

NAMES = ("npm_config_registry", "NPM_CONFIG_REGISTRY", "TWINE_REPOSITORY_URL", "CARGO_REGISTRIES_CRATES_IO_INDEX")


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*NAMES, "NPM_CONFIG_USERCONFIG", "CARGO_HOME"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector(DetectSettings())


def of(identity: str, registry: str = "") -> Finding:
    kind = catalogue()[identity]
    parts = (("registry", Secret(registry.encode())),) if registry else ()
    return make_finding(text_secret(), pattern=identity, provider=kind.provider, parts=parts)


def ask(verifier: Make, finding: Finding, **changes: Any) -> Verdict:
    (told,) = verifier(allow_hosts=("127.0.0.1",), unconfirmed=True, **changes).verify([finding])
    return told.verdict


def home(name: str, text: str) -> None:
    place = Path.home() / name
    place.parent.mkdir(exist_ok=True)
    place.write_text(text, encoding="utf-8")


def npm(asked: Asked) -> Reply:
    return Reply(200, b'{"username": "ann"}') if asked.path == "/mirror/-/whoami" else Reply(404)


@pytest.mark.parametrize(
    "configure",
    [
        lambda url, patch: patch.setenv("npm_config_registry", f"{url}/mirror/"),
        lambda url, patch: home(".npmrc", f"; mine\nregistry = {url}/mirror/\n//other.example/:_authToken=abc\n"),
        lambda url, patch: patch.setenv("REG", url) or home(".npmrc", 'registry="${REG}/mirror"\n'),
    ],
)
def test_the_registry_of_npm_is_the_users_own(
    verifier: Make, monkeypatch: pytest.MonkeyPatch, configure: Callable[[str, pytest.MonkeyPatch], None]
) -> None:
    with serve(npm) as provider:
        configure(provider.url, monkeypatch)
        verdict = ask(verifier, of("npm-token"))
    assert (verdict.state, dict(verdict.identity)) == ("active", {"user": "ann"})
    assert len(provider.asked) == 1


def test_the_repository_of_twine_is_the_users_own(verifier: Make) -> None:
    with serve(lambda asked: Reply(400 if (asked.method, asked.path) == ("POST", "/up/") else 404)) as provider:
        home(".pypirc", f"[distutils]\nindex-servers = pypi\n\n[pypi]\nrepository: {provider.url}/up/\n")
        verdict = ask(verifier, of("pypi-token"))
        assert ask(verifier, of("pypi-test-token")).state == "unknown"  # that section says nothing
    assert verdict.state == "active"
    assert len(provider.asked) == 1


def cargo(provider: list[Provider]) -> Callable[[Asked], Reply]:
    def play(asked: Asked) -> Reply:
        if asked.path == "/index/config.json":
            assert "authorization" not in asked.headers  # the index is asked without the token
            return Reply(200, json.dumps({"dl": "x", "api": provider[0].url}).encode())
        return Reply(200, b'{"user": {"login": "ann"}}') if asked.path == "/api/v1/me" else Reply(404)

    return play


def test_cargo_finds_the_api_by_its_index(verifier: Make) -> None:
    known: list[Provider] = []
    with serve(cargo(known)) as provider:
        known.append(provider)
        home(".cargo/config.toml", f'[registries.crates-io]\nindex = "sparse+{provider.url}/index/"\n')
        verdict = ask(verifier, of("cratesio-token"))
    assert (verdict.state, dict(verdict.identity)) == ("active", {"user": "ann"})
    assert [item.path for item in provider.asked] == ["/index/config.json", "/api/v1/me"]


@pytest.mark.parametrize("answer", [Reply(404), Reply(200, b"{}"), Reply(200, b'{"api": "http://api.example"}')])
def test_an_index_without_an_api_gets_no_token(verifier: Make, monkeypatch: pytest.MonkeyPatch, answer: Reply) -> None:
    with serve(lambda asked: answer) as provider:
        monkeypatch.setenv("CARGO_REGISTRIES_CRATES_IO_INDEX", f"sparse+{provider.url}/")
        verdict = ask(verifier, of("cratesio-token"))
    assert verdict.state == "unknown"
    assert all("authorization" not in item.headers for item in provider.asked)


def test_a_registry_that_may_be_another_one_makes_nothing_inactive(
    verifier: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(lambda asked: Reply(401, b"{}")) as provider:
        monkeypatch.setenv("npm_config_registry", provider.url)
        verdict = ask(verifier, of("npm-token"))
        named = ask(verifier, of("npm-token"), endpoints=(("npm", provider.url),))
    assert verdict.state == "unknown" and "another may know it" in verdict.why
    assert named.state == "inactive"  # an endpoint is said to be the token's own


def test_the_registry_beside_the_token_comes_first(verifier: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("npm_config_registry", "https://127.0.0.1:9")
    settings = verifier(dry_run=True)
    hosts, _ = settings.plan([of("npm-token", "npm.corp.example/api"), of("npm-token")])
    assert hosts == {"npm.corp.example": 1, "127.0.0.1:9": 1}


@pytest.mark.parametrize("identity", ["npm-token", "npmrc-basic-auth", "pypi-token", "cratesio-token"])
def test_without_a_registry_nobody_is_asked(verifier: Make, identity: str) -> None:
    hosts, left = verifier(unconfirmed=True).plan([of(identity)])
    assert hosts == {}
    assert "named neither beside it nor by" in next(iter(left))


@pytest.mark.parametrize("text", ["http://npm.corp.example", "https://ann:pass@npm.corp.example", "npm", "https://[x"])
def test_an_odd_address_is_no_registry(verifier: Make, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("npm_config_registry", text)
    assert verifier().plan([of("npm-token")]) == ({}, {"the address of its registry is no plain https URL": 1})


def test_a_damaged_file_of_a_client_is_not_quoted(verifier: Make) -> None:
    home(".pypirc", "[pypi\npassword = hidden-word\n\x01")
    home(".cargo/config.toml", 'token = "hidden-word\n')
    for identity in ("pypi-token", "cratesio-token"):
        hosts, left = verifier(unconfirmed=True).plan([of(identity)])
        assert hosts == {} and "hidden-word" not in str(left)


@pytest.mark.parametrize(
    ("identity", "line", "registry"),
    [
        ("npm-token", "//npm.corp.example/api/npm/:_authToken={}\n", b"npm.corp.example/api/npm"),
        ("npm-token", "npm publish --registry=https://npm.corp.example/ --token {}\n", b"npm.corp.example"),
        ("npm-token", "see https://docs.example/x token {}\n", b""),
        (
            "pypi-token",
            "[pypi]\nrepository = https://up.corp.example/legacy/\npassword = {}\n",
            b"up.corp.example/legacy",
        ),
        ("cratesio-token", 'index = "sparse+https://c.corp.example/i/"\ntoken = "{}"\n', b"c.corp.example/i"),
    ],
)
def test_the_registry_is_found_on_the_tokens_line(
    detector: Detector, identity: str, line: str, registry: bytes
) -> None:
    found = [item for item in detector.inspect(line.format(sample(identity)).encode()) if item.credential == identity]
    assert [dict(item.parts).get("registry", Secret(b"")).reveal() for item in found] == [registry]


def test_a_table_of_a_client_that_is_none_is_refused() -> None:
    """When its file is loaded, and not while somebody is asked."""
    wrong = custom(client={"key": "registry", "path": "~/.npmrc"})
    assert "knows at, document" in asking.verify(wrong.verify)
    assert asking.verify(custom(client={"key": "registry"}).verify) == ""
