"""How random a text looks, from 0 (a name, a word, a sequence) to 1 (drawn by a machine).

A small logistic model over named features. Shannon entropy alone is weak on short texts, so the surprise of
letter after letter, measured against names, prose and code, carries most of the weight. The weights are
trained by `tools/randomness.py`.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import lru_cache

from scanner.score.bigrams import SURPRISE, SYMBOLS

_RUN = re.compile(r"[A-Za-z]+")
_INDEX = {symbol: number for number, symbol in enumerate(SYMBOLS)}
_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+")

FEATURES = ("bias", "surprise", "entropy", "digits", "changes", "length", "symbols", "hex")
WEIGHTS = (-6.20, 1.68, -3.26, 7.77, 5.38, -0.40, -0.10, 3.38)


def shannon(text: bytes | str) -> float:
    """Shannon entropy in bits per symbol."""
    total = len(text)
    counts = Counter(text).values()
    return -sum(count / total * math.log2(count / total) for count in counts) if total else 0.0


def features(text: str) -> tuple[float, ...]:
    """The model's inputs, in the order of FEATURES."""
    length = len(text)
    digits = sum(map(str.isdigit, text))
    letters = sum(map(str.isalpha, text))
    most = math.log2(min(length, 64)) if length > 1 else 1.0
    return (
        1.0,
        surprise(text),
        shannon(text) / most,
        digits / length if digits < length else 0.0,
        _changes(text) / length,
        min(length, 40) / 10,
        (length - digits - letters) / length,
        float(length >= 16 and 0 < digits < length and bool(_HEX.fullmatch(text))),
    )


def surprise(text: str) -> float:
    """Mean bits by which each letter surprises after the one before, over runs of letters; 0 without."""
    total = count = 0
    for run in _RUN.findall(text):
        word = f"^{run.lower()}$" if len(run) > 1 else run.lower()
        indexes = [_INDEX[letter] for letter in word]
        total += sum(SURPRISE[a][b] for a, b in zip(indexes, indexes[1:], strict=False))
        count += len(indexes) - 1
    return total / (10 * count) if count else 0.0


def _changes(text: str) -> int:
    """How often the class of the character changes; a capital followed by small letters is no change."""
    classes = ["d" if c.isdigit() else "l" if c.islower() else "u" if c.isupper() else "s" for c in text]
    return sum(a != b and (a, b) != ("u", "l") for a, b in zip(classes, classes[1:], strict=False))


@lru_cache(maxsize=4096)
def randomness(text: str) -> float:
    """The model's answer in [0, 1]."""
    if not text:
        return 0.0
    total = sum(weight * value for weight, value in zip(WEIGHTS, features(text), strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
