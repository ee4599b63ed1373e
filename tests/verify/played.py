"""What the provider plays, and for which kinds: for the tests and for the table in docs/."""

from __future__ import annotations

from scanner.verify.section import Section, read
from tests.helpers.samples import catalogue
from tests.verify.provider import Reply

SECTIONS: dict[str, Section] = {
    kind.id: section
    for kind in catalogue().values()
    if (section := read(kind)) is not None and section.confirmed and not section.protocol
}
PAGE = b"<!DOCTYPE html><html><body>Sign in to the network to go on</body></html>"
HTML = {"Content-Type": "text/html"}
DISTURBANCES = {
    "429": Reply(429, b"{}", {"Retry-After": "0"}),
    "429 for long": Reply(429, b"{}", {"Retry-After": "7200"}),
    "500": Reply(500, b"{}"),
    "503": Reply(503, PAGE, HTML),
    "proxy page 200": Reply(200, PAGE, HTML),
    "proxy page 401": Reply(401, PAGE, HTML),
    "proxy page 403": Reply(403, b"\n  " + PAGE, HTML),
    "proxy login": Reply(407, b"{}"),
    "network login": Reply(511, PAGE, HTML),
    "cut off 200": Reply(200, b'{"id": 1, "valid": true, "ok"', {"Content-Type": "application/json"}),
    "bytes missing 200": Reply(200, b'{"ok": true}' * 9, {"Content-Type": "application/json"}, missing=50),
    "bytes missing 401": Reply(401, b'{"ok": true}' * 9, {"Content-Type": "application/json"}, missing=50),
    "another host": Reply(302, b"", {"Location": "http://127.0.0.2:9/login"}),
    "metadata": Reply(307, b"", {"Location": "http://169.254.169.254/latest/meta-data/"}),
    "teapot": Reply(418, b"{}"),
}
