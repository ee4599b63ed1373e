"""The progress bar on a terminal's standard error; tqdm is imported only for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

DELAY = 1.0
"""Seconds before the bar shows: a short scan shows none."""


@contextmanager
def bar() -> Iterator[Callable[[int, int], None]]:
    """A function to be told (objects, bytes) done so far."""
    from tqdm import tqdm

    with tqdm(unit="B", unit_scale=True, desc="scanning", delay=DELAY, leave=False) as shown:
        last = 0.0

        def update(objects: int, size: int) -> None:
            nonlocal last
            now = time.monotonic()
            if now - last > 0.1:
                last = now
                shown.set_postfix_str(f"{objects:,} objects", refresh=False)
                shown.update(size - shown.n)

        yield update
