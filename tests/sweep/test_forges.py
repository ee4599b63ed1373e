"""Inventories as the forges' published descriptions say they answer, with what goes wrong in between."""

from __future__ import annotations

import time

import pytest

from scanner.errors import TargetError, UsageError
from scanner.sweep import web as webs
from scanner.sweep.config import SourceTable
from scanner.sweep.forges import listed
from scanner.sweep.refs import advertised, packets
from scanner.sweep.repositories import Repository, only, safe, wanted
from scanner.sweep.web import Web
from tests.helpers.forge import Forge

KINDS = {"github": ("/api/v3", "organisation"), "gitlab": ("/api/v4", "group"), "gitea": ("/api/v1", "organisation"),
         "forgejo": ("/api/v1", "organisation")}  # fmt: skip


class Clock:
    def __init__(self) -> None:
        self.waits: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def web(clock: Clock):  # type: ignore[no-untyped-def]
    made = Web(sleep=clock.sleep)
    yield made
    made.close()


def source(forge: Forge, kind: str, owner: str = "acme", **more: object) -> SourceTable:
    base, word = KINDS[kind]
    return SourceTable(kind, "f", forge.url + base, **{word: owner}, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
def test_every_page_is_read(forge: Forge, web: Web, kind: str) -> None:
    for number in range(230):
        forge.add("acme", f"r{number:03}", archived=number == 1, fork=number == 2, size=number)
    found = list(listed(source(forge, kind), web))
    assert [item.name for item in found] == [f"f/acme/r{number:03}" for number in range(230)]
    assert [item.archived for item in found[:3]] == [False, True, False]
    assert [item.fork for item in found[:3]] == [False, False, True]
    assert found[5] == Repository("f/acme/r005", f"{forge.url}/git/acme/r005.git", size=5 * 1024)
    assert web.requests == (5 if kind in ("gitea", "forgejo") else 3)


@pytest.mark.parametrize("kind", ["github", "gitlab", "gitea"])
def test_a_user_is_asked_for_by_its_own_path(forge: Forge, web: Web, kind: str) -> None:
    forge.add("ada", "r")
    table = SourceTable(kind, "f", forge.url + KINDS[kind][0], user="ada")
    assert [item.name for item in listed(table, web)] == ["f/ada/r"]
    assert "/users/ada/" in forge.asked[-1]


@pytest.mark.parametrize("kind", KINDS)
def test_the_token_is_needed_and_given(forge: Forge, web: Web, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    forge.add("acme", "r")
    forge.token = "a-word"
    with pytest.raises(TargetError, match="401"):
        list(listed(source(forge, kind), web))
    with pytest.raises(UsageError, match="FORGE_WORD is not set"):
        list(listed(source(forge, kind, token_env="FORGE_WORD"), web))
    monkeypatch.setenv("FORGE_WORD", "a-word")
    (item,) = listed(source(forge, kind, token_env="FORGE_WORD"), web)
    assert item.token_env == "FORGE_WORD"


def test_a_rate_limit_is_waited_for(forge: Forge, web: Web, clock: Clock) -> None:
    forge.add("acme", "r")
    soon = str(int(time.time()) + 100)
    forge.fail("/api/v3/orgs", 403, retry_after="7")
    forge.fail("/api/v3/orgs", 403, x_ratelimit_remaining="0", x_ratelimit_reset=soon)
    forge.fail("/api/v3/orgs", 429)
    forge.fail("/api/v3/orgs", 500)
    assert len(list(listed(source(forge, "github"), web))) == 1
    assert [round(wait / about, 0) for wait, about in zip(clock.waits, (7, 100, 60, 4), strict=True)] == [1, 1, 1, 1]


def test_gitlab_names_its_limit_otherwise(forge: Forge, web: Web, clock: Clock) -> None:
    forge.add("acme", "r")
    forge.fail("/api/v4", 429, ratelimit_remaining="0", ratelimit_reset=str(int(time.time()) + 50))
    assert len(list(listed(source(forge, "gitlab"), web))) == 1
    assert 30 < clock.waits[0] < 70


def test_a_limit_that_is_too_long_is_told(forge: Forge, web: Web) -> None:
    forge.add("acme", "r")
    forge.fail("/api/v3", 403, retry_after="99999")
    with pytest.raises(TargetError, match="patience"):
        list(listed(source(forge, "github"), web))


@pytest.mark.parametrize(("status", "words"), [(404, "not found"), (401, "refused"), (403, "refused"), (301, "301")])
def test_a_final_answer_is_told_at_once(forge: Forge, web: Web, clock: Clock, status: int, words: str) -> None:
    forge.add("acme", "r")
    forge.fail("/api/v3", status)
    with pytest.raises(TargetError, match=words):
        list(listed(source(forge, "github"), web))
    assert clock.waits == []


def test_a_server_that_fails_again_and_again_is_told(forge: Forge, web: Web, clock: Clock) -> None:
    forge.add("acme", "r")
    for _ in range(webs.TRIES):
        forge.fail("/api/v3", 500)
    with pytest.raises(TargetError, match="answers 500, 5 times"):
        list(listed(source(forge, "github"), web))
    assert len(clock.waits) == webs.TRIES - 1


def test_a_server_that_is_not_there_is_told(web: Web) -> None:
    with pytest.raises(TargetError, match="does not answer"):
        list(listed(SourceTable("github", "f", "http://127.0.0.1:9", organisation="a"), web))


def test_a_fault_in_the_middle_keeps_what_was_listed(forge: Forge) -> None:
    from tests.sweep.made import Place

    for number in range(150):
        forge.add("acme", f"r{number:03}")
    place = Place(forge.root.parent, forge)
    from scanner.sweep.config import read
    from scanner.sweep.inventory import take

    asked = Web(sleep=lambda seconds: forge.fail("/api/v3", 500) if len(forge.asked) > 1 else None)
    forge.most = 100
    first = take(read(str(place.config())), asked)
    assert (len(first.repositories), first.faults) == (150, [])
    for _ in range(webs.TRIES):
        forge.faults.append(("/api/v3", 200, {"content-type": "text/plain"}))
    broken = take(read(str(place.config())), asked)
    asked.close()
    assert (broken.repositories, len(broken.faults)) == ([], 1)


def test_filters_say_why() -> None:
    rows = [
        Repository("f/acme/site", "u"), Repository("f/acme/old", "u", archived=True),
        Repository("f/acme/fork", "u", fork=True), Repository("f/acme/big", "u", size=99),
        Repository("f/acme/secret-lab", "u"), Repository("f/other/site", "u"),
    ]  # fmt: skip
    table = SourceTable("github", include=("acme/*",), exclude=("*-lab",), archived=False, forks=False, max_size=50)
    kept, left = wanted(table, rows)
    assert [item.name for item in kept] == ["f/acme/site"]
    assert [item.why.split(":")[0] for item in left] == [
        "is archived", "is a fork", "is larger than `max_size`", "a glob of `exclude` fits its name",
        "no glob of `include` fits its name",
    ]  # fmt: skip
    assert [item.name for item in only(rows, ["big", "other/*"])] == ["f/acme/big", "f/other/site"]


def test_names_are_made_safe() -> None:
    assert safe("a/../b\x1b[31m") == "a/../b__31m"


@pytest.mark.parametrize("data", [b"", b"0000x", b"zzzz", b"0006a", b"0009abcde", b"0001"])
def test_refs_that_are_cut_off_are_no_refs(data: bytes) -> None:
    with pytest.raises((ValueError, IndexError)):
        packets(data)


def test_an_advertisement_is_read() -> None:
    one, two = "1" * 40, "2" * 40
    lines = ["# service=git-upload-pack\n", "", f"{one} HEAD\0multi_ack symref=HEAD:refs/heads/main agent=x\n",
             f"{one} refs/heads/main\n", f"{two} refs/tags/v1\n", f"{one} refs/tags/v1^{{}}\n", ""]  # fmt: skip
    data = b"".join(b"%04x%s" % (len(text) + 4, text.encode()) if text else b"0000" for text in lines)
    refs = advertised(data)
    assert (refs.head, refs.tip) == ("refs/heads/main", one)
    assert refs.rows == (("refs/heads/main", one), ("refs/tags/v1", two))
    empty = f"{'0' * 40} capabilities^{{}}\0symref=HEAD:refs/heads/main\n"
    nothing = advertised(b"%04x%s0000" % (len(empty) + 4, empty.encode()))
    assert nothing.rows == () and nothing.tips.empty
