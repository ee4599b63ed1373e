"""What is known of objects under one pattern set, by content: an object that was scanned anywhere is not scanned again.

A worker leaves what it scanned as a pending segment; the coordinator publishes it once the findings are stored, so a
crash costs another scan and never a finding. Sightings are kept redacted: preview and keyed hash.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import stat
import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scanner.errors import StoreError, UsageError
from scanner.records import Reason, Sighting, Span
from scanner.secrets import Recalled, recalled
from scanner.sources.git.arrays import Bytes
from scanner.sweep import segments
from scanner.sweep.segments import Segment, find, halves

MOST = 12
"""Segments before the small ones are merged."""
_KEPT = 2
"""Pattern sets of which something is kept."""


class Content:
    """The folder of one pattern set's segments."""

    def __init__(self, cache: str, version: str) -> None:
        """Raises UsageError where the folder is not ours alone to write to: who writes there can hide findings."""
        self.folder = os.path.join(cache, "content", version)
        os.makedirs(self.folder, mode=0o700, exist_ok=True)
        for path in (cache, os.path.dirname(self.folder), self.folder):
            status = os.stat(path)
            if status.st_uid != os.geteuid() or status.st_mode & stat.S_IWOTH:
                raise UsageError(f"{path}: must belong to this user and be writable by nobody else: chmod 700")
        os.utime(self.folder)

    def view(self) -> View:
        """What is known now."""
        return View(self)

    def open(self) -> list[Segment]:
        """All published segments, the largest first; one that is damaged counts as not there."""
        return opened(self.folder)

    def leave(self, ids: Bytes, sightings: Sequence[Sighting], key: bytes) -> str:
        """Write a pending segment; its token, "" where there is nothing to tell."""
        if not len(ids):
            return ""
        lines: dict[str, list[bytes]] = {}
        for sighting in sightings:
            lines.setdefault(sighting.object, []).append(_line(sighting, key))
        token = uuid.uuid4().hex
        hits = [(bytes.fromhex(name)[:12], b"".join(rows)) for name, rows in lines.items()]
        segments.write(os.path.join(self.folder, token + ".pending"), halves(ids), hits)
        return token

    def take(self, ids: Bytes, hits: Sequence[tuple[bytes, bytes]]) -> int:
        """Count objects as known with what another set saw in them, as `segments.write` has it; how many."""
        if len(ids):
            token = uuid.uuid4().hex
            segments.write(os.path.join(self.folder, token + ".pending"), halves(ids), hits)
            self.publish(token)
        return len(ids)

    def publish(self, token: str) -> None:
        """From now on its objects are known."""
        if not token:
            return
        with contextlib.suppress(FileNotFoundError):
            os.replace(*(os.path.join(self.folder, token + end) for end in (".pending", ".seg")))
        if len([name for name in os.listdir(self.folder) if name.endswith(".seg")]) > 2 * MOST:
            self.tidy()

    def tidy(self) -> None:
        """Merge the small segments."""
        with self._locked():
            found = self.open()
            small = found[MOST // 2 :]
            if len(small) < 2:
                return
            whole = os.path.join(self.folder, uuid.uuid4().hex)
            segments.merge(whole + ".pending", small)
            os.replace(whole + ".pending", whole + ".seg")
            for part in small:
                os.unlink(part.path)

    def clear(self) -> None:
        """Remove what dead runs left, and older pattern sets. Only while no other sweep uses the cache."""
        for name in os.listdir(self.folder):
            if name.endswith(".pending"):
                os.unlink(os.path.join(self.folder, name))
        above = os.path.dirname(self.folder)
        sets = sorted((os.path.join(above, name) for name in os.listdir(above)), key=os.path.getmtime)
        for path in sets[:-_KEPT]:
            shutil.rmtree(path, ignore_errors=True)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        with open(os.path.join(self.folder, "lock"), "w") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield


def opened(folder: str) -> list[Segment]:
    """See `Content.open`."""
    for _ in range(20):
        found = []
        try:
            for name in sorted(os.listdir(folder)):
                if name.endswith(".seg"):
                    with contextlib.suppress(ValueError):
                        found.append(Segment(os.path.join(folder, name)))
            return sorted(found, key=lambda item: -item.count)
        except FileNotFoundError:
            continue  # it was merged while we read
    raise StoreError(f"{folder}: its files change all the time")


class View:
    """What was known when a repository was opened (fulfils `Known`); it gathers what is new there."""

    def __init__(self, content: Content) -> None:
        self._segments = content.open()
        self._fresh: list[Bytes] = []
        self._held: dict[bytes, tuple[Segment, int]] = {}
        self.skipped = 0

    def fresh(self, ids: Bytes) -> NDArray[np.bool_]:
        """See `Known.fresh`."""
        both = halves(ids)
        old = np.zeros(len(ids), bool)
        for part in self._segments:
            new = np.flatnonzero(~old)
            if not len(new):
                break
            left = (both[0][new], both[1][new])
            there = new[find(part.first, part.next, left) >= 0]
            old[there] = True
            self._hits(part, ids[there], (both[0][there], both[1][there]))
        self._fresh.append(ids[~old])
        self.skipped += int(old.sum())
        return ~old

    def _hits(self, part: Segment, ids: Bytes, both: tuple[segments.First, segments.Next]) -> None:
        at = find(part.hits["first"], part.hits["next"], both)
        for place in np.flatnonzero(at >= 0).tolist():
            self._held.setdefault(ids[place].tobytes(), (part, int(at[place])))

    def recalled(self) -> Iterator[Sighting]:
        """What was seen in the known objects that this repository holds."""
        for name, (part, number) in sorted(self._held.items()):
            for line in part.text(number).splitlines():
                yield _sighting(name.hex(), line)

    def scanned(self, but: Iterable[str]) -> Bytes:
        """The ids of the new objects, each a row, without those named."""
        if not self._fresh:
            return np.zeros((0, 20), np.uint8)
        ids: Bytes = np.concatenate(self._fresh)
        bad = frozenset(bytes.fromhex(name) for name in but)
        if not bad or not len(ids):
            return ids
        kept: Bytes = ids[np.array([row.tobytes() not in bad for row in ids], bool)]
        return kept


def _line(sighting: Sighting, key: bytes) -> bytes:
    def kept(secret: Any) -> list[str]:
        known = recalled(secret, key)
        return [*known.kept()]

    row = {
        "credential": sighting.credential, "secret": kept(sighting.secret),
        "parts": [[name, *kept(part)] for name, part in sighting.parts], "span": list(sighting.span),
        "encoding": list(sighting.encoding), "score": sighting.score,
        "reasons": [[reason.text, reason.weight] for reason in sighting.reasons],
    }  # fmt: skip
    return json.dumps(row, separators=(",", ":")).encode() + b"\n"


def _sighting(name: str, line: bytes) -> Sighting:
    row = json.loads(line)
    return Sighting(
        credential=row["credential"],
        secret=_recalled(*row["secret"]),
        parts=tuple((part, _recalled(shown, print_)) for part, shown, print_ in row["parts"]),
        object=name,
        span=Span(*row["span"]),
        encoding=tuple(row["encoding"]),
        score=row["score"],
        reasons=tuple(Reason(text, weight) for text, weight in row["reasons"]),
    )


def _recalled(shown: str, print_: str) -> Recalled:
    return Recalled(shown.encode(), print_)
