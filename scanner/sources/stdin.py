"""Standard input: `-` as the target."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from scanner.errors import TargetError
from scanner.records import Batch, Found, Origin, Run, Shard, Tally
from scanner.sources.pieces import read_pieces

NAME = "<stdin>"


class StdinShard:
    """The one shard of standard input; it is read where it is made."""

    weight = 0
    label = NAME

    def batches(self, tally: Tally) -> Iterator[Batch]:
        """See `Shard.batches`."""
        try:
            yield from read_pieces(sys.stdin.buffer, NAME, tally)
        except (OSError, ValueError) as error:
            raise TargetError(f"standard input cannot be read: {error}") from None


class StdinSource:
    """`Source` over standard input."""

    target = NAME

    def shards(self, tally: Tally) -> Iterator[Shard]:
        """See `Source.shards`."""
        yield StdinShard()

    def locate(self, found: Found, run: Run, tally: Tally) -> dict[tuple[str, str], list[Origin]] | None:
        """Its name is its path."""
        return None

    def close(self) -> None:
        """Nothing to let go of."""
