"""What of the new stretches was met before: nearby versions of a file show the same lines again and again.

The same change stands in several branches, and between two changes the same surroundings. So a stretch is cut at
blank lines, wherever these are, and of each piece the hits that end in it are a function of its bytes and of those
that the widest row of the prefilter may take before it: where both were met, the hits are known by a number.

Compiled by mypyc as `inner` is.
"""

from __future__ import annotations

from scanner.vecs import append, i64, vec

PIECE = 512
"""Bytes that a piece has at the least: each costs about a microsecond."""
_KEPT = 32 << 20
"""Bytes of text that are remembered."""
_BLANK_LINE = b"\n\n"


class Gathered:
    """The buffer of a batch in the making, and of earlier ones what they showed.

    `starts` and `ends` are pieces in the buffer, ascending; what stands between two is there for the sake of hits
    that end in the second. `owners` are the versions that they belong to, `offsets` where in these they begin,
    `numbers` what they are known by, -1 for those that are not compared. `again` has pieces that an earlier one
    answers for, flat: owner, offset, number.
    """

    def __init__(self, before: i64, least: i64 = PIECE) -> None:
        """`before` is how many bytes before a piece may be part of a hit that ends in it; `least` a piece's size."""
        self._before = before
        self._least: i64 = least if least > before else before
        self._heads: dict[bytes, int] = {}  # pieces that begin a stretch: all hits in these bytes are theirs
        self._rest: dict[bytes, int] = {}
        self._size: i64 = 0
        self._next: i64 = 0
        self.begin()

    def begin(self) -> None:
        """A new batch."""
        self.parts: list[bytes] = []
        self.starts = vec[i64]()
        self.ends = vec[i64]()
        self.owners = vec[i64]()
        self.offsets = vec[i64]()
        self.numbers = vec[i64]()
        self.again = vec[i64]()
        self.used: i64 = 0

    def whole(self, owner: i64, data: bytes) -> None:
        """An object that is looked at from its first byte to its last."""
        self._piece(owner, 0, data, -1)

    def stretches(self, owner: i64, fresh: vec[i64], text: bytes) -> None:
        """The stretches of a version, `fresh` as `inner.apply` has it, whose texts follow each other in `text`."""
        low: i64 = 0
        at: i64 = 0
        while at < len(fresh):
            high = low + fresh[at + 1] - fresh[at]
            self._stretch(owner, fresh[at] - low, text, low, high)
            low = high
            at += 2

    def _stretch(self, owner: i64, shift: i64, text: bytes, low: i64, high: i64) -> None:
        """Gather `text[low:high]`; `shift` further on stands what is there in the version."""
        at = low
        follows = True  # whether the buffer ends with what stands before this piece
        while at < high:
            end = high
            if high - at > 2 * self._least:
                end = i64(text.find(_BLANK_LINE, at + self._least, high)) + 2
                if end < 2:
                    end = high
            first = low if at == low else at - self._before
            known = self._heads if at == low else self._rest
            key = text[first:end]
            number: i64 = known.get(key, -1)
            if number < 0:
                self._remember(known, key)
                if not follows:
                    self.parts.append(text[first:at])
                    self.used += at - first
                self._piece(owner, at + shift, key if first == at else text[at:end], self._next)
                self._next += 1
                follows = True
            else:
                self.again = append(self.again, owner)
                self.again = append(self.again, at + shift)
                self.again = append(self.again, number)
                follows = False
            at = end

    def _remember(self, known: dict[bytes, int], key: bytes) -> None:
        self._size += len(key)
        if self._size > _KEPT:
            self._heads.clear()
            self._rest.clear()
            self._size = len(key)
        known[key] = self._next

    def _piece(self, owner: i64, offset: i64, text: bytes, number: i64) -> None:
        self.parts.append(text)
        self.starts = append(self.starts, self.used)
        self.used += len(text)
        self.ends = append(self.ends, self.used)
        self.owners = append(self.owners, owner)
        self.offsets = append(self.offsets, offset)
        self.numbers = append(self.numbers, number)
