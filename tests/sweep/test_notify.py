"""Each receiver is told what is new, once, redacted, and signed; also through a crash."""

from __future__ import annotations

import hashlib
import hmac
import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from scanner.errors import UsageError
from scanner.records import Confidence
from scanner.store import outbox
from scanner.store.database import Database
from scanner.store.triage import Decision, decide
from scanner.store.writing import begin_sweep, record, record_verdicts
from scanner.sweep.config import read
from scanner.sweep.notify import Notifier
from tests.helpers.forge import Forge
from tests.store.made import T2, T3, finding, place, result, said, value

WORD = "signing-word"
TABLES = {
    "webhook": 'kind = "webhook"\nurl = "{url}/hook/w"\nsecret_env = "HOOK_WORD"\n',
    "slack": 'kind = "slack"\nurl_env = "HOOK_URL"\n',
    "teams": 'kind = "teams"\nurl_env = "HOOK_URL"\n',
    "github-issue": 'kind = "github-issue"\nurl = "{url}/api/v3"\nproject = "acme/leaks"\ntoken_env = "HOOK_WORD"\n',
    "gitlab-issue": 'kind = "gitlab-issue"\nurl = "{url}/api/v4"\nproject = "acme/leaks"\ntoken_env = "HOOK_WORD"\n',
}


@pytest.fixture
def store(url: str) -> Iterator[Database]:
    made = Database(url)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def words(monkeypatch: pytest.MonkeyPatch, forge: Forge) -> None:
    monkeypatch.setenv("HOOK_WORD", WORD)
    monkeypatch.setenv("HOOK_URL", f"{forge.url}/hook/chat")


@contextmanager
def notifier(tmp_path: Path, store: Database, text: str) -> Iterator[Notifier]:
    file = tmp_path / "sweep.toml"
    file.write_text(f"[[source]]\nkind = 'folder'\npath = '.'\n[[notify]]\nname = 'c'\n{text}")
    made = Notifier(read(str(file)), store)
    yield made
    made.close()


def found(store: Database, *seeds: int) -> None:
    record(store, begin_sweep(store, "s", "v"), result("r", *(finding(seed, place(1), place(2)) for seed in seeds)))


def arrived(forge: Forge) -> list[Any]:
    return [json.loads(item.body) for item in forge.received] + forge.issues


@pytest.mark.parametrize("kind", TABLES)
def test_what_is_new_is_told_once_and_redacted(tmp_path: Path, forge: Forge, kind: str) -> None:
    store = Database(str(tmp_path / "s.db"))
    text = TABLES[kind].format(url=forge.url)
    found(store, 1, 2)
    with notifier(tmp_path, store, text) as told:
        assert told.tell() == [] and told.tell() == []
        assert len(arrived(forge)) == 1
        found(store, 1, 2, 3)
        assert told.tell() == []
    whole = json.dumps(arrived(forge))
    assert len(arrived(forge)) == 2
    assert not any(value(seed)[4:] in whole for seed in (1, 2, 3))
    assert all(finding(seed).fingerprint[:16] in whole for seed in (1, 2, 3))
    assert finding(1).fingerprint[:16] not in json.dumps(arrived(forge)[1])
    store.close()


def test_a_webhook_is_signed_and_keyed(tmp_path: Path, forge: Forge, store: Database) -> None:
    found(store, 1)
    with notifier(tmp_path, store, TABLES["webhook"].format(url=forge.url)) as told:
        told.tell()
    (item,) = forge.received
    stamp, _, given = item.headers["x-keysieve-signature"].partition(",v1=")
    wanted = hmac.new(WORD.encode(), stamp.removeprefix("t=").encode() + b"." + item.body, hashlib.sha256).hexdigest()
    assert given == wanted
    document = json.loads(item.body)
    assert item.headers["idempotency-key"] == document["key"]
    (event,) = document["events"]
    assert (event["kind"], event["repositories"], event["places"]) == ("new", ["r"], 2)


def test_what_becomes_active_is_told_again_and_what_is_dealt_with_is_not(
    tmp_path: Path, forge: Forge, store: Database
) -> None:
    found(store, 1, 2)
    decide(store, [finding(2).fingerprint], Decision("false-positive", "ada"))
    with notifier(tmp_path, store, TABLES["webhook"].format(url=forge.url)) as told:
        told.tell()
        record_verdicts(store, [said(finding(1), "active", T2), said(finding(2), "active", T2)])
        told.tell()
        record_verdicts(store, [said(finding(1), "active", T3)])
        told.tell()
    kinds = [[(event["kind"], event["fingerprint"]) for event in item["events"]] for item in arrived(forge)]
    assert kinds == [[("new", finding(1).fingerprint)], [("active", finding(1).fingerprint)]]


def test_what_is_less_sure_than_the_channel_wants_is_not_told(tmp_path: Path, forge: Forge, store: Database) -> None:
    record(store, begin_sweep(store, "s", "v"), result("r", finding(1, score=0.6), finding(2)))
    with notifier(tmp_path, store, 'confidence = "high"\n' + TABLES["webhook"].format(url=forge.url)) as told:
        told.tell()
    assert [event["fingerprint"] for item in arrived(forge) for event in item["events"]] == [finding(2).fingerprint]


def test_a_receiver_that_fails_is_a_fault_and_is_told_later(
    tmp_path: Path, forge: Forge, store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    found(store, 1)
    with notifier(tmp_path, store, TABLES["webhook"].format(url=forge.url)) as told:
        monkeypatch.setattr(told._web, "_sleep", lambda seconds: None)
        for _ in range(3):
            forge.fail("/hook", 503)
        (fault,) = told.tell()
        assert "503" in fault.problem and WORD not in fault.problem
        assert told.tell() == []  # it is not due yet
        outbox.release(store)
        assert told.tell() == []
    assert len(forge.received) == 1
    assert outbox.waiting(store) == {"sent": 1}


class Crash(BaseException):
    pass


def crash_in(told: Notifier, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sweep that dies when it has sent a message and has not noted that."""

    def crash(*_arguments: Any) -> None:
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(outbox, "sent", crash)
        with pytest.raises(Crash):
            told.tell()


@pytest.mark.parametrize("kind", ["webhook", "github-issue", "gitlab-issue"])
def test_a_crash_after_the_sending_tells_nothing_twice(
    tmp_path: Path, forge: Forge, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    store = Database(str(tmp_path / "s.db"))
    found(store, 1)
    with notifier(tmp_path, store, TABLES[kind].format(url=forge.url)) as told:
        crash_in(told, monkeypatch)
        assert told.tell() == []  # somebody began to send it, and may still be at it
        outbox.release(store)
        assert told.tell() == []
    keys = {item.headers["idempotency-key"] for item in forge.received}
    bodies = {item.body for item in forge.received}
    assert (len(keys), len(bodies)) == (1, 1) if kind == "webhook" else len(forge.issues) == 1
    assert outbox.waiting(store) == {"sent": 1}
    store.close()


def test_two_sweeps_tell_each_event_once(tmp_path: Path, forge: Forge, store: Database) -> None:
    found(store, *range(1, 9))
    text = TABLES["webhook"].format(url=forge.url)
    with notifier(tmp_path, store, text) as one, notifier(tmp_path, Database(store.url), text) as other:
        threads = [threading.Thread(target=item.tell) for item in (one, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    told = [event["fingerprint"] for item in arrived(forge) for event in item["events"]]
    assert sorted(told) == sorted(finding(seed).fingerprint for seed in range(1, 9))


def test_many_are_batched_and_counted(tmp_path: Path, forge: Forge) -> None:
    store = Database(str(tmp_path / "s.db"))
    found(store, *range(1, 131))
    assert outbox.fill(store, "c", Confidence.LOW) == 130
    with notifier(tmp_path, store, TABLES["slack"]) as told:
        told.tell()
    texts = [item["text"] for item in arrived(forge)]
    assert ["100 new" in texts[0], "and 80 more" in texts[0], "30 new" in texts[1]] == [True] * 3
    store.close()


class Smtp(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while text := self.rfile.readline():
            word = text.split()[0].upper() if text.split() else b""
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                mail = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    mail += part
                self.server.mails.append(mail.decode())  # type: ignore[attr-defined]
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return


@contextmanager
def mailbox() -> Iterator[tuple[str, list[str]]]:
    """A mail server's table of settings, and what it was sent."""
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Smtp)
    mails: list[str] = []
    server.mails = mails  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    host = f"127.0.0.1:{server.server_address[1]}"
    try:
        yield f'kind = "email"\nhost = "{host}"\ntls = "none"\nsender = "k@a.example"\nto = "b@a.example"\n', mails
    finally:
        server.shutdown()
        server.server_close()


def test_mail_by_smtp(tmp_path: Path, store: Database) -> None:
    found(store, 1)
    with mailbox() as (table, mails), notifier(tmp_path, store, table) as told:
        assert told.tell() == [] and told.tell() == []
    (mail,) = mails
    assert "Subject: keysieve: 1 new leaked credential" in mail and "Message-ID: <" in mail
    assert value(1)[4:] not in mail


def test_a_mail_that_comes_again_after_a_crash_has_the_same_message_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Database(str(tmp_path / "s.db"))
    found(store, 1)
    with mailbox() as (table, mails), notifier(tmp_path, store, table) as told:
        crash_in(told, monkeypatch)
        outbox.release(store)
        assert told.tell() == [] and told.tell() == []
    ids = [line for mail in mails for line in mail.splitlines() if line.startswith("Message-ID: ")]
    assert (len(ids), len(set(ids))) == (2, 1)
    assert outbox.waiting(store) == {"sent": 1}
    store.close()


@pytest.mark.parametrize("kind", ["slack", "teams"])
def test_what_knows_no_key_comes_twice_at_most_after_a_crash_and_says_so(
    tmp_path: Path, forge: Forge, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    store = Database(str(tmp_path / "s.db"))
    found(store, 1)
    with notifier(tmp_path, store, TABLES[kind]) as told:
        crash_in(told, monkeypatch)
        outbox.release(store)
        assert told.tell() == [] and told.tell() == []
    assert ["perhaps told before" in item.body.decode() for item in forge.received] == [False, True]
    assert outbox.waiting(store) == {"sent": 1}
    store.close()


@pytest.mark.parametrize("kind", ["slack", "teams", "webhook"])
def test_what_may_have_arrived_is_told_once_and_no_more_where_that_is_wanted(
    tmp_path: Path, forge: Forge, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    store = Database(str(tmp_path / "s.db"))
    found(store, 1)
    with notifier(tmp_path, store, TABLES[kind].format(url=forge.url) + 'in_doubt = "skip"\n') as told:
        crash_in(told, monkeypatch)
        outbox.release(store)
        assert ["is not sent again" in fault.problem for fault in told.tell()] == [True]
        found(store, 2)
        assert told.tell() == []  # what comes later is told as ever
    assert len(forge.received) == 2
    assert outbox.waiting(store) == {"dead": 1, "sent": 1}
    store.close()


@pytest.mark.parametrize(
    "text",
    ['kind = "slack"\nurl_env = "NOT_SET"\n', 'kind = "webhook"\nurl = "https://h/x"\nsecret_env = "NOT_SET"\n',
     'kind = "webhook"\nurl = "https://h/x"\nsecret_env = "NOT_SET"\nin_doubt = "never"\n',
     'kind = "email"\nhost = "mail.example"\ntls = "none"\nsender = "a@b.example"\nto = "c@d.example"\n'],
)  # fmt: skip
def test_a_channel_that_cannot_work_is_refused(tmp_path: Path, text: str) -> None:
    store = Database(str(tmp_path / "s.db"))
    with pytest.raises(UsageError), notifier(tmp_path, store, text):
        pass
    store.close()
