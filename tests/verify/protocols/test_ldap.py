"""OpenLDAP itself: bound over TLS, over StartTLS, and refused; and what Active Directory says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.importorskip("ldap3")

from scanner.verify.answer import Said, judge_word
from scanner.verify.section import read
from tests.helpers.samples import catalogue
from tests.report.made import text_secret
from tests.verify.protocols import servers
from tests.verify.protocols.conftest import Ask, Place

KIND = "ldap-uri"
SECRET = text_secret(20).decode()
WHO = "cn=svc,dc=post,dc=example"


@pytest.fixture(scope="module")
def server() -> Iterator[Place]:
    program = servers.program("slapd")
    with servers.folder() as root:
        ca, certificate, key = servers.certificate(root)
        port, secure = servers.free_port(), servers.free_port()
        (root / "data").mkdir()
        servers.own(root / "data")
        page = [
            "include /etc/ldap/schema/core.schema", "modulepath /usr/lib/ldap", "moduleload back_mdb",
            f"TLSCACertificateFile {ca}", f"TLSCertificateFile {certificate}", f"TLSCertificateKeyFile {key}",
            f"pidfile {root / 'pid'}", "database mdb", "suffix dc=post,dc=example", f"rootdn {WHO}",
            f"rootpw {SECRET}", f"directory {root / 'data'}",
        ]  # fmt: skip
        config = servers.put(root / "slapd.conf", "\n".join(page) + "\n")
        urls = f"ldap://127.0.0.1:{port} ldaps://127.0.0.1:{secure}"
        command = [program, "-f", config, "-h", urls, "-d", "0"]
        with servers.serving(command, root, servers.listens(secure)):
            yield Place(port, ca, secure)


def uri(place: Place, scheme: str) -> str:
    return f"{scheme}://localhost:{place.secure if scheme == 'ldaps' else place.port}"


@pytest.mark.parametrize("scheme", ["ldaps", "ldap"])
def test_whoever_is_bound(ask: Ask, server: Place, scheme: str) -> None:
    verdict = ask(KIND, SECRET, server.ca, host=None, id=uri(server, scheme), bind_dn=WHO)
    assert verdict.state == "active", verdict
    assert dict(verdict.identity) == {"user": WHO}


@pytest.mark.parametrize("scheme", ["ldaps", "ldap"])
def test_who_is_refused(ask: Ask, server: Place, scheme: str) -> None:
    verdict = ask(KIND, "wrong-password", server.ca, host=None, id=uri(server, scheme), bind_dn=WHO)
    assert (verdict.state, verdict.why) == ("inactive", "the server said 49")


@pytest.mark.parametrize("scheme", ["ldaps", "ldap"])
def test_a_certificate_of_a_stranger_is_not_accepted(ask: Ask, server: Place, scheme: str) -> None:
    verdict = ask(KIND, SECRET, host=None, id=uri(server, scheme), bind_dn=WHO)
    assert verdict.state == "unknown"
    assert "TLS: the server's certificate" in verdict.why


def test_without_whom_it_is_of_nobody_is_asked(ask: Ask) -> None:
    verdict = ask(KIND, SECRET, host=None, id="ldap://localhost:9")
    assert (verdict.state, verdict.why) == ("unknown", "its part 'bind_dn' was not found beside it")


@pytest.mark.parametrize(
    ("word", "state"),
    [("49", "inactive"), ("49 data 52e", "inactive"), ("49 data 533", "inactive"), ("49 data 531", "restricted"),
     ("49 data 773", "restricted"), ("53", "unknown"), ("8", "unknown"), ("51", "unknown"), ("490", "unknown")],
)  # fmt: skip
def test_what_a_directory_may_say(word: str, state: str) -> None:
    section = read(catalogue()[KIND])
    assert section is not None
    assert judge_word(section, Said(word)).state == state
