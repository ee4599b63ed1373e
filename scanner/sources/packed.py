"""Archives and compressed files are scanned as bytes; what is packed in them is not seen, so they are named."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.deltas import DeltaBatch
from scanner.records import Batch, Skip, Tally

REASON = "compressed, not opened"
MOST = 1000
"""So many are named for one shard; then it is said that there are more."""
_MAGIC = (
    b"PK\x03\x04",  # zip, jar, docx
    b"\x1f\x8b\x08",  # gzip
    b"BZh",
    b"\xfd7zXZ\x00",
    b"\x28\xb5\x2f\xfd",  # zstd
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"\x04\x22\x4d\x18",  # lz4
)
"""First bytes, as the formats' specifications and the file command's tables give them."""
_FIRST = frozenset(magic[0] for magic in _MAGIC)


def note(batch: Batch | DeltaBatch, tally: Tally) -> None:
    """Name a batch's compressed files in `tally`; of versions made from one another the one that was read whole."""
    for name in _found(batch):
        named = sum(skip.reason == REASON for skip in tally.skips)
        if named < MOST:
            tally.skips.append(Skip(name, REASON))
        elif named == MOST:
            tally.skips.append(Skip("more of these", REASON))


def _found(batch: Batch | DeltaBatch) -> Iterator[str]:
    buffer = batch.buffer
    for number, (start, end) in enumerate(zip(batch.starts, batch.ends, strict=True)):
        if start < end and buffer[start] in _FIRST and bytes(buffer[start : min(end, start + 6)]).startswith(_MAGIC):
            if isinstance(batch, DeltaBatch):
                if batch.offsets[number] == 0:
                    yield batch.versions[batch.owners[number]].name
            elif number not in batch.pieces or batch.pieces[number].offset == 0:
                yield batch.objects[number]
