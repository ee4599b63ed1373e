"""No host of scanned content is contacted unless it is public by resolution at connect time, or named by the user."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.secrets import Secret
from scanner.verify import template
from scanner.verify.address import Refused, is_public, resolve
from tests.report.made import make_finding, text_secret
from tests.verify.conftest import Make, custom
from tests.verify.provider import Reply, serve

LOOPBACK = (
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "017700000001", "localhost", "0.0.0.0",
    "127.0.0.1.",
)  # fmt: skip
NOT_PUBLIC = (
    "127.0.0.1", "127.255.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "224.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1", "::1", "::", "fe80::1", "fe80::1%lo", "fc00::1",
    "fd00:ec2::254",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
    "2002:a9fe:a9fe::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2", "ff02::1", "::7f00:1",
)  # fmt: skip


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "140.82.112.5", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_public(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_an_address_is_as_public_as_its_wrapping(address: Any) -> None:
    assert is_public(f"::ffff:{address}") == is_public(str(address))
    assert is_public(f"64:ff9b::{address}") == is_public(str(address))


@pytest.fixture
def hits() -> Iterator[Any]:
    with serve(lambda asked: Reply(200, b"{}")) as provider:
        yield provider


def ask(verifier: Make, host: str, url: str = "https://{{host}}/v1/me", **settings: Any) -> Any:
    kind = custom(url=url)
    found = make_finding(text_secret(), pattern=kind.id, parts=(("host", Secret(host.encode())),))
    (told,) = verifier(lambda _: kind, timeout=3.0, **settings).verify([found])
    assert told.verdict.state == "unknown"
    return told.verdict.why


@pytest.mark.parametrize("host", LOOPBACK)
def test_loopback_in_every_spelling_is_refused(verifier: Make, hits: Any, host: str) -> None:
    why = ask(verifier, f"{host.rstrip('.')}:{hits.server_port}")
    assert any(word in why for word in ("not of the public internet", "cannot be resolved", "InvalidURL"))
    assert hits.asked == []


TRICKS = (
    "api.acme.example@127.0.0.1", "127.0.0.1#api.acme.example", "127.0.0.1?x", "127.0.0.1\\@api.acme.example", "a b",
    "a\r\nHost: b",
    "", "[::1]", "[::ffff:127.0.0.1]", "..", "127.0.0.1/../x", "127.0.0.1:99999999",
)  # fmt: skip


@pytest.mark.parametrize("host", TRICKS)
def test_what_is_no_host_is_never_one(verifier: Make, host: str) -> None:
    assert ask(verifier, host) == "what stands for a host is none"


@pytest.mark.parametrize("value", ["evil.example/", "evil.example/x", "evil.example:443", "x@evil.example"])
def test_a_part_of_a_host_brings_no_other_host(verifier: Make, value: str) -> None:
    assert ask(verifier, value, "https://{{host}}.acme.example/v1/me") == "what stands for a host is none"


URLS = (
    "http://127.0.0.1/", "https://user@api.acme.example/", "https://user:pw@127.0.0.1/", "file:///etc/passwd",
    "https://api.acme.example\\@127.0.0.1/", "https://a b/", "gopher://127.0.0.1/",
)  # fmt: skip


@pytest.mark.parametrize("value", URLS)
def test_a_whole_address_must_be_plain_https(verifier: Make, value: str) -> None:
    assert "address is no" in ask(verifier, value, "{{host}}")


def test_an_address_in_content_that_is_private_is_refused(verifier: Make) -> None:
    assert "not of the public internet" in ask(verifier, "https://169.254.169.254/latest/meta-data/", "{{host}}")


def test_a_resolver_that_changes_its_mind_gains_nothing(
    verifier: Make, hits: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name is resolved once: what was looked at is what is connected to, or would be."""
    answers = iter(["8.8.8.8", "127.0.0.1", "127.0.0.1", "127.0.0.1"])
    tried: list[str] = []

    def resolver(host: str, port: int, *rest: Any, **named: Any) -> list[Any]:
        if host[0].isdigit():  # a number is its own answer
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    def connect(self: socket.socket, address: Any) -> None:
        tried.append(address[0])
        raise OSError("not from a test")

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    monkeypatch.setattr(socket.socket, "connect", connect)
    ask(verifier, f"rebinding.example:{hits.server_port}")
    assert tried == ["8.8.8.8"]


def test_one_private_address_among_public_ones_refuses_all(monkeypatch: pytest.MonkeyPatch) -> None:
    mixed = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, 443)) for number in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *rest, **named: mixed)
    with pytest.raises(Refused):
        resolve("mixed.example", 443)
    assert resolve("mixed.example", 443, {"mixed.example"}) == ["8.8.8.8", "10.0.0.1"]


@pytest.mark.parametrize(
    "target", ["http://169.254.169.254/latest/meta-data/", "//127.0.0.2/", "http://localhost:{port}/", "https://127.0.0.1:{port}/"]
)  # fmt: skip
def test_a_redirect_to_another_host_is_not_followed(verifier: Make, target: str) -> None:
    kind = custom()
    with serve(lambda asked: Reply(302, b"", {"Location": target.format(port=provider.server_port)})) as provider:
        found = make_finding(text_secret(), pattern=kind.id)
        (told,) = verifier(lambda _: kind, endpoints=(("acme", provider.url),)).verify([found])
        assert len(provider.asked) == 1
    assert (told.verdict.state, told.verdict.why) == (
        "unknown",
        "it redirects to another host, which was not followed",
    )


def test_a_redirect_within_the_host_is_followed_and_not_for_ever(verifier: Make) -> None:
    kind = custom()
    found = make_finding(text_secret(), pattern=kind.id)
    moves = {"/v1/me": Reply(301, b"", {"Location": "/v2/me"}), "/v2/me": Reply(200, b"{}")}
    with serve(lambda asked: moves[asked.path]) as provider:
        (told,) = verifier(lambda _: kind, endpoints=(("acme", provider.url),)).verify([found])
    assert told.verdict.state == "active"
    moves = {"/v1/me": Reply(301, b"", {"Location": "/v1/me"})}
    with serve(lambda asked: moves[asked.path]) as provider:
        (told,) = verifier(lambda _: kind, endpoints=(("acme", provider.url),)).verify([found])
        assert len(provider.asked) == 4
    assert told.verdict.why == "it redirects too often"


@given(st.binary(max_size=60))
def test_no_value_leaves_its_place(value: bytes) -> None:
    """Whatever stands in a part, the request stays the one that the section says, or is none."""
    parts = {"secret": Secret(value)}
    try:
        path = template.render("/v1/{{secret}}/me", parts, template.in_url)
        header = template.render("Bearer {{secret}}", parts, template.in_header)
        host = template.host("{{secret}}.acme.example", parts)
    except template.Unfit:
        return
    assert path.count("/") == 3
    assert not set(path) & set("?#\r\n\\ @")
    assert not set(header) & set("\r\n\0")
    assert host.endswith(".acme.example")
    assert not set(host) & set("/@:?#\\")
