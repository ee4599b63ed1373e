"""Make `scanner/score/words.txt`: the words that names, prose and code are made of.

    python tools/words.py SOURCE_TREE... > scanner/score/words.txt

Words are runs of letters in the text files below the trees, CamelCase split, in small letters. A word counts where it
stands in many different files, so that names of one project and drawn values do not; the commonest MOST are kept.
"""

from __future__ import annotations

import os
import sys
from collections import Counter

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from tools.bigrams import words  # noqa: E402

MOST = 7000
LEAST_FILES = 12
SHORTEST, LONGEST = 4, 16


def main() -> None:
    """Count files for each word, print the words in order."""
    files: Counter[str] = Counter()
    for tree in sys.argv[1:]:
        files.update(word for word in words(tree) if SHORTEST <= len(word) <= LONGEST)
    kept = [word for word, count in files.most_common(MOST) if count >= LEAST_FILES]
    print("\n".join(sorted(kept)))


if __name__ == "__main__":
    main()
