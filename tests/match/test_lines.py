"""Lines and columns are those of an editor."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.match.lines import _LONGEST, Lines

TEXT = st.lists(
    st.sampled_from(["a", "é", "漢", "😀", "\n", "\r\n", "\t", " ", "\r", "\x0b", "\u2028"]), max_size=60
).map("".join)


def naive(text: str, index: int) -> tuple[int, int]:
    before = text[:index]
    return before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1


@given(TEXT, st.lists(st.integers(0, 60), max_size=8))
def test_any_order_of_questions_gets_the_naive_answer(text: str, indexes: list[int]) -> None:
    lines = Lines(text.encode())
    for index in indexes:
        index = min(index, len(text))
        assert lines.locate(len(text[:index].encode())) == naive(text, index)


@given(st.binary(max_size=80).filter(lambda data: b"\0" not in data), st.integers(0, 80))
def test_any_bytes_get_the_right_line(data: bytes, offset: int) -> None:
    offset = min(offset, len(data))
    line, column = Lines(data).locate(offset)
    assert line == data.count(b"\n", 0, offset) + 1
    assert 1 <= column <= offset + 1


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_buffer_may_be_asked(kind: type) -> None:
    assert Lines(kind(b"one\ntwo")).locate(5) == (2, 2)


def test_the_end_of_the_last_line_is_a_place() -> None:
    assert Lines(b"one\ntwo").locate(7) == (2, 4)
    assert Lines(b"one\ntwo\n").locate(8) == (3, 1)
    assert Lines(b"").locate(0) == (1, 1)


def test_a_piece_knows_the_lines_before_it() -> None:
    assert Lines(b"x\ny", 10).locate(2) == (12, 1)


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
def test_a_line_of_utf16_counts_characters(order: str) -> None:
    data = "one\ntwo".encode(order)
    line, column = Lines(data).locate(len("one\ntw".encode(order)))
    assert (line, column) == (2, 3)


def test_a_line_longer_than_people_read_is_counted_in_bytes() -> None:
    lines = Lines(b"a\n" + b"x" * (3 * _LONGEST))
    line, column = lines.locate(2 * _LONGEST)
    assert line == 2
    assert column >= _LONGEST
    assert lines.locate(50) == (2, 49)
