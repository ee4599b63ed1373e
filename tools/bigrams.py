"""Make `scanner/score/bigrams.py`: how likely one letter follows another in names, prose and code.

    python tools/bigrams.py SOURCE_TREE... > scanner/score/bigrams.py

Words are runs of letters in the text files below the trees, CamelCase split, each counted once a file, so
that no one file decides. `^` stands for a word's beginning and `$` for its end.
"""

from __future__ import annotations

import math
import os
import re
import string
import sys
from collections import Counter
from collections.abc import Iterator

SYMBOLS = string.ascii_lowercase + "^$"
_WORD = re.compile(r"[A-Z]?[a-z]{2,24}|[A-Z]{3,24}")
_KINDS = (".py", ".rb", ".c", ".h", ".js", ".md", ".txt", ".rst", ".go", ".java", ".yml")


def words(tree: str) -> Iterator[str]:
    """The distinct words of every file, file by file."""
    for folder, _, names in os.walk(tree):
        for name in names:
            if name.endswith(_KINDS):
                with open(os.path.join(folder, name), encoding="utf-8", errors="ignore") as stream:
                    yield from {word.lower() for word in _WORD.findall(stream.read())}


def main() -> None:
    """Count, smooth by one half, print tenths of a bit as a table of 28 rows."""
    pairs: Counter[str] = Counter()
    for tree in sys.argv[1:]:
        for word in words(tree):
            pairs.update(a + b for a, b in zip("^" + word, word + "$", strict=True))
    print('"""Written by tools/bigrams.py: tenths of a bit by which each letter surprises after another."""\n')
    print("# ruff: noqa: E501\n# fmt: off")
    print(f'SYMBOLS = "{SYMBOLS}"')
    print("SURPRISE = (")
    for first in SYMBOLS:
        total = sum(pairs[first + second] + 0.5 for second in SYMBOLS)
        row = [round(-10 * math.log2((pairs[first + second] + 0.5) / total)) for second in SYMBOLS]
        print(f"    {tuple(min(value, 120) for value in row)},")
    print(")")


if __name__ == "__main__":
    main()
