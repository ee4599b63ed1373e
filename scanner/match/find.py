"""A hit of the prefilter -> exact matches in a window around it.

What is found is a function of the text alone: every anchor (an occurrence of a literal) leads to the same
match whichever engine, hit or window showed it. Expressions are compiled on first use, by `regex`, always
with a timeout.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import ahocorasick

from scanner.catalogue import relation, widths
from scanner.compiled import compiled
from scanner.match import decode
from scanner.records import REACH, Credential, Entry, Match, Part
from scanner.secrets import Secret

if TYPE_CHECKING:
    import regex

SOUGHT_BEFORE = 96
"""No more bytes than these before a name decide whether it is sought (`--` or `ENV` in front of a longer name)."""
_MOST_ANCHORS = 10000
_LONG = 20
"""Characters of a value from which it is worth looking whether there are any such (the prefilter has seen 16)."""
_FEW = 2
"""Line breaks in a match, or in the value that a name is given, up to which the lines around it decide."""
_ABOVE, _BELOW = 5, 9
"""Line breaks before and behind the start of a literal at which a window ends: those of the match (a value stands three
lines below its name at the most) and of what judgement reads beside it, which is two lines and their ends."""
_NEAR = 2048
"""Bytes within which they are looked for."""
_NOT_PARTS = frozenset({"secret", "bare", "q"})


class Timeout(TimeoutError):
    """An expression took longer than it may; `credential` names it."""

    def __init__(self, credential: str) -> None:
        super().__init__(f"the expression of {credential} took too long")
        self.credential = credential


class Sight(NamedTuple):
    """A match and the text it was judged in: the window itself, or what a decoded run holds."""

    match: Match
    text: bytes
    start: int  # of the secret in `text`
    end: int
    outer: tuple[int, int]  # the whole match in `text`


class Reach(NamedTuple):
    """How far before and behind the start of a literal the window of a row goes, in bytes of input, and whether it ends
    some lines before and behind that, too."""

    before: int
    after: int
    lined: bool


class Kind:
    """A credential with its expressions compiled when they are first needed."""

    def __init__(self, number: int, credential: Credential, timeout: float) -> None:
        self.number = number
        self.credential = credential
        self.timeout = timeout

    @cached_property
    def expression(self) -> regex.Pattern[bytes]:
        return compiled(self.credential.regex.encode())

    @cached_property
    def parts(self) -> list[tuple[Part, regex.Pattern[bytes]]]:
        return [(part, compiled(part.regex.encode())) for part in self.credential.parts]

    @cached_property
    def _sought(self) -> tuple[re.Pattern[bytes], re.Pattern[bytes] | None]:
        """What hyperscan looks for from the keyword on, in two halves (see `relation.halves`).

        By `re`, three times as fast here: it knows no timeout, and needs none, since all repeats are short.
        """
        plain, led = relation.halves(self.credential.expression)
        return re.compile(plain.encode(), re.IGNORECASE), re.compile(led.encode(), re.IGNORECASE) if led else None

    def is_sought(self, text: bytes, anchor: int) -> bool:
        """Whether the prefilter's own expression, which not every engine knows, holds from the keyword on."""
        if not self._begins(text, anchor):
            return False
        plain, led = self._sought
        if plain.match(text, anchor) is not None:
            return True
        if led is None or led.match(text, anchor) is None:
            return False
        return _led().search(text, max(0, anchor - SOUGHT_BEFORE), anchor) is not None

    def related(self, text: bytes, anchor: int) -> bool:
        """Whether what is sought at `anchor` may stand in relation to a value: cheaper than the exact expression, of
        which most are then never compiled."""
        if not self._begins(text, anchor):
            return False
        here = text[anchor : anchor + self._longest].lower()
        for size, words in self._words:
            if here[:size] in words and _behind().match(text, anchor + size) is not None:
                return True
        return False

    def _may_hold(self, text: bytes, anchor: int) -> bool:
        """Whether as many characters in a row as a value has at the least stand anywhere behind `anchor`."""
        table, wanted = self._run
        return not wanted or wanted in text[anchor:].translate(table)

    @cached_property
    def _run(self) -> tuple[bytes, bytes]:
        """A table that makes one byte of all that a value is made of, and the shortest value in such bytes; b"" where
        that would tell little."""
        chars, least = widths.run(self.credential.value) if self.credential.rank != "generic" else (frozenset(), 0)
        if least < _LONG:  # what is generic has values of any length, and is met at commit time
            return b"", b""
        return bytes(120 if chr(code) in chars else 32 for code in range(256)), b"x" * least

    def _begins(self, text: bytes, anchor: int) -> bool:
        """A provider's name inside of a longer word is none (scrollbar)."""
        return self.credential.rank == "generic" or _begins(text, anchor)

    @cached_property
    def _words(self) -> list[tuple[int, frozenset[bytes]]]:
        """The names, in bytes, by their length: some kinds have dozens."""
        words = {word.encode() for word in self.credential.literals}
        return [(size, frozenset(word for word in words if len(word) == size)) for size in sorted(set(map(len, words)))]

    @cached_property
    def _longest(self) -> int:
        return self._words[-1][0]

    def match_at(self, text: bytes, anchor: int) -> Any | None:
        """The match that covers the literal at `anchor`."""
        try:
            if self.credential.keywords and not (self._may_hold(text, anchor) and self.related(text, anchor)):
                return None
            if self.credential.leads:
                return self.expression.match(text, anchor, timeout=self.timeout)
            low = max(0, anchor - self.credential.width)
            if not self.credential.breaks:  # it begins on this line
                low = max(low, text.rfind(b"\n", low, anchor) + 1)
            found = self.expression.finditer(text, low, timeout=self.timeout)
            return next((match for match in found if match.end() > anchor >= match.start()), None)
        except TimeoutError:
            raise Timeout(self.credential.id) from None


def _begins(text: bytes, at: int) -> bool:
    """Whether a word begins here, or a part of one in camel case."""
    before, here = text[at - 1 : at], text[at : at + 1]
    return not (at and before.isalpha()) or not here.isalpha() or (before.islower() and here.isupper())


@cache
def _behind() -> re.Pattern[bytes]:
    return re.compile(relation.BEHIND_FURTHER.encode() + rb"\S", re.IGNORECASE)


@cache
def _led() -> re.Pattern[bytes]:
    return re.compile(relation.LED.encode(), re.IGNORECASE)


class _Kinds:
    """Kinds by number, made when they are asked for."""

    def __init__(self, credentials: Sequence[Credential], timeout: float) -> None:
        self._credentials = credentials
        self._timeout = timeout
        self._made: dict[int, Kind] = {}

    def __getitem__(self, number: int) -> Kind:
        made = self._made.get(number)
        if made is None:
            made = self._made[number] = Kind(number, self._credentials[number], self._timeout)
        return made

    def __iter__(self) -> Iterator[Kind]:
        return (self[number] for number in range(len(self._credentials)))


class Finder:
    """Exact matching for one table of the prefilter."""

    def __init__(self, credentials: Sequence[Credential], entries: Sequence[Entry], timeout: float) -> None:
        self.kinds = _Kinds(credentials, timeout)
        self._entries = entries
        self._reaches: dict[int, Reach] = {}
        self._literals: dict[int, Any] = {}
        self._anchors: dict[tuple[int, int, bytes], list[int]] = {}

    def reach(self, row: int) -> Reach:
        """The window of a row: wide enough for its widest match and what judgement reads around that."""
        known = self._reaches.get(row)
        if known is None:
            known = self._reaches[row] = self._measure(self._entries[row])
        return known

    def _measure(self, entry: Entry) -> Reach:
        kinds = [self.kinds[number].credential for number in entry.credentials]
        widest = max(kind.width for kind in kinds)
        before = 0 if all(kind.leads for kind in kinds) else widest
        growth = 1.0
        for codec in entry.codecs:
            growth *= decode.GROWTH[codec]
        slack = 8 if entry.codecs else 0
        return Reach(
            int((before + REACH) * growth) + slack,
            max(int((widest + REACH) * growth) + slack + len(entry.needle), entry.width),
            not entry.codecs and all(kind.breaks <= _FEW and not kind.parts for kind in kinds),
        )

    def window(self, row: int, at: int, text: bytes) -> tuple[int, int]:
        """Where the window begins and ends that decides what the literal of a row at `at` in `text` leads to.

        What stands on one line, or a few, is decided by the lines around it: the fewer bytes decide, the more often
        they were met before.
        """
        before, after, lined = self.reach(row)
        first, last = max(0, at - before), min(len(text), at + after)
        if not lined:
            return first, last
        low, high = max(first, at - _NEAR), min(last, at + _NEAR)
        above = text[low:at].rsplit(b"\n", _ABOVE)
        below = text[at:high].split(b"\n", _BELOW)
        if len(above) > _ABOVE:
            first = low + len(above[0]) + 1
        if len(below) > _BELOW:
            last = high - len(below[_BELOW])
        return first, last

    def extent(self, row: int) -> int:
        """The most bytes that a hit of this row takes itself."""
        entry = self._entries[row]
        return max(len(entry.needle), entry.width)

    def anchors(self, row: int, end: int, text: bytes) -> list[int]:
        """Where the literals begin that a hit of a row, which ends at `end` in `text`, may speak of.

        For a literal that is one place. An expression tells its end only: what lies within its width before that
        is searched. Of kinds that are known by a name only those places are left that the prefilter's own expression
        holds at, which depends on no more bytes than a hit may take and SOUGHT_BEFORE before them.
        """
        entry = self._entries[row]
        if not entry.expression:
            return [end - len(entry.needle)] if end >= len(entry.needle) else []
        low = max(0, end - entry.width - SOUGHT_BEFORE)
        key = (row, end - low, text[low : end + entry.width])
        known = self._anchors.get(key)
        if known is None:
            if len(self._anchors) >= _MOST_ANCHORS:
                self._anchors.clear()
            known = self._anchors[key] = self._sought(*key)
        return [low + at for at in known]

    def _sought(self, row: int, end: int, text: bytes) -> list[int]:
        """`anchors` of an expression: versions of a file ask for those of the same bytes again and again."""
        entry = self._entries[row]
        start = max(0, end - entry.width)
        # Case is decided by the exact match; Latin-1 keeps every offset.
        found = self._words(row).iter(text[start:end].lower().decode("latin-1"))
        places = sorted({start + last + 1 - length for last, length in found})
        kinds = [self.kinds[number] for number in entry.credentials]
        if not all(kind.credential.keywords for kind in kinds):
            return places
        return [at for at in places if any(kind.is_sought(text, at) for kind in kinds)]

    def _words(self, row: int) -> Any:
        """An automaton that tells where each literal of the row's kinds ends, and its length."""
        known = self._literals.get(row)
        if known is None:
            known = self._literals[row] = ahocorasick.Automaton()
            for number in self._entries[row].credentials:
                for word in self.kinds[number].credential.literals:
                    known.add_word(word.encode().lower().decode("latin-1"), len(word.encode()))
            known.make_automaton()
        return known

    def sights(self, row: int, window: bytes, at: int) -> Iterator[Sight]:
        """The matches that the literal of `row` at `at` in `window` leads to. Raises Timeout."""
        entry = self._entries[row]
        if not entry.codecs:
            for number in entry.credentials:
                yield from self._anchored(number, window, at, None)
            return
        decoded = decode.decode(window, at, entry.codecs, entry.shift)
        if decoded is not None and decoded.text.startswith(entry.literal.encode(), decoded.at):
            for number in entry.credentials:
                for sight in self._anchored(number, decoded.text, decoded.at, decoded.back):
                    yield sight._replace(match=_encoded(sight.match, entry.codecs))

    def _anchored(self, number: int, text: bytes, anchor: int, back: decode.BackMap | None) -> Iterator[Sight]:
        kind = self.kinds[number]
        found = kind.match_at(text, anchor)
        if found is None:
            return
        start, end = _secret_span(found)
        parts = _named_parts(found)
        if kind.parts:
            try:
                start, end, parts = _beside(kind, text, found, (start, end), parts)
            except TimeoutError:
                raise Timeout(kind.credential.id) from None
        outer = (min(start, found.start()), max(end, found.end()))
        place = back(start, end) if back else (start, end)
        match = Match(number, Secret(text[start:end]), parts, *place)
        yield Sight(match, text, start, end, outer)


def _encoded(match: Match, codecs: tuple[str, ...]) -> Match:
    return Match(match.credential, match.secret, match.parts, match.start, match.end, codecs)


def _secret_span(found: Any) -> tuple[int, int]:
    groups = found.re.groupindex
    for name in ("secret", "bare"):
        if name in groups and found.start(name) >= 0:
            return int(found.start(name)), int(found.end(name))
    numbers = range(1, found.re.groups + 1) if not groups else ()
    group = next((number for number in numbers if found.start(number) >= 0), 0)
    return int(found.start(group)), int(found.end(group))


def _named_parts(found: Any) -> tuple[tuple[str, Secret], ...]:
    named = found.groupdict()
    return tuple((name, Secret(value)) for name, value in named.items() if value is not None and name not in _NOT_PARTS)


def _beside(
    kind: Kind,
    text: bytes,
    found: Any,
    span: tuple[int, int],
    parts: tuple[tuple[str, Secret], ...],
) -> tuple[int, int, tuple[tuple[str, Secret], ...]]:
    """The further parts within REACH; where one of them is what leaks, it becomes the span."""
    low, high = max(0, found.start() - REACH), found.end() + REACH
    for part, expression in kind.parts:
        area = expression.finditer(text[:high], low, timeout=kind.timeout)
        nearest = _nearest(area, found)
        if nearest is None:
            continue
        start, end = _secret_span(nearest)
        if part.secret:
            parts += (("id", Secret(text[span[0] : span[1]])),)
            span = (start, end)
        else:
            parts += ((part.name, Secret(text[start:end])),)
    return span[0], span[1], parts


def _nearest(matches: Iterable[Any], found: Any) -> Any | None:
    """Of the matches beside `found` the one with the fewest bytes between."""
    apart = [match for match in matches if match.end() <= found.start() or match.start() >= found.end()]
    gap = lambda match: max(match.start() - found.end(), found.start() - match.end())
    return min(apart, key=gap, default=None)
