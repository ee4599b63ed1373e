"""The inner loop of the delta walk: pack headers, delta instructions, and what is new in a version.

Plain typed Python in one small module, compiled by mypyc where the package is built with a C compiler at hand
and interpreted otherwise; the same tests run for both. The formats are those of git's
Documentation/gitformat-pack.txt.
"""

from __future__ import annotations

COMPILED = not __file__.endswith(".py")

COMMIT, TREE, BLOB, TAG, OFS_DELTA, REF_DELTA = 1, 2, 3, 4, 6, 7


class Malformed(Exception):
    """Bytes that are no pack entry or no delta."""


def headers(data: bytes, first: int, offsets: list[int], hash_size: int) -> list[int]:
    """The headers of the entries at `offsets`, all inside `data`, which begins at `first` in the pack.

    Flat, four numbers an entry: type, size as stored, length of the header, and for an OFS_DELTA the
    distance back to its base (0 for the others).
    """
    found: list[int] = []
    limit = len(data)
    for offset in offsets:
        start = offset - first
        at = start
        if at < 0 or at >= limit:
            raise Malformed("an entry begins outside of its pack")
        byte = data[at]
        at += 1
        kind = (byte >> 4) & 7
        size = byte & 15
        shift = 4
        while byte & 128:
            if at >= limit or shift > 60:
                raise Malformed("an entry's size does not end")
            byte = data[at]
            at += 1
            size |= (byte & 127) << shift
            shift += 7
        distance = 0
        if kind == 6:
            if at >= limit:
                raise Malformed("an entry's base is cut off")
            byte = data[at]
            at += 1
            distance = byte & 127
            while byte & 128:
                if at >= limit or distance > 1 << 56:
                    raise Malformed("an entry's base does not end")
                byte = data[at]
                at += 1
                distance = ((distance + 1) << 7) | (byte & 127)
        elif kind == 7:
            at += hash_size
        found.append(kind)
        found.append(size)
        found.append(at - start)
        found.append(distance)
    return found


def pieces(delta: bytes, base_size: int) -> tuple[list[bytes], list[int], list[int], int]:
    """A delta's instructions.

    Returns (inserted, plan, copied, size): `plan` holds for each instruction its source offset, or -1 for the
    next of `inserted`, and its length; `copied` is flat, three numbers a piece (offset in the version, offset
    in the base, length), neighbours that continue each other joined; `size` is that of the version.
    """
    limit = len(delta)
    at = 0
    sizes: list[int] = [0, 0]
    for which in range(2):
        shift = 0
        while True:
            if at >= limit or shift > 60:
                raise Malformed("a delta's size does not end")
            byte = delta[at]
            at += 1
            sizes[which] |= (byte & 127) << shift
            shift += 7
            if not byte & 128:
                break
    if sizes[0] != base_size:
        raise Malformed("a delta belongs to another base")
    inserted: list[bytes] = []
    plan: list[int] = []
    copied: list[int] = []
    done = 0
    while at < limit:
        code = delta[at]
        at += 1
        if code & 128:
            if at + _COPY_BYTES[code & 127] > limit:
                raise Malformed("a delta's copy is cut off")
            source = 0
            length = 0
            if code & 1:
                source = delta[at]
                at += 1
            if code & 2:
                source |= delta[at] << 8
                at += 1
            if code & 4:
                source |= delta[at] << 16
                at += 1
            if code & 8:
                source |= delta[at] << 24
                at += 1
            if code & 16:
                length = delta[at]
                at += 1
            if code & 32:
                length |= delta[at] << 8
                at += 1
            if code & 64:
                length |= delta[at] << 16
                at += 1
            if length == 0:
                length = 0x10000
            if source + length > base_size:
                raise Malformed("a delta copies from beyond its base")
            plan.append(source)
            plan.append(length)
            last = len(copied) - 3
            if last >= 0 and copied[last] + copied[last + 2] == done and copied[last + 1] + copied[last + 2] == source:
                copied[last + 2] += length
            else:
                copied.append(done)
                copied.append(source)
                copied.append(length)
            done += length
        elif code:
            if at + code > limit:
                raise Malformed("a delta's insert is cut off")
            inserted.append(delta[at : at + code])
            plan.append(-1)
            plan.append(code)
            at += code
            done += code
        else:
            raise Malformed("a delta holds a reserved instruction")
    if done != sizes[1]:
        raise Malformed("a delta makes another size than it says")
    return inserted, plan, copied, done


_COPY_BYTES = [sum((code >> bit) & 1 for bit in range(7)) for code in range(128)]


def build(base: bytes, inserted: list[bytes], plan: list[int]) -> bytes:
    """The version that a delta's instructions make of its base."""
    parts: list[bytes] = []
    taken = 0
    for at in range(0, len(plan), 2):
        source = plan[at]
        if source < 0:
            parts.append(inserted[taken])
            taken += 1
        else:
            parts.append(base[source : source + plan[at + 1]])
    return b"".join(parts)


def fresh(copied: list[int], base_size: int, size: int, margin: int) -> list[int]:
    """What of a version has to be looked at: flat, start and end of each stretch, ascending.

    That is all but the insides of copied pieces, where an inside keeps `margin` bytes from every break: a
    piece's edge, unless the version begins or ends there just as its base does.
    """
    found: list[int] = []
    position = 0
    for at in range(0, len(copied), 3):
        start = copied[at]
        source = copied[at + 1]
        end = start + copied[at + 2]
        inner = start if start == 0 and source == 0 else start + margin
        outer = end if end == size and source + copied[at + 2] == base_size else end - margin
        if outer > inner:
            if inner > position:
                found.append(position)
                found.append(inner)
            position = outer
    if size > position:
        found.append(position)
        found.append(size)
    return found
