"""How random a text looks, from 0 (a name, a word, a sequence) to 1 (drawn by a machine).

A small logistic model over named features. Shannon entropy alone is weak on short texts, so the surprise of
letter after letter, measured against names, prose and code, and the share of letters that known words cover carry
most of the weight. The weights are trained by `tools/randomness.py`, the words collected by `tools/words.py`.
"""

from __future__ import annotations

import math
import os
from collections import Counter
from functools import cache, lru_cache
from typing import Any

from scanner.lazily import lazily
from scanner.score.bigrams import SURPRISE, SYMBOLS

_RUN = lazily(r"[A-Za-z]+")
_INDEX = {symbol: number for number, symbol in enumerate(SYMBOLS)}
_HEX = lazily(r"[0-9a-f]+|[0-9A-F]+")

FEATURES = ("bias", "surprise", "entropy", "digits", "changes", "length", "symbols", "hex", "words", "excess")
WEIGHTS = (-8.69, 1.01, 3.99, 8.61, 4.81, -1.44, -6.80, 3.07, -7.55, 0.04)


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
        coverage(text),
        min(letters, 24) / 10 * (10 * surprise(text) - _USUAL),
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


_USUAL = 4.7
"""Bits by which a letter surprises in the middle between names and drawn text."""


def coverage(text: str) -> float:
    """The share of letters that known words of four letters or more cover, whatever their case; 0 without letters."""
    covered: set[int] = set()
    low = text.lower()
    for last, length in _words().iter(low):
        covered.update(range(last + 1 - length, last + 1))
    letters = sum(map(str.isalpha, low))
    return len(covered) / letters if letters else 0.0


@cache
def _words() -> Any:
    import ahocorasick

    automaton = ahocorasick.Automaton()
    with open(os.path.join(os.path.dirname(__file__), "words.txt"), encoding="ascii") as stream:
        words = stream.read().split()
    for word in words:
        automaton.add_word(word, len(word))
    automaton.make_automaton()
    return automaton


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
