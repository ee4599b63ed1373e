"""The inner loop, interpreted and, where it was built, compiled: the same promises for both."""

from __future__ import annotations

import contextlib
import importlib.util
import sys
import zlib
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import vecs
from scanner.sources.git import inner, inner_trees


def interpreted(module: ModuleType) -> ModuleType:
    path = Path(module.__file__ or "").parent / f"{module.__name__.rpartition('.')[2]}.py"
    spec = importlib.util.spec_from_file_location(f"interpreted_{path.stem}", path)
    assert spec and spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def plain(*modules: ModuleType) -> list[ModuleType]:
    """Interpreted as where librt is lacking: with lists, those before for those that follow, too."""
    made = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "librt.vecs", None)
        without = interpreted(vecs)
        assert without.vec[without.i64]() == []
        patch.setitem(sys.modules, "scanner.vecs", without)
        for module in modules:
            made.append(interpreted(module))
            patch.setattr(module.__name__, made[-1])
    return made


def _loop(*modules: ModuleType) -> SimpleNamespace:
    return SimpleNamespace(**{name: value for module in reversed(modules) for name, value in vars(module).items()})


LOOPS = {"interpreted": _loop(interpreted(inner), interpreted(inner_trees))}
LOOPS["plain"] = _loop(*plain(inner, inner_trees))
LOOPS |= {"compiled": _loop(inner, inner_trees)} if inner.COMPILED else {}


@pytest.fixture(params=LOOPS)
def loop(request: pytest.FixtureRequest) -> Any:
    return LOOPS[request.param]


MALFORMED = (inner.Malformed, *(loop.Malformed for loop in LOOPS.values()))


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


def apply(loop: Any, base: bytes, delta: bytes, margin: int = 0) -> tuple[bytes, list[int], list[int], bytes]:
    """(version, copied, fresh, text of what is fresh)"""
    parts, others = loop.BytesWriter(), loop.BytesWriter()
    version, fresh = loop.apply(delta, base, margin, margin + 3, parts, True)
    unbuilt, same = loop.apply(delta, base, margin, margin + 3, others, False)
    assert (unbuilt, list(same), others.getvalue()) == (b"", list(fresh), parts.getvalue())
    return version, list(loop.copies(delta)), list(fresh), parts.getvalue()


def packed(kind: int, data: bytes) -> bytes:
    """An entry of a pack without a base."""
    size = len(data)
    head = bytes([kind << 4 | size & 15 | (128 if size > 15 else 0)]) + (varint(size >> 4) if size > 15 else b"")
    return head + zlib.compress(data)


@given(made=deltas())
def test_a_delta_makes_its_version(made: tuple[bytes, bytes, bytes]) -> None:
    base, delta, version = made
    for loop in LOOPS.values():
        built, copied, _, _ = apply(loop, base, delta)
        assert built == version
        assert loop.made(delta) == len(version)
        for at in range(0, len(copied), 3):
            start, source, length = copied[at : at + 3]
            assert version[start : start + length] == base[source : source + length]


@given(made=deltas(), margin=st.integers(0, 50))
def test_what_is_not_fresh_lies_a_margin_inside_of_one_copied_piece(
    made: tuple[bytes, bytes, bytes], margin: int
) -> None:
    base, delta, version = made
    size = len(version)
    for loop in LOOPS.values():
        _, copied, stretches, text = apply(loop, base, delta, margin)
        assert stretches == sorted(stretches)
        places = [place for at in range(0, len(stretches), 2) for place in range(stretches[at], stretches[at + 1])]
        assert bytes(version[place] for place in places) == text
        for place in set(range(size)) - set(places):
            assert any(
                (start + margin + 3 <= place or (start == 0 and source == 0))
                and (place < start + length - margin or (start + length == size and source + length == len(base)))
                and start <= place < start + length
                for start, source, length in zip(copied[::3], copied[1::3], copied[2::3], strict=True)
            )


@given(made=deltas(), draws=st.data(), leaf=st.booleans())
def test_an_opening_is_followed_to_every_place_it_is_copied_to(
    made: tuple[bytes, bytes, bytes], draws: st.DataObject, leaf: bool
) -> None:
    """Whole, or its hit alone: one that was copied twice, once without what is around it, was lost in that place."""
    base, delta, version = made
    spans = st.tuples(*[st.integers(0, len(base))] * 4).map(sorted).filter(lambda four: four[1] < four[2])
    ways = draws.draw(st.lists(spans, max_size=8))
    openings = sorted((start, end, low, high, row) for row, (low, start, end, high) in enumerate(ways))
    for loop in LOOPS.values():
        one = loop.Version(1, loop.Names(bytes(20), 20), 0, 0, len(version), b"")
        one.later(delta, base, not leaf)
        held, lost = one.followed(loop.vec[loop.i64](number for opening in openings for number in opening))
        whole, alone = [], []
        copied = list(loop.copies(delta))
        for place, source, length in zip(copied[::3], copied[1::3], copied[2::3], strict=True):
            shift = place - source
            for start, end, low, high, row in openings:
                first = low > source or low == source and (low > 0 or place == 0)
                behind = source + length
                last = high < len(base) if high <= behind else False
                last = last or high == behind == len(base) and place + length == len(version)
                if low >= source and first and last and start < behind:
                    whole.append((start + shift, end + shift, low + shift, high + shift, row))
                elif source <= start and end <= behind:
                    alone.append((row, end + shift))
        assert sorted(lost) == sorted(alone)
        assert list(held) == ([] if leaf else [number for opening in whole for number in opening])


@given(made=deltas(), draws=st.data(), leaf=st.booleans())
def test_what_is_cut_out_of_a_version_is_what_stands_there(
    made: tuple[bytes, bytes, bytes], draws: st.DataObject, leaf: bool
) -> None:
    base, delta, version = made
    places = st.tuples(*[st.integers(0, len(version))] * 2).map(sorted)
    stretches = draws.draw(st.lists(places, max_size=6))
    for loop in LOOPS.values():
        one = loop.Version(1, loop.Names(bytes(20), 20), 0, 0, len(version), b"" if leaf else version)
        one.later(delta, base, not leaf)
        assert [one.cut(low, high) for low, high in stretches] == [version[low:high] for low, high in stretches]


@given(data=st.binary(max_size=200), size=st.integers(0, 300))
def test_random_bytes_are_malformed_or_a_delta(data: bytes, size: int) -> None:
    for loop in LOOPS.values():
        try:
            version, _, _, _ = apply(loop, bytes(size), data)
        except MALFORMED:
            continue
        assert len(version) == loop.made(data)


@given(data=st.binary(max_size=80))
def test_random_bytes_are_malformed_or_an_entry(data: bytes) -> None:
    for loop in LOOPS.values():
        with contextlib.suppress(MALFORMED):
            loop.entry(data, 20, 1 << 20)


@given(kind=st.sampled_from([1, 2, 3, 4]), data=st.binary(max_size=3000), cut=st.integers(0, 3000))
def test_an_entry_is_what_was_packed_and_never_half_of_it(kind: int, data: bytes, cut: int) -> None:
    entry = packed(kind, data)
    for loop in LOOPS.values():
        assert loop.entry(entry, 20, 1 << 20) == (kind, data)
        if cut < len(entry) - 4:  # without the last bytes zlib's checksum is lacking, nothing else
            with pytest.raises(MALFORMED):
                loop.entry(entry[:cut], 20, 1 << 20)


def test_an_entry_over_the_limit_is_not_inflated(loop: Any) -> None:
    with pytest.raises(MALFORMED):
        loop.entry(packed(3, bytes(1001)), 20, 1000)


def test_an_entry_that_holds_more_than_it_says_is_malformed(loop: Any) -> None:
    bomb = bytes([3 << 4 | 5]) + zlib.compress(bytes(60_000))
    with pytest.raises(MALFORMED):
        loop.entry(bomb, 20, 1 << 20)


def test_an_offset_delta_begins_behind_the_distance_to_its_base(loop: Any) -> None:
    entry = bytes([0b0110_0011, 0b1000_0000, 0b0000_0101]) + zlib.compress(b"abc")
    assert loop.entry(entry, 20, 100) == (6, b"abc")


def test_a_version_that_begins_and_ends_like_its_base_is_fresh_only_at_the_break(loop: Any) -> None:
    base = bytes(range(250)) * 4
    delta = varint(1000) + varint(1010) + copy(0, 500) + bytes([10]) + b"0123456789" + copy(500, 500)
    assert apply(loop, base, delta, 100)[2] == [400, 613]


def test_a_cut_end_is_a_break(loop: Any) -> None:
    assert apply(loop, bytes(1000), varint(1000) + varint(900) + copy(0, 900), 100)[2] == [800, 900]


def test_a_deletion_joins_two_pieces(loop: Any) -> None:
    delta = varint(1000) + varint(900) + copy(0, 400) + copy(500, 500)
    assert apply(loop, bytes(1000), delta, 50)[2] == [350, 453]


def test_what_is_made_of_nothing_else_is_built_when_it_is_asked_for(loop: Any) -> None:
    delta = varint(4) + varint(6) + copy(0, 4) + b"\x02xy"
    version = loop.Version(0, loop.Names(b"\xab" * 20, 20), 0, 1, 6, b"")
    version.later(delta, b"base", False)
    assert version.carried([1, 2], [3, 4]) == [0, 0]
    assert (version.data, version.data, version.name) == (b"basexy", b"basexy", "ab" * 20)


@pytest.mark.parametrize(
    ("head", "date"),
    [
        (b"tree x\nauthor A <a> 5 +0\ncommitter C <c> 1234567890 +0200", 1234567890),
        (b"tree x\ncommitter C <c> 77\n", 77),
        (b"tree x\ncommitter C <c> \n", 0),
        (b"tree x\ncommitter C <c> -5 +0000\n", 0),
        (b"tree x\ncommitter C 12 <c>> 9 +0000\n", 9),
        (b"tree x\ncommitter ", 0),
        (b"tree x", 0),
    ],
)
def test_the_date_of_a_commit(loop: Any, head: bytes, date: int) -> None:
    assert loop.committed(head + b"\n\nbody\ncommitter X <x> 3 +0\n", len(head)) == date


# ---------------------------------------------------------------- trees


Tree = dict[bytes, tuple[bytes, bytes]]
"""Name -> (mode, id)."""


def tree(entries: Tree) -> bytes:
    return b"".join(mode + b" " + name + b"\0" + oid for name, (mode, oid) in sorted(entries.items()))


NAMES = st.text("abc_-. 1049", min_size=1, max_size=30).map(str.encode)
MODES = st.sampled_from([b"100644", b"40000", b"100755", b"120000", b"160000"])
IDS = st.binary(min_size=20, max_size=20)


@given(entries=st.dictionaries(NAMES, st.tuples(MODES, IDS), max_size=12))
def test_a_tree_names_all_but_other_repositories_commits(entries: Tree) -> None:
    for loop in LOOPS.values():
        found = [
            number.to_bytes(8, "big", signed=True) for number in loop.listed(tree(entries), 20, loop.vec[loop.i64]())
        ]
        assert found == [oid[:8] for _, (mode, oid) in sorted(entries.items()) if mode != b"160000"]


@given(data=st.binary(max_size=200))
def test_random_bytes_are_malformed_or_a_tree(data: bytes) -> None:
    for loop in LOOPS.values():
        with contextlib.suppress(MALFORMED):
            loop.listed(data, 20, loop.vec[loop.i64]())


@given(entries=st.dictionaries(NAMES, st.tuples(MODES, IDS), max_size=12), version=st.binary(max_size=300))
def test_what_is_built_is_what_is_applied(entries: Tree, version: bytes) -> None:
    base = tree(entries)
    delta = difference(base, base[20:90] + version + base[5:60])
    for loop in LOOPS.values():
        built, copied = loop.built(delta, base)
        assert built == apply(loop, base, delta)[0]
        assert list(copied) == list(loop.copies(delta))


@given(delta=st.binary(max_size=60), base=st.binary(max_size=40))
def test_what_is_built_of_random_bytes_is_as_long_as_they_say(delta: bytes, base: bytes) -> None:
    for loop in LOOPS.values():
        with contextlib.suppress(MALFORMED, IndexError):
            assert len(loop.built(delta, base)[0]) == loop.made(delta)


def difference(base: bytes, version: bytes) -> bytes:
    """A delta as git makes them: copies of 16 bytes or more, drawn out as far as they reach."""
    delta, at, text = b"", 0, b""

    def flush() -> bytes:
        return b"".join(bytes([len(text[k : k + 127])]) + text[k : k + 127] for k in range(0, len(text), 127))

    while at < len(version):
        source = base.find(version[at : at + 16]) if at + 16 <= len(version) else -1
        if source < 0:
            text += version[at : at + 1]
            at += 1
            continue
        while text and source and base[source - 1] == text[-1]:
            text, source, at = text[:-1], source - 1, at - 1
        length = 16
        while (
            at + length < len(version) and source + length < len(base) and version[at + length] == base[source + length]
        ):
            length += 1
        delta += flush() + copy(source, length)
        text = b""
        at += length
    return varint(len(base)) + varint(len(version)) + delta + flush()


def test_a_history_of_no_commits_is_whole_and_one_that_lacks_a_parent_is_not(loop: Any) -> None:
    """Both seemed to lack something, and git was asked."""
    assert loop.reached([], [], [], []) == bytearray()
    assert loop.reached([1], [0, 0], [0, 1], [0]) == b"\1\1"
    assert loop.reached([1], [0, 0], [0, 1], [-1]) is None


def test_a_stretch_is_carried_where_it_is_copied_in_one_piece(loop: Any) -> None:
    base = bytes(100)
    delta = varint(100) + varint(72) + copy(50, 50) + b"\x02xy" + copy(0, 20)
    version = loop.Version(0, loop.Names(b"\xab" * 20, 20), 0, 1, 72, b"")
    version.later(delta, base, False)
    stretches = [(1, 5), (15, 25), (51, 60), (51, 99), (60, 100)]
    carried = version.carried(*map(list, zip(*stretches, strict=True)))
    # The one that reaches the base's end is cut off there: in the version more stands behind it.
    assert list(zip(carried[::2], carried[1::2], strict=True)) == [(2, -50), (3, -50), (0, 52)]
