"""The portable engine: an Aho-Corasick automaton.

pyahocorasick's wheel takes str only, so both sides are folded to lower case and read as Latin-1, which
keeps every offset. Case is decided by match. Where hyperscan demands an expression, this engine reports
each of the credential's literals that such an expression holds around, by `re`; match finds the same from either.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import ahocorasick

from scanner.records import Entry

Leads = Callable[[str, tuple[str, ...], bool], bool]
"""Whether every match of an expression starts with one of some literals, in any case or not."""


class AhoCorasickEngine:
    """`Engine` over pyahocorasick."""

    name = "ahocorasick"

    def __init__(
        self, entries: Sequence[Entry], literals: Sequence[tuple[str, ...]], leads: Leads = lambda *_: False
    ) -> None:
        """`literals[i]` are the words to look for where row i is an expression.

        An expression that `leads` is looked for at its literal alone, others around it.
        """
        rows: dict[str, list[tuple[int, int]]] = {}
        for number, entry in enumerate(entries):
            needles = [word.encode() for word in literals[number]] if entry.expression else [entry.needle]
            for needle in needles:
                rows.setdefault(_fold(needle), []).append((number, len(needle) if entry.expression else 0))
        self._entries = entries
        self._literals = literals
        self._leads = leads
        self._screens: dict[int, _Screen] = {}
        self._automaton = ahocorasick.Automaton()
        for word, numbers in rows.items():
            self._automaton.add_word(word, tuple(numbers))
        if rows:
            self._automaton.make_automaton()

    def scan(self, buffer: bytes | bytearray | memoryview) -> list[tuple[int, int]]:
        """See `Engine.scan`."""
        if not len(self._automaton):
            return []
        data = bytes(buffer)
        return [
            (row, last + 1)
            for last, rows in self._automaton.iter(data.lower().decode("latin-1"))
            for row, size in rows
            if not size or self._screen(row).holds(data, last + 1 - size, last + 1)
        ]

    def _screen(self, row: int) -> _Screen:
        """The row's expression, compiled when the first of its literals is met."""
        screen = self._screens.get(row)
        if screen is None:
            entry = self._entries[row]
            leads = self._leads(entry.expression, self._literals[row], entry.caseless)
            screen = self._screens[row] = _Screen(entry, leads)
        return screen


class _Screen:
    """What hyperscan looks for in place of a row's literals."""

    def __init__(self, entry: Entry, leads: bool) -> None:
        self._expression = re.compile(entry.expression.encode(), re.IGNORECASE if entry.caseless else 0)
        self._width = entry.width
        self._leads = leads

    def holds(self, data: bytes, start: int, end: int) -> bool:
        """Whether it holds around the literal that stands from `start` to `end`."""
        if self._leads:
            return self._expression.match(data, start) is not None
        low, high = max(0, end - self._width), start + self._width
        return self._expression.search(data, low, high) is not None


def _fold(word: bytes) -> str:
    # bytes.lower folds ASCII only; str.lower would change the length of some Latin-1 letters.
    return word.lower().decode("latin-1")
