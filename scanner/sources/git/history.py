"""A repository's whole history as a source."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from scanner.records import Fault, Found, Origin, Run, Shard, Skip, Tally
from scanner.sources.git import disk, inner
from scanner.sources.git.attribution import Attribution
from scanner.sources.git.door import Door
from scanner.sources.git.objects import Listing

if TYPE_CHECKING:
    from scanner.sources.git.ahead import Ahead
    from scanner.sources.git.inventory import Inventory
    from scanner.sources.git.known import Known


class HistorySource:
    """`Source` over every object of a repository, reachable or not."""

    def __init__(self, door: Door, target: str, whole: bool = False, known: Known | None = None) -> None:
        """With `whole` every version is read whole through git; else packs are walked delta by delta.
        What is `known` is not read again.

        The interpreted inner loop is no faster than git, so without the compiled one git reads, too.
        """
        self.target = target
        self._door = door
        self._whole = whole or not (inner.COMPILED or os.environ.get("KEYSIEVE_WALK"))
        self._known = known
        self._listing: Listing | Inventory = Listing(door, known)
        self._ahead: Ahead | None = None

    def shards(self, tally: Tally) -> Iterator[Shard]:
        """See `Source.shards`."""
        tally.faults += self._door.faults
        for folder in disk.object_folders(os.path.join(self._door.repository.common_dir, "objects")):
            if not os.path.isdir(folder):
                tally.faults.append(Fault(folder, "is named as an alternate and is no folder of objects"))
        if not self._whole:
            self._survey()
        for shard in self._listing.shards(tally):
            yield shard
            if self._ahead is None and not isinstance(self._listing, Listing) and self._listing.walked():
                from scanner.sources.git.ahead import Ahead

                self._ahead = Ahead(self._door, self._listing)

    def _survey(self) -> None:
        """Read the packs' headers; where that cannot be, git tells what is wrong, and reads all."""
        from scanner.sources.git.inventory import Inventory  # and numpy with it
        from scanner.sources.git.packs import BadPack

        try:
            inventory = Inventory(self._door, self._door.hash_size, self._known)
            inventory.survey()
            self._listing = inventory
        except (BadPack, OSError):
            self._listing = Listing(self._door, self._known)

    def locate(self, found: Found, run: Run, tally: Tally) -> dict[tuple[str, str], list[Origin]] | None:
        """See `Source.locate`; also names what reachable commits need and the repository lacks."""
        for boundary in self._door.shallow():
            tally.skips.append(Skip(boundary, "history before it is not in this shallow clone"))
        origins = Attribution(self._door, self._listing, tally, self._ahead).locate(found, run)
        return {(name, print_): origins[name] for name, prints in found.items() for print_ in prints}

    def close(self) -> None:
        """See `Source.close`."""
        if self._ahead is not None:
            self._ahead.result()  # it reads what is let go of now
        if not isinstance(self._listing, Listing):
            self._listing.close()
        self._door.close()
