"""The portable engine: an Aho-Corasick automaton.

pyahocorasick's wheel takes str only, so both sides are folded to lower case and read as Latin-1, which
keeps every offset. Case is decided by match. Where hyperscan demands an expression, this engine reports
each of the credential's literals; match finds the same from either.
"""

from __future__ import annotations

from collections.abc import Sequence

import ahocorasick

from scanner.records import Entry


class AhoCorasickEngine:
    """`Engine` over pyahocorasick."""

    name = "ahocorasick"

    def __init__(self, entries: Sequence[Entry], literals: Sequence[tuple[str, ...]]) -> None:
        """`literals[i]` are the words to look for where row i is an expression."""
        rows: dict[str, list[int]] = {}
        for number, entry in enumerate(entries):
            needles = [word.encode() for word in literals[number]] if entry.expression else [entry.needle]
            for needle in needles:
                rows.setdefault(_fold(needle), []).append(number)
        self._automaton = ahocorasick.Automaton()
        for word, numbers in rows.items():
            self._automaton.add_word(word, tuple(numbers))
        if rows:
            self._automaton.make_automaton()

    def scan(self, buffer: bytes | bytearray | memoryview) -> list[tuple[int, int]]:
        """See `Engine.scan`."""
        if not len(self._automaton):
            return []
        text = bytes(buffer).lower().decode("latin-1")
        return [(row, last + 1) for last, rows in self._automaton.iter(text) for row in rows]


def _fold(word: bytes) -> str:
    # bytes.lower folds ASCII only; str.lower would change the length of some Latin-1 letters.
    return word.lower().decode("latin-1")
