"""The order of the commits, worked out beside the last shards: what waits for it then is shorter by that."""

from __future__ import annotations

import threading

from scanner.sources.git.chart import Order, order
from scanner.sources.git.door import Door
from scanner.sources.git.inventory import Inventory


class Ahead:
    """`order` in a thread of its own. It reads what the shards of the walk left, so it begins when they have
    ended (`Inventory.walked`)."""

    def __init__(self, door: Door, inventory: Inventory) -> None:
        self._door = door
        self._inventory = inventory
        self._order: Order | None = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._order = order(self._door, self._inventory)
        except Exception:
            self._order = None  # whoever asks tries again, and is told why

    def result(self) -> Order | None:
        """The order, when it is known; None where it cannot be told so."""
        self._thread.join()
        return self._order
