"""A stand-in for MongoDB's server: OP_MSG, SCRAM by scramp's server side, and the commands that the verifier sends."""

from __future__ import annotations

import hashlib
import socketserver
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import bson
from scramp import ScramException, ScramMechanism

USERS = dict[str, tuple[str, list[tuple[str, str]]]]
"""Name -> password, and roles as (role, database)."""


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, users: USERS, mechanism: str, context: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.users = users
        self.mechanism = mechanism
        self.context = context
        self.commands: list[str] = []

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that does not like the certificate goes away."""

    def known(self, name: str) -> Any:
        password = self.users[name][0]
        if self.mechanism == "SCRAM-SHA-1":
            password = hashlib.md5(f"{name}:mongo:{password}".encode()).hexdigest()
        return ScramMechanism(self.mechanism).make_auth_info(password)


class _Conversation(socketserver.BaseRequestHandler):
    server: Server

    def handle(self) -> None:
        stream = self.request
        if self.server.context:
            stream = self.server.context.wrap_socket(stream, server_side=True)
        self.user, self.scram = "", None
        with stream, stream.makefile("rb") as read:
            while head := read.read(16):
                size, number, _, _ = struct.unpack("<iiii", head)
                command = bson.decode(read.read(size - 16)[5:])
                told = bson.encode(self._answer(command))
                stream.sendall(struct.pack("<iiiiIB", 21 + len(told), 1, number, 2013, 0, 0) + told)

    def _answer(self, command: dict[str, Any]) -> dict[str, Any]:
        name = next(iter(command))
        self.server.commands.append(name)
        if name == "hello":
            return {"ok": 1.0, "saslSupportedMechs": [self.server.mechanism]}
        if name == "connectionStatus":
            roles = [{"role": role, "db": place} for role, place in self.server.users[self.user][1]]
            users = [{"user": self.user, "db": command["$db"]}]
            return {"ok": 1.0, "authInfo": {"authenticatedUsers": users, "authenticatedUserRoles": roles}}
        try:
            return self._scram(name, bytes(command["payload"]).decode())
        except (ScramException, KeyError):
            return {"ok": 0.0, "code": 18, "codeName": "AuthenticationFailed", "errmsg": "Authentication failed."}

    def _scram(self, name: str, text: str) -> dict[str, Any]:
        if name == "saslStart":

            def known(user: str) -> Any:
                self.user = user
                return self.server.known(user)

            self.scram = ScramMechanism(self.server.mechanism).make_server(known)
            self.scram.set_client_first(text)
            return self._said(self.scram.get_server_first(), False)
        if not text:
            return self._said("", True)
        self.scram.set_client_final(text)
        return self._said(self.scram.get_server_final(), False)

    @staticmethod
    def _said(text: str, done: bool) -> dict[str, Any]:
        return {"ok": 1.0, "conversationId": 1, "done": done, "payload": text.encode()}


@contextmanager
def serve(users: USERS, mechanism: str = "SCRAM-SHA-256", context: ssl.SSLContext | None = None) -> Iterator[Server]:
    with Server(users, mechanism, context) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
