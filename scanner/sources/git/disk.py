"""What lies in a repository's object folders, read without git."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from scanner.lazily import lazily

_HEX = lazily(r"[0-9a-f]{2}")
_LOOSE = lazily(r"[0-9a-f]+")


def names(objects: str, hash_size: int) -> Iterator[str]:
    """Every object id that a pack's index or a loose object's file name shows; some may come twice."""
    from scanner.sources.git.packs import BadPack, index_of  # and numpy with it

    for folder in object_folders(objects):
        yield from loose_names(folder, 2 * hash_size)
        for pack in packs(folder):
            try:
                index = index_of(pack, hash_size)
            except BadPack:
                continue
            for number in range(index.count):
                yield index.name(number).hex()
            index.close()


def object_folders(objects: str, depth: int = 5) -> list[str]:
    """An object folder and its alternates, as git follows them."""
    found = [objects]
    try:
        with open(os.path.join(objects, "info", "alternates"), "rb") as stream:
            lines = stream.read().splitlines()
    except OSError:
        lines = []
    for line in lines if depth else ():
        if line and not line.startswith(b"#"):
            other = os.path.normpath(os.path.join(objects, os.fsdecode(_unquoted(line))))
            found += [folder for folder in object_folders(other, depth - 1) if folder not in found]
    return found


def _unquoted(line: bytes) -> bytes:
    """A line of `alternates`: names that could be misread stand in C's quotes."""
    if not line.startswith(b'"') or not line.endswith(b'"'):
        return line
    return _ESCAPE.sub(_unescape, line[1:-1])


_ESCAPE = lazily(rb"\\([0-7]{3}|.)", re.DOTALL)
_NAMED = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}


def _unescape(found: re.Match[bytes]) -> bytes:
    text = found[1]
    return bytes([int(text, 8) & 255]) if len(text) == 3 else _NAMED.get(text, text)


def packs(folder: str) -> list[str]:
    """Packs that have an index, as git uses them."""
    place = os.path.join(folder, "pack")
    try:
        names = sorted(os.listdir(place))
    except OSError:
        return []
    named = [name for name in names if name.endswith(".pack") and name[:-5] + ".idx" in names]
    return [os.path.join(place, name) for name in named]


def loose_names(folder: str, length: int) -> Iterator[str]:
    """The ids of the loose objects in an object folder; `length` is that of an id in hex."""
    try:
        inside = [name for name in os.listdir(folder) if _HEX.fullmatch(name)]
    except OSError:
        return
    for name in inside:
        try:
            below = os.listdir(os.path.join(folder, name))
        except OSError:
            continue
        for rest in below:
            if len(rest) == length - 2 and _LOOSE.fullmatch(rest):
                yield name + rest
