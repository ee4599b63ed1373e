"""MongoDB: SCRAM over OP_MSG, and the roles. BSON is pymongo's, SCRAM is scramp's.

pymongo's own client resolves names by itself and knows no pinned address, so the few commands are sent from here.
Sources: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/,
https://www.mongodb.com/docs/manual/reference/error-codes/,
https://www.mongodb.com/docs/manual/reference/connection-string/
"""

from __future__ import annotations

import hashlib
import socket
import struct
from typing import Any

from scanner.verify import login
from scanner.verify.answer import Said
from scanner.verify.hosts import Failed
from scanner.verify.line import Line
from scanner.verify.login import Login
from scanner.verify.template import Unfit, Values

try:
    import bson
    from scramp import ScramClient, ScramException
except ImportError:
    raise Unfit("verifying this kind needs pymongo; install it with: pip install 'keysieve[databases]'") from None

PORT = 27017
WIDEST = 1 << 20
"""Bytes of one answer."""
_OP_MSG = 2013
_SRV = "mongodb+srv"
_WIDE = {
    "root", "__system", "dbOwner", "dbAdminAnyDatabase", "userAdmin", "userAdminAnyDatabase", "clusterAdmin",
    "readWriteAnyDatabase", "atlasAdmin", "restore",
}  # fmt: skip
"""Built-in roles that reach further than data of one database."""


def target(parts: Values) -> tuple[str, int]:
    """Where it would go. Raises Unfit."""
    wanted = _login(parts)
    return wanted.host, wanted.port


def ask(parts: Values, line: Line) -> Said:
    """`ok` with the user's roles, or `code` and the number of the error. Raises Failed."""
    wanted = _login(parts)
    host, port, options = wanted.host, wanted.port, {name.lower(): text for name, text in wanted.options.items()}
    if wanted.scheme == _SRV:
        host, port, more = _seed(wanted.host, line)
        options = {"tls": "true", **more, **options}
    if "authmechanism" in options and not options["authmechanism"].upper().startswith("SCRAM-"):
        raise Failed("its mechanism of authentication is not spoken", fault=False)
    plain = line.connect(host, port)
    if options.get("tls", options.get("ssl", "")).lower() == "true":
        plain = line.secure(plain, host)
    source = options.get("authsource") or wanted.database or "admin"
    with plain:
        problem = _authenticated(plain, wanted, source)
        if problem and not wanted.whole:  # what was not read may name another source of users
            raise Failed("it was refused, but its connection string was read in part only", fault=False)
        if problem:
            return Said(problem)
        return Said("ok", _identity(plain, source))


def _login(parts: Values) -> Login:
    return login.read(parts, PORT)


def _authenticated(plain: socket.socket, wanted: Login, source: str) -> str:
    """Log in; "" or the code of the refusal."""
    hello = _call(plain, {"hello": 1, "saslSupportedMechs": f"{source}.{wanted.user}", "$db": source})
    known = hello.get("saslSupportedMechs") or ["SCRAM-SHA-1"]
    name = next((each for each in ("SCRAM-SHA-256", "SCRAM-SHA-1") if each in known), "")
    if not name:
        raise Failed("the server knows no mechanism of authentication that is spoken", fault=False)
    password = wanted.password
    if name == "SCRAM-SHA-1":  # as MongoDB has always hashed before it
        password = hashlib.md5(f"{wanted.user}:mongo:{password}".encode(), usedforsecurity=False).hexdigest()
    try:
        client = ScramClient([name], wanted.user, password)
        payload = client.get_client_first().encode()
        told = _call(plain, {"saslStart": 1, "mechanism": name, "payload": payload, "$db": source})
        if not told.get("ok"):
            return _code(told)
        client.set_server_first(bytes(told["payload"]).decode())
        sent = {"saslContinue": 1, "conversationId": told["conversationId"], "$db": source}
        told = _call(plain, sent | {"payload": client.get_client_final().encode()})
        if not told.get("ok"):
            return _code(told)
        client.set_server_final(bytes(told["payload"]).decode())
        if not told.get("done"):
            told = _call(plain, sent | {"payload": b""})
    except (ScramException, KeyError, UnicodeDecodeError):
        # Who cannot prove that it knows the password's hash is not the server.
        raise Failed("the server's proof was not understood", fault=False) from None
    return "" if told.get("ok") else _code(told)


def _code(told: dict[str, Any]) -> str:
    return f"code {told.get('code', 'unknown')}"


def _identity(plain: socket.socket, source: str) -> tuple[tuple[str, str], ...]:
    told = _call(plain, {"connectionStatus": 1, "$db": source})
    info = told.get("authInfo", {})
    users = [f"{each.get('user')}@{each.get('db')}" for each in info.get("authenticatedUsers", ())]
    roles = [(str(each.get("role")), str(each.get("db"))) for each in info.get("authenticatedUserRoles", ())]
    return (
        ("user", ", ".join(users)),
        ("privileged", "yes" if any(role in _WIDE for role, _ in roles) else "no"),
        ("permissions", ", ".join(f"{role}@{place}" for role, place in roles)),
    )


def _call(plain: socket.socket, command: dict[str, Any]) -> dict[str, Any]:
    body = bson.encode(command)
    # Header (length, request, response to, code), flags, and one section of kind 0.
    plain.sendall(struct.pack("<iiiiIB", 21 + len(body), 1, 0, _OP_MSG, 0, 0) + body)
    size, _, _, code = struct.unpack("<iiii", _exactly(plain, 16))
    if code != _OP_MSG or not 26 <= size <= WIDEST:
        raise Failed("what answers is no MongoDB", fault=False)
    found = _exactly(plain, size - 16)
    try:
        return dict(bson.decode(found[5:]))
    except bson.errors.BSONError:
        raise Failed("the answer was cut off or damaged") from None


def _exactly(plain: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        piece = plain.recv(size - len(found))
        if not piece:
            raise Failed("the answer was cut off or damaged")
        found += piece
    return found


def _seed(name: str, line: Line) -> tuple[str, int, dict[str, str]]:
    """The first host that a name of `mongodb+srv` stands for, and the options beside it. Raises Failed.

    A host must lie below the same domain as the name, as the specification demands: what else a resolver says is no
    place to send anything to.
    """
    import dns.exception
    import dns.resolver

    resolver = dns.resolver.Resolver()
    resolver.lifetime = line.left
    try:
        found = sorted(resolver.resolve(f"_mongodb._tcp.{name}", "SRV"), key=lambda row: (row.priority, -row.weight))
        host = found[0].target.to_text(omit_final_dot=True)
        try:
            texts = [b"".join(row.strings).decode() for row in resolver.resolve(name, "TXT")]
        except (dns.resolver.NoAnswer, dns.resolver.NXDOMAIN, UnicodeDecodeError):
            texts = []
    except dns.exception.DNSException:
        raise Failed("the host's name cannot be resolved", fault=False) from None
    if not host.lower().endswith("." + name.lower().split(".", 1)[-1]) or name.count(".") < 2:
        raise Failed("its name stands for a host of another domain, which was not contacted", fault=False)
    beside = dict(pair.split("=", 1) for pair in texts[0].split("&") if "=" in pair) if len(texts) == 1 else {}
    return host, found[0].port, {key.lower(): text for key, text in beside.items() if key.lower() == "authsource"}
