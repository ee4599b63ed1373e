"""Pieces that were met before: what they show must be what a look at every stretch shows."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.sources.git import inner, inner_repeats
from tests.sources.git.test_inner import interpreted, plain

LOOPS = {"interpreted": interpreted(inner_repeats), "plain": plain(inner_repeats)[0]} | (
    {"compiled": inner_repeats} if inner.COMPILED else {}
)
WORDS = (b"key", b"key\n\nword", b"ab\n\n\nkey", b"\n")

Hits = set[tuple[int, int, int]]
"""Owner, word, and where its end stands in the owner."""


def ends(text: bytes) -> list[tuple[int, int]]:
    """A prefilter: (word, end) of every occurrence."""
    return [
        (number, found.start() + len(word))
        for number, word in enumerate(WORDS)
        for found in re.finditer(b"(?=" + re.escape(word) + b")", text)
    ]


def shown(gathered: Any, known: dict[int, list[tuple[int, int]]]) -> Hits:
    """What a batch shows, with what earlier ones did (`known`)."""
    hits: Hits = set()
    met = ends(b"".join(gathered.parts))
    for number, start in enumerate(gathered.starts):
        mine = [(word, end - start) for word, end in met if start < end <= gathered.ends[number]]
        known[gathered.numbers[number]] = mine
        hits |= {(gathered.owners[number], word, end + gathered.offsets[number]) for word, end in mine}
    again = iter(gathered.again)
    for owner, offset, number in zip(again, again, again, strict=True):
        hits |= {(owner, word, end + offset) for word, end in known[number]}
    return hits


lines = st.sampled_from([b"", b"", b"key", b"word", b"ab", b"x" * 40, b"y" * 97])
texts = st.lists(lines, max_size=30).map(b"\n".join)


@settings(max_examples=150)
@given(
    pool=st.lists(texts, min_size=1, max_size=4),
    draws=st.data(),
    before=st.integers(10, 60),
    batches=st.integers(1, 3),
)
@pytest.mark.parametrize("loop", LOOPS)
def test_pieces_show_what_their_stretches_do(
    loop: str, pool: list[bytes], draws: st.DataObject, before: int, batches: int
) -> None:
    module = LOOPS[loop]
    gathered = module.Gathered(before, before)
    known: dict[int, list[tuple[int, int]]] = {}
    for _ in range(batches):
        gathered.begin()
        wanted: Hits = set()
        for owner in range(draws.draw(st.integers(1, 5))):
            parts = draws.draw(st.lists(st.sampled_from(pool), min_size=1, max_size=4))
            stretches = [part for part in parts if part]
            at = 0
            fresh = []
            for text in stretches:
                at += draws.draw(st.integers(0, 9))
                fresh += [at, at + len(text)]
                wanted |= {(owner, word, end + at) for word, end in ends(text)}
                at += len(text)
            gathered.stretches(owner, module.vec[module.i64](fresh), b"".join(stretches))
        assert gathered.used == sum(map(len, gathered.parts))
        assert shown(gathered, known) >= wanted


@pytest.mark.parametrize("loop", LOOPS)
def test_a_stretch_that_was_met_is_not_gathered_again(loop: str) -> None:
    module = LOOPS[loop]
    gathered, vec, i64 = module.Gathered(440), module.vec, module.i64
    text = b"".join(b"line %d\n\n" % number for number in range(1000))
    gathered.stretches(0, vec[i64]([0, len(text)]), text)
    used = gathered.used
    gathered.begin()
    gathered.stretches(0, vec[i64]([70, 70 + len(text)]), text)
    gathered.stretches(1, vec[i64]([0, len(text)]), b"another" + text[7:])
    assert used == len(text)
    assert 0 < gathered.used < 2000
    assert list(gathered.again)[:3] == [0, 70, 0]
