"""Standard input, `-` as the target, and named pipes."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from scanner.errors import TargetError
from scanner.records import Batch, Found, Origin, Run, Shard, Tally
from scanner.sources.pieces import read_pieces

NAME = "<stdin>"


class StreamShard:
    """The one shard of a stream; it is read in the process that opened it."""

    weight = 0

    def __init__(self, path: str) -> None:
        """`path` is that of a pipe, or "" for standard input."""
        self._path = path
        self.label = path or NAME

    def batches(self, tally: Tally) -> Iterator[Batch]:
        """See `Shard.batches`."""
        try:
            if self._path:
                with open(self._path, "rb", buffering=0) as stream:
                    yield from read_pieces(stream, self.label, tally)
            else:
                yield from read_pieces(sys.stdin.buffer, NAME, tally)
        except (OSError, ValueError, AttributeError) as error:  # sys.stdin is None where it was closed
            raise TargetError(f"{self.label} cannot be read: {error}") from None


class StreamSource:
    """`Source` over standard input or a pipe."""

    def __init__(self, path: str = "") -> None:
        self.target = path or NAME
        self._path = path

    def shards(self, tally: Tally) -> Iterator[Shard]:
        """See `Source.shards`."""
        yield StreamShard(self._path)

    def locate(self, found: Found, run: Run, tally: Tally) -> dict[tuple[str, str], list[Origin]] | None:
        """Its name is its path."""
        return None

    def close(self) -> None:
        """Nothing to let go of."""
