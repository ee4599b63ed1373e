"""The inner loop of the delta walk: pack entries, delta instructions, what is new in a version, and what commits say.

Plain typed Python in one module, compiled by mypyc where the package is built with a C compiler at hand and
interpreted otherwise; the same tests run for both. The formats are those of git's
Documentation/gitformat-pack.txt.
"""

from __future__ import annotations

import os
import zlib
from bisect import bisect_left
from collections.abc import Iterator
from typing import Any, Final

from scanner.sources.git.inner_repeats import Gathered
from scanner.vecs import BytesWriter, append, i64, vec


def _best() -> Any:
    """The fastest zlib at hand."""
    try:
        from isal import isal_zlib  # half as long again as fast where it runs
    except ImportError:
        return zlib
    return isal_zlib


_inflater: Any = _best()
crc32: Any = _inflater.crc32
COMPILED = not __file__.endswith(".py")

# Final: what is compiled looks nothing up then.
COMMIT: Final = 1
TREE: Final = 2
BLOB: Final = 3
TAG: Final = 4
OFS_DELTA: Final = 6
REF_DELTA: Final = 7
KIND: Final = 7
IS_KNOWN: Final = 8
IS_LEAF: Final = 16
IS_OLD: Final = 32
"""What a row's marks hold: the object's type, and bits. An old one was scanned before: of a commit it is told what
history needs to know, and it is not scanned."""
_VIEWED: Final = 1 << 10
"""From so many bytes on a view is cheaper than a copy."""
_AHEAD: Final = 1 << 10
"""How much more of a version than is asked for is made."""
_SMALL: Final = 1 << 16
"""Entries up to this may be inflated at once: a thousand times that is the most they can hold."""


class Malformed(Exception):
    """Bytes that are no pack entry or no delta."""


def entry(data: bytes, hash_size: int, most: int) -> tuple[int, bytes]:
    """A whole entry of a pack -> its type and what it holds, `most` bytes at the most. Raises Malformed."""
    limit = len(data)
    if limit < 2:
        raise Malformed("an entry is cut off")
    byte = data[0]
    at = 1
    kind = (byte >> 4) & 7
    size = byte & 15
    if byte & 128:
        more, beyond = size_at(data, 1)
        size |= int(more) << 4
        at = beyond
    if size > most:
        raise Malformed("too large for the walk")
    if kind == 6:
        byte = 128
        while byte & 128:
            if at >= limit:
                raise Malformed("an entry's base is cut off")
            byte = data[at]
            at += 1
    elif kind == 7:
        at += hash_size
    if at >= limit:
        raise Malformed("an entry is cut off")
    return kind, inflate(data[at:], size)


def inflate(data: bytes, size: int) -> bytes:
    """A zlib stream that must hold `size` bytes. Raises Malformed."""
    out: bytes
    try:
        if len(data) < _SMALL:
            out = _inflater.decompress(data, 15, size + 1)
        else:
            out = _inflater.decompressobj().decompress(data, size + 1)
    except (zlib.error, _inflater.error) as error:
        raise Malformed(f"it does not inflate: {error}") from None
    if len(out) != size:
        raise Malformed("it inflates to another size than it says")
    return out


def copy(delta: bytes, at: i64, code: i64) -> tuple[i64, i64, i64]:
    """What a delta copies by the instruction `code`, whose arguments begin at `at`: (where in the base, how much), and
    where the next instruction begins. Raises IndexError where it is cut off."""
    source: i64 = 0
    length: i64 = 0
    if code & 1:
        source = delta[at]
        at += 1
    if code & 2:
        source |= i64(delta[at]) << 8
        at += 1
    if code & 4:
        source |= i64(delta[at]) << 16
        at += 1
    if code & 8:
        source |= i64(delta[at]) << 24
        at += 1
    if code & 16:
        length = delta[at]
        at += 1
    if code & 32:
        length |= i64(delta[at]) << 8
        at += 1
    if code & 64:
        length |= i64(delta[at]) << 16
        at += 1
    return source, length if length else 0x10000, at


def size_at(data: bytes, at: i64) -> tuple[i64, i64]:
    """The size that a delta says at `at`, or an entry all but the lowest four bits of, and where that ends.

    Raises Malformed.
    """
    limit: i64 = len(data)
    said: i64 = 0
    shift: i64 = 0
    byte: i64 = 128
    while byte & 128:
        if at >= limit or shift > 56:
            raise Malformed("a size does not end")
        byte = data[at]
        at += 1
        said |= (byte & 127) << shift
        shift += 7
    return said, at


def apply(
    delta: bytes, base: bytes, before: i64, behind: i64, parts: BytesWriter, build: bool
) -> tuple[bytes, vec[i64]]:
    """A delta's version, and what of it has to be looked at. Raises Malformed.

    Returns (version, fresh). The version is made only with `build`.
    `fresh` is flat, start and end of each stretch, ascending: all but the insides of copied pieces, where an
    inside keeps `behind` bytes from a break behind which it stands, and `before` bytes from one before which it
    stands: a piece's edges, unless the version begins or ends there just as its base does. The texts of these
    stretches are appended to `parts`.
    """
    limit: i64 = len(delta)
    base_size: i64 = len(base)
    said, at = size_at(delta, 0)
    made_size, at = size_at(delta, at)
    if said != base_size:
        raise Malformed("a delta belongs to another base")
    whole: list[Any] = []
    view = memoryview(base)
    fresh = vec[i64]()
    done: i64 = 0
    open_at: i64 = -1  # where the stretch that is being gathered begins
    run_at: i64 = (
        0  # the copies that continue each other: where they begin in the version and in the base, and how long
    )
    run_source: i64 = 0
    run: i64 = 0
    while True:
        code: i64 = 0
        source: i64 = 0
        length: i64 = 0
        if at < limit:
            code = delta[at]
            at += 1
            if code & 128:
                try:
                    source, length, at = copy(delta, at, code)
                except IndexError:
                    raise Malformed("a delta's copy is cut off") from None
                if source + length > base_size:
                    raise Malformed("a delta copies from beyond its base")
                if run > 0 and source == run_source + run:
                    run += length
                    done += length
                    continue
            elif code == 0:
                raise Malformed("a delta holds a reserved instruction")
        if run > 0:
            beyond = run_source + run
            if build:
                if run < _VIEWED:
                    whole.append(base[run_source:beyond])
                else:
                    whole.append(view[run_source:beyond])
            low = run_at if run_at == 0 and run_source == 0 else run_at + behind
            high = done if done == made_size and beyond == base_size else done - before
            if high > low:
                if low > run_at:
                    parts.write(base[run_source : run_source + (low - run_at)])
                if open_at < 0 and low > run_at:
                    open_at = run_at
                if open_at >= 0:
                    fresh = append(fresh, open_at)
                    fresh = append(fresh, low)
                open_at = -1
                if high < done:
                    open_at = high
                    parts.write(base[beyond - (done - high) : beyond])
            else:
                if open_at < 0:
                    open_at = run_at
                parts.write(base[run_source:beyond])
            run = 0
        if code & 128:
            run_at = done
            run_source = source
            run = length
            done += length
        elif code:
            if at + code > limit:
                raise Malformed("a delta's insert is cut off")
            text = delta[at : at + code]
            parts.write(text)
            if build:
                whole.append(text)
            if open_at < 0:
                open_at = done
            at += code
            done += code
        else:
            break
    if done != made_size:
        raise Malformed("a delta makes another size than it says")
    if open_at >= 0:
        fresh = append(fresh, open_at)
        fresh = append(fresh, made_size)
    return b"".join(whole) if build else b"", fresh


def copies(delta: bytes) -> vec[i64]:
    """What a delta that `apply` has read copies from its base, in the order of the version.

    Flat, three numbers a piece: offset in the version, offset in the base, length; neighbours that continue each
    other are joined.
    """
    limit: i64 = len(delta)
    _, at = size_at(delta, 0)
    _, at = size_at(delta, at)
    copied = vec[i64]()
    done: i64 = 0
    beyond: i64 = -1  # where in the base the last copy ends, if nothing was inserted since
    while at < limit:
        code: i64 = delta[at]
        at += 1
        if code & 128 == 0:
            at += code
            done += code
            beyond = -1
            continue
        source, length, at = copy(delta, at, code)
        if source == beyond:
            copied[len(copied) - 1] += length
        else:
            copied = append(copied, done)
            copied = append(copied, source)
            copied = append(copied, length)
        done += length
        beyond = source + length
    return copied


def stretch(delta: bytes, base: bytes, low: i64, high: i64) -> bytes:
    """What stands between two places of the version that a delta makes, which `apply` has read."""
    limit: i64 = len(delta)
    _, at = size_at(delta, 0)
    _, at = size_at(delta, at)
    done: i64 = 0
    parts: list[bytes] = []
    while at < limit and done < high:
        code: i64 = delta[at]
        at += 1
        source: i64 = at
        length: i64 = code
        if code & 128:
            source, length, at = copy(delta, at, code)
        else:
            at += code
        if done + length > low:
            first: i64 = low - done if low > done else 0
            last: i64 = high - done if high < done + length else length
            if code & 128:
                parts.append(base[source + first : source + last])
            else:
                parts.append(delta[source + first : source + last])
        done += length
    return b"".join(parts)


class Names:
    """The ids of a pack's objects, in the order of its index."""

    def __init__(self, data: Any, size: i64) -> None:
        """`data` are the index's bytes of ids, as long as anybody asks; an id has `size` of them."""
        self._data = data
        self.size = size

    def of(self, number: i64) -> bytes:
        """One id."""
        return bytes(self._data[number * self.size : (number + 1) * self.size])


class Version:
    """One object of a delta walk; see `deltas.Version`. What is made of nothing else is built when it is asked for, and
    its name read, as most are of no interest."""

    def __init__(self, serial: i64, names: Names, number: i64, base: i64, size: i64, data: bytes) -> None:
        """`number` is that in `names`; `data` is the whole object, or nothing yet (see `later`)."""
        self.serial = serial
        self._names = names
        self._number = number
        self.base = base
        self.size = size
        self.base_size: i64 = 0
        self._data = data
        self._delta = b""
        self._source = b""
        self._made = True
        self._cut = b""
        self._cut_at: i64 = 0
        self.leaf = False

    def later(self, delta: bytes, source: bytes, made: bool) -> None:
        """What it is made of, and whether it is made yet."""
        self.base_size = len(source)
        self._delta = delta
        self._made = made
        self.leaf = not made
        if not made:
            self._source = source

    def carried(self, lows: list[int], highs: list[int]) -> list[int]:
        """See `deltas.Version.carried`."""
        found: list[int] = []
        pieces = copies(self._delta) if self._delta else vec[i64]()
        at: i64 = 0
        while at < len(pieces):
            start = pieces[at]
            source = pieces[at + 1]
            low, high = self._intact(start, source, pieces[at + 2])
            at += 3
            number = bisect_left(lows, low)
            while number < len(lows) and lows[number] < high:
                if highs[number] <= high:
                    found.append(number)
                    found.append(start - source)
                number += 1
        return found

    def _intact(self, start: i64, source: i64, length: i64) -> tuple[i64, i64]:
        """Between which places of the base a stretch must lie to be held in one piece by a copy from there.

        One that the object's edge cut off holds only where the version has the same edge.
        """
        low: i64 = source
        if source == 0 and start != 0:
            low = 1
        high = source + length
        if (high != self.base_size or start + length != self.size) and high >= self.base_size:
            high = self.base_size - 1
        return low, high

    def followed(self, openings: vec[i64]) -> tuple[vec[i64], list[tuple[int, int]]]:
        """See `deltas.Version.followed`."""
        held = vec[i64]()
        lost: list[tuple[int, int]] = []
        count: i64 = len(openings)
        pieces = copies(self._delta) if self._delta else vec[i64]()
        at: i64 = 0
        while at < len(pieces):
            source = pieces[at + 1]
            beyond = source + pieces[at + 2]
            shift = pieces[at] - source
            low, high = self._intact(pieces[at], source, pieces[at + 2])
            at += 3
            place = 5 * first_from(openings, source, 5)
            while place < count and openings[place] < beyond:
                end = openings[place + 1]
                if openings[place + 2] >= low and openings[place + 3] <= high:
                    if not self.leaf:
                        held = append(held, openings[place] + shift)
                        held = append(held, end + shift)
                        held = append(held, openings[place + 2] + shift)
                        held = append(held, openings[place + 3] + shift)
                        held = append(held, openings[place + 4])
                elif end <= beyond:
                    lost.append((openings[place + 4], end + shift))
                place += 5
        return held, lost

    def cut(self, low: i64, high: i64) -> bytes:
        """See `deltas.Version.cut`. Some more than was asked for is kept: who asks goes on a little further down."""
        if self._made:
            return self._data[low:high]
        if low < self._cut_at or high > self._cut_at + len(self._cut):
            self._cut = stretch(self._delta, self._source, low, high + _AHEAD)
            self._cut_at = low
        return self._cut[low - self._cut_at : high - self._cut_at]

    @property
    def name(self) -> str:
        """The object's id."""
        return self._names.of(self._number).hex()

    @property
    def data(self) -> bytes:
        """The whole object, of a commit or a tag its message."""
        if not self._made:
            self._data = stretch(self._delta, self._source, 0, self.size)
            self._made = True
            self._source = b""
        return self._data


def first_from(rows: vec[i64], least: i64, width: i64) -> i64:
    """Which of the `rows`, `width` numbers each and ascending, is the first that begins with `least` or more."""
    low: i64 = 0
    high: i64 = len(rows) // width
    while low < high:
        middle = (low + high) // 2
        if rows[width * middle] < least:
            low = middle + 1
        else:
            high = middle
    return low


class Walk:
    """One pass over rows of the walk: what is new is gathered until it makes a batch."""

    def __init__(
        self,
        rows: Iterator[tuple[int, ...]],
        first: i64,
        hash_size: i64,
        pack: int,
        names: Any,
        limits: tuple[int, int, int, int, int],
    ) -> None:
        """`rows` as `plan.ROW` has them, from row `first` on; `pack` is a file descriptor, `names` the index's.

        `limits` are the bytes to look at that make a batch; those that it may hold on to, and the bases, too; the
        largest object; and `before` and `behind` of `apply`.
        """
        self._rows = rows
        self._pack = pack
        self._hash_size = hash_size
        self._names = Names(names, hash_size)
        self._most_new, self._most_held, self._huge, self._before, self._behind = limits
        self.gathered = Gathered(self._behind)
        self._serial: i64 = first - 1
        self._path: list[tuple[int, bytes, bool]] = []
        self._parts = BytesWriter()
        self._lost: set[int] = set()
        self._path_bytes: i64 = 0
        self.left: list[bytes] = []  # what this reader cannot read, or holds damage
        self.objects: i64 = 0
        self.bytes: i64 = 0
        self.odd: list[bytes] = []  # commits that cannot be read here, or are not as git writes them
        self.commits: list[int] = []
        self.parents: list[int] = []
        self.begin()

    def begin(self) -> None:
        """A new batch."""
        self.gathered.begin()
        self.versions: list[Version] = []
        self.held: i64 = 0

    def fill(self) -> bool:
        """Visit rows until a batch is full; False at the end."""
        for row in self._rows:
            self._serial += 1
            self._visit(row)
            if self.gathered.used >= self._most_new or self.held >= self._most_held:
                return True
        return False

    def live(self) -> list[int]:
        """Serials that later batches may name as bases."""
        return [serial for serial, _, _ in self._path]

    def _visit(self, row: tuple[int, ...]) -> None:
        offset, end, number, base, crc, marks = row
        known = marks & (IS_KNOWN | IS_OLD) != 0
        parts = self._parts
        parts.truncate(0)
        fresh = vec[i64]()
        source = b""
        delta = b""
        hidden = False
        made_up = True
        size = 0
        try:
            raw = os.pread(self._pack, end - offset, offset)
            if base in self._lost or crc32(raw) != crc:
                raise Malformed("damaged, or made of what is")
            while len(self._path) > 0 and self._path[-1][0] != base:
                self._path_bytes -= len(self._path.pop()[1])
            kind, data = entry(raw, self._hash_size, self._huge)
            size = len(data)
            if kind >= 6:
                if len(self._path) == 0:
                    raise Malformed("a delta without its base")
                _, source, hidden = self._path[-1]
                delta = data
                size = made(delta)
                made_up = marks & IS_LEAF == 0
                data, fresh = apply(delta, source, self._before, self._behind, parts, made_up)
            if size > self._huge or self._path_bytes + len(data) > self._most_held:
                raise Malformed("too large for the walk")
        except (Malformed, IndexError, OSError):
            self._lost.add(self._serial)
            if marks & KIND == COMMIT:
                self.odd.append(self._names.of(number))
            if marks & IS_KNOWN == 0:
                self.left.append(self._names.of(number))
            return
        if marks & IS_LEAF == 0:
            self._path.append((self._serial, data, known))
            self._path_bytes += len(data)
        if known:
            if marks & IS_OLD and marks & KIND == COMMIT:
                if delta:
                    data = stretch(delta, source, 0, size)
                self._commit(number, data)
            return
        self.objects += 1
        self.bytes += size
        if marks & KIND != BLOB:
            if not made_up:
                data = stretch(delta, source, 0, size)
            self._message(number, data, marks & KIND)
        elif kind >= 6 and not hidden:
            version = Version(self._serial, self._names, number, base, size, data)
            version.later(delta, source, made_up)
            self.gathered.stretches(len(self.versions), fresh, parts.getvalue())
            self.versions.append(version)
            self.held += len(delta) + len(data)
        else:
            if not made_up:
                data = stretch(delta, source, 0, size)
            self._alone(number, data)

    def _alone(self, number: i64, data: bytes) -> None:
        """An object that is looked at from its first byte to its last."""
        self.gathered.whole(len(self.versions), data)
        self.versions.append(Version(self._serial, self._names, number, -1, len(data), data))
        self.held += len(data)

    def _commit(self, number: i64, data: bytes) -> None:
        """What history needs to know of a commit."""
        name = self._names.of(number)
        if not commit(name, data, self.commits, self.parents):
            self.odd.append(name)

    def _message(self, number: i64, data: bytes, kind: int) -> None:
        """Of a commit or a tag, what follows its header lines."""
        if kind == COMMIT:
            self._commit(number, data)
        start = data.find(b"\n\n")
        if start >= 0:
            self._alone(number, data[start + 2 :])


def commit(name: bytes, data: bytes, commits: list[int], parents: list[int]) -> bool:
    """What history needs to know of a commit; False where it is not as git writes it.

    To `commits` go four numbers: the beginning (8 bytes) of its id and of its tree's, when it was committed, and how
    many parents it has, the beginnings of whose ids go to `parents`.
    """
    end = data.find(b"\n\n")
    if end < 0:
        end = len(data)
    width = 2 * len(name)
    found: list[int] = []
    at = 5 + width + 1
    if end <= at or data[:5] != b"tree ":
        return False
    try:
        tree = int(data[5:21], 16)
        while at + 8 + width <= end and data[at : at + 7] == b"parent ":
            found.append(int(data[at + 7 : at + 23], 16))
            at += 8 + width
    except ValueError:
        return False
    commits.append(int.from_bytes(name[:8], "big"))
    commits.append(tree)
    commits.append(committed(data, end))
    commits.append(len(found))
    parents.extend(found)
    return True


def committed(data: bytes, end: int) -> int:
    """When a commit was made, in seconds; 0 where that cannot be read, as git has it."""
    at = data.find(b"\ncommitter ", 0, end) + 1
    if at == 0:
        return 0
    last = data.find(b"\n", at, end)
    if last < 0:
        last = end
    line = data[at:last]
    words = line[line.rfind(b">") + 1 :].split()
    if len(words) == 0 or not words[0].isdigit() or len(words[0]) > 18:
        return 0
    return int(words[0])


def made(delta: bytes) -> i64:
    """The size of the version that a delta makes. Raises Malformed."""
    _, at = size_at(delta, 0)
    found, _ = size_at(delta, at)
    return found
