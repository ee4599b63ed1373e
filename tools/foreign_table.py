"""Tell how much of other scanners' rules can be patterns of ours: a table for docs/migrating.md.

    python tools/foreign_table.py NAME=FILE_OR_FOLDER ...
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator

from scanner.catalogue import schema
from scanner.catalogue.foreign import file


def table(named: dict[str, str]) -> Iterator[str]:
    """Lines of Markdown: what is in use, and each reason with the number of rules it holds of."""
    read = {name: file.read(path) for name, path in named.items()}
    for name, done in read.items():
        schema.credentials(done.document(), named[name])  # all of it can be loaded
    yield f"| | {' | '.join(read)} |"
    yield "|---" * (len(read) + 1) + "|"
    yield f"| rules in the file | {' | '.join(f'{done.rules:,}' for done in read.values())} |"
    yield f"| in use | {' | '.join(f'{len(done.tables):,}' for done in read.values())} |"
    parts = " | ".join(str(done.parts or "") for done in read.values())
    yield f"| parts of those, not reported on their own | {parts} |"
    counts = {name: Counter((not note.gone, note.key, note.why) for note in done.notes) for name, done in read.items()}
    for key in sorted({key for counted in counts.values() for key in counted}):
        kept, field, why = key
        cells = " | ".join(f"{counted[key]:,}" if counted[key] else "" for counted in counts.values())
        yield f"| {'differs' if kept else 'left out'}: `{field}`: {why} | {cells} |"


if __name__ == "__main__":
    print("\n".join(table(dict(item.split("=", 1) for item in sys.argv[1:]))))
