"""The inner loop, interpreted and, where it was built, compiled: the same promises for both."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.sources.git import inner


def _interpreted() -> ModuleType:
    path = Path(inner.__file__).parent / "inner.py"
    spec = importlib.util.spec_from_file_location("interpreted_inner", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


LOOPS = {"interpreted": _interpreted()} | ({"compiled": inner} if inner.COMPILED else {})


@pytest.fixture(params=LOOPS)
def loop(request: pytest.FixtureRequest) -> Any:
    return LOOPS[request.param]


def varint(number: int) -> bytes:
    out = bytearray()
    while True:
        number, low = number >> 7, number & 127
        out.append(low | (128 if number else 0))
        if not number:
            return bytes(out)


def copy(source: int, length: int) -> bytes:
    code, body = 128, b""
    for bit, number in [(i, source >> 8 * i & 255) for i in range(4)] + [
        (4 + i, length >> 8 * i & 255) for i in range(3)
    ]:
        if number:
            code |= 1 << bit
            body += bytes([number])
    return bytes([code]) + body


@st.composite
def deltas(draw: st.DrawFn) -> tuple[bytes, bytes, bytes]:
    """(base, delta, version) with random instructions."""
    base = draw(st.binary(min_size=1, max_size=400))
    delta, version = b"", b""
    for _ in range(draw(st.integers(0, 12))):
        if draw(st.booleans()):
            start = draw(st.integers(0, len(base) - 1))
            length = draw(st.integers(1, len(base) - start))
            delta += copy(start, length)
            version += base[start : start + length]
        else:
            text = draw(st.binary(min_size=1, max_size=60))
            delta += bytes([len(text)]) + text
            version += text
    return base, varint(len(base)) + varint(len(version)) + delta, version


@given(made=deltas())
def test_a_delta_makes_its_version(made: tuple[bytes, bytes, bytes]) -> None:
    base, delta, version = made
    for loop in LOOPS.values():
        inserted, plan, copied, size = loop.pieces(delta, len(base))
        assert loop.build(base, inserted, plan) == version
        assert size == len(version)
        for at in range(0, len(copied), 3):
            start, source, length = copied[at : at + 3]
            assert version[start : start + length] == base[source : source + length]


@given(made=deltas(), margin=st.integers(0, 50))
def test_what_is_not_fresh_lies_a_margin_inside_of_one_copied_piece(
    made: tuple[bytes, bytes, bytes], margin: int
) -> None:
    base, delta, version = made
    for loop in LOOPS.values():
        _, _, copied, size = loop.pieces(delta, len(base))
        stretches = loop.fresh(copied, len(base), size, margin)
        assert stretches == sorted(stretches)
        stale = set(range(size)) - {
            place for at in range(0, len(stretches), 2) for place in range(stretches[at], stretches[at + 1])
        }
        for place in stale:
            assert any(
                (start + margin <= place or (start == 0 and source == 0))
                and (place < start + length - margin or (start + length == size and source + length == len(base)))
                and start <= place < start + length
                for start, source, length in zip(copied[::3], copied[1::3], copied[2::3], strict=True)
            )


@given(data=st.binary(max_size=200), size=st.integers(0, 300))
def test_random_bytes_are_malformed_or_a_delta(data: bytes, size: int) -> None:
    for loop in LOOPS.values():
        try:
            inserted, plan, _, made = loop.pieces(data, size)
        except loop.Malformed:
            continue
        assert len(loop.build(bytes(size), inserted, plan)) == made


@given(data=st.binary(max_size=80), offsets=st.lists(st.integers(0, 100), max_size=4))
def test_random_bytes_are_malformed_or_headers(data: bytes, offsets: list[int]) -> None:
    for loop in LOOPS.values():
        try:
            found = loop.headers(data, 0, offsets, 20)
        except loop.Malformed:
            continue
        assert len(found) == 4 * len(offsets)


def test_a_size_of_several_bytes_is_read(loop: Any) -> None:
    # Type 3 (blob), size 0b1_0000001_0101: four low bits first, then seven at a time.
    assert loop.headers(bytes([0b1011_0101, 0b1000_0001, 0b0000_0001]), 0, [0], 20) == [3, 5 | 1 << 4 | 1 << 11, 3, 0]


def test_an_offset_delta_tells_how_far_back_its_base_is(loop: Any) -> None:
    # gitformat-pack: each further byte adds one before it shifts.
    assert loop.headers(bytes([0b0110_0011, 0b1000_0000, 0b0000_0101]), 0, [0], 20) == [6, 3, 3, (1 << 7) + 5]


def test_a_version_that_begins_and_ends_like_its_base_is_fresh_only_at_the_break(loop: Any) -> None:
    # base of 1000 bytes, 10 bytes put in at 500
    assert loop.fresh([0, 0, 500, 510, 500, 500], 1000, 1010, 100) == [400, 610]


def test_a_cut_end_is_a_break(loop: Any) -> None:
    assert loop.fresh([0, 0, 900], 1000, 900, 100) == [800, 900]


def test_a_deletion_joins_two_pieces(loop: Any) -> None:
    assert loop.fresh([0, 0, 400, 400, 500, 500], 1000, 900, 50) == [350, 450]
