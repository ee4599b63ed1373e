"""Compiled expressions that were kept are those that were asked for, and are made anew wherever that is in doubt."""

from __future__ import annotations

import copyreg
import marshal
import os
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest
import regex

from scanner import compiled as module
from scanner.compiled import compiled
from tests.helpers.samples import catalogue

TEXT = rb"(?i:pass|word)[ =]{1,3}(?P<secret>[a-z]{3,9}|\d++)(?!\w)"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    monkeypatch.setenv("KEYSIEVE_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was compiled, and not read."""
    seen: list[Any] = []
    true = regex.compile

    def compile_(expression: Any, flags: int = 0) -> Any:
        seen.append(expression)
        return true(expression, flags)

    monkeypatch.setattr(regex, "compile", compile_)
    return seen


def only(home: Path) -> Path:
    """The one file in the cache."""
    (name,) = os.listdir(home)
    return home / name


def test_the_second_time_it_is_read(home: Path, made: list[Any]) -> None:
    first, second = compiled(TEXT), compiled(TEXT)
    assert made == [TEXT]
    for pattern in (first, second):
        found = pattern.search(b"xx PASS = 123 ", timeout=2)
        assert found is not None and found["secret"] == b"123" and found.span() == (3, 13)
        assert pattern.pattern == TEXT and pattern.flags == first.flags and pattern.groupindex == first.groupindex
    assert only(home).stat().st_mode & 0o777 == 0o600


def test_text_and_bytes_and_flags_are_told_apart(home: Path) -> None:
    for _ in range(2):
        assert compiled("a").search("xa") and compiled(b"a").search(b"xa")
        assert not compiled(b"a").search(b"A") and compiled(b"a", regex.IGNORECASE).search(b"A")


def test_of_two_that_share_a_name_each_is_what_was_asked_for(
    home: Path, made: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zlib, "crc32", lambda data, start=0: 7)
    assert compiled(b"a").match(b"a") and compiled(b"b").match(b"b") and compiled(b"a").match(b"a")
    assert made == [b"a", b"b", b"a"] and only(home)


def test_what_is_damaged_or_of_another_release_is_made_anew(
    home: Path, made: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled(TEXT)
    whole = only(home).read_bytes()
    for broken in (b"", whole[:7], whole[:-1], whole[:40] + b"\xff" + whole[41:]):
        only(home).write_bytes(broken)
        assert compiled(TEXT).search(b"word abc")
        assert only(home).read_bytes()[8:] == whole[8:]
    assert len(made) == 5
    monkeypatch.setattr(module, "_HOLDS_FOR", "another")
    assert compiled(TEXT).search(b"word abc") and len(made) == 6


def test_what_others_may_write_to_is_not_believed(home: Path, made: list[Any]) -> None:
    compiled(TEXT)
    only(home).chmod(0o622)
    compiled(TEXT)
    assert len(made) == 2


def test_without_a_cache_it_is_compiled(monkeypatch: pytest.MonkeyPatch, made: list[Any]) -> None:
    monkeypatch.setenv("KEYSIEVE_CACHE_DIR", "")
    assert compiled(TEXT).search(b"word abc") and compiled(TEXT).search(b"word abc")
    assert len(made) == 2


def test_one_that_is_wrong_is_an_error_each_time(home: Path) -> None:
    for _ in range(2):
        with pytest.raises(regex.error):
            compiled(b"(")
    assert os.listdir(home) == []


def test_what_is_kept_of_every_tenth_kind_is_what_regex_made(home: Path) -> None:
    """Byte for byte, as it pickles itself: all that a pattern is made of."""
    reduced: Any = copyreg.dispatch_table[regex.Pattern]
    for kind in list(catalogue().values())[::10]:
        for text, flags in ((kind.regex, 0), (kind.expression, int(regex.IGNORECASE))):
            first, second = compiled(text.encode(), flags), compiled(text.encode(), flags)
            told = [marshal.dumps(reduced(each)[1], 1) for each in (first, second)]
            assert told[0] == told[1]


def test_what_is_kept_is_read_without_the_rest_of_regex(home: Path) -> None:
    compiled(TEXT)
    code = (
        "import sys; from scanner.compiled import compiled; first = compiled(sys.argv[1].encode())\n"
        "print('regex' in sys.modules, first.search(b'word = abc', timeout=2)['secret'])\n"
        "again = compiled(b'another'); import regex\n"
        "print('regex' in sys.modules, type(first) is type(again) is regex.Pattern, regex.sub('a', 'b', 'ab'))"
    )
    done = subprocess.run([sys.executable, "-c", code, TEXT.decode()], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["False b'abc'", "True True bb"]
