"""The floor of the delta walk: every blob entry of the packs inflated once and its deltas applied, nothing else.

    python -m bench.inflate GIT_DIR JOBS

The same compiled loop as keysieve's walk, over the same rows, split among processes in the same way. Reading the
packs' headers is part of it.
"""

from __future__ import annotations

import os
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np

from scanner.sources.git import disk, inner, plan
from scanner.sources.git.delta import rows
from scanner.sources.git.packs import Layout, index_of
from scanner.vecs import BytesWriter

_LARGEST = 1 << 30


def make(pack: str, where: str, hash_size: int, part: plan.Stretch) -> int:
    """Make every version of a shard; the bytes of all."""
    total = 0
    path: list[tuple[int, bytes]] = []
    text = BytesWriter()  # with no margins: what deltas insert, which nobody reads here
    with open(pack, "rb", buffering=0) as stream:
        for serial, (offset, end, _, base, _, marks) in enumerate(rows(where, part.first, part.rows), part.first):
            kind, data = inner.entry(os.pread(stream.fileno(), end - offset, offset), hash_size, _LARGEST)
            while path and path[-1][0] != base:
                path.pop()
            if kind >= inner.OFS_DELTA:
                text.truncate(0)
                data, _ = inner.apply(data, path[-1][1], 0, 0, text, True)
            total += len(data)
            if not marks & inner.IS_LEAF:
                path.append((serial, data))
    return total


def main() -> None:
    """Make all blobs of one repository."""
    git_dir, jobs = sys.argv[1], int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(jobs) as pool:
        total = 0
        for number, pack in enumerate(disk.packs(os.path.join(git_dir, "objects"))):
            index = index_of(pack, 20)
            layout = Layout(index, pack)
            found = plan.rows(layout, (layout.kinds == inner.BLOB).astype(np.uint8), index.crcs())
            where = os.path.join(folder, str(number))
            found.tofile(where)
            total += sum(pool.map(partial(make, pack, where, index.hash_size), plan.shards(found)))
    print(f"{total} bytes, {'compiled' if inner.COMPILED else 'interpreted'}")


if __name__ == "__main__":
    main()
