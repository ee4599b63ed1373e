"""Train the weights of `scanner/score/randomness.py`.

    python tools/randomness.py SOURCE_TREE [SEED]

Against identifiers, words, dotted names, paths and dates found in the tree stand drawn values: hex, base62,
base64, lower-case and digits, and passwords as generators and people make them. Half is held out. Prints
the weights, and precision and recall at 0.5 on the held-out half.
"""

from __future__ import annotations

import base64
import math
import os
import random
import re
import string
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from scanner.score.randomness import features  # noqa: E402

_NAME = re.compile(r"[A-Za-z_][\w.\-/]{5,40}[A-Za-z0-9]")


def names(tree: str) -> list[str]:
    """Distinct identifiers, dotted names and paths of the source files below `tree`."""
    found: set[str] = set()
    for folder, _, files in os.walk(tree):
        for name in files:
            if name.endswith((".py", ".rb", ".c", ".js", ".go", ".md", ".txt", ".yml")):
                with open(os.path.join(folder, name), encoding="utf-8", errors="ignore") as stream:
                    found.update(word for word in _NAME.findall(stream.read()) if not _hashlike(word))
    return sorted(found)


def _hashlike(word: str) -> bool:
    return len(word) >= 16 and sum(map(str.isdigit, word)) > len(word) / 5


def drawn(rnd: random.Random, words: list[str]) -> str:
    """A credential as machines and people make them."""
    length = rnd.choice([8, 10, 12, 16, 20, 24, 32, 36, 40, 43, 64])
    kind = rnd.randrange(6)
    if kind == 0:
        return "".join(rnd.choice("0123456789abcdef") for _ in range(max(16, length)))
    if kind == 1:
        return base64.b64encode(rnd.randbytes(length)).decode()
    if kind == 2:
        return "".join(rnd.choice(string.ascii_lowercase + string.digits) for _ in range(length))
    if kind == 3:
        return "".join(rnd.choice(string.ascii_letters + string.digits + "!#%*+-_") for _ in range(length))
    if kind == 4:
        word = rnd.choice(words)[:8]
        return word + "".join(rnd.choice(string.digits + "!@#$%") for _ in range(rnd.randint(2, 5)))
    return "".join(rnd.choice(string.ascii_letters + string.digits) for _ in range(length))


def train(rows: list[tuple[tuple[float, ...], int]], rounds: int = 400) -> list[float]:
    """Logistic regression by gradient descent with a little shrinkage."""
    weights = [0.0] * len(rows[0][0])
    for step in range(rounds):
        slopes = [0.0] * len(weights)
        for values, label in rows:
            error = label - _answer(weights, values)
            for i, value in enumerate(values):
                slopes[i] += error * value
        rate = 2.0 / (1 + step / 100)
        weights = [w + rate * s / len(rows) - 1e-4 * w for w, s in zip(weights, slopes, strict=True)]
    return weights


def _answer(weights: list[float], values: tuple[float, ...]) -> float:
    total = sum(w * v for w, v in zip(weights, values, strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def main() -> None:
    """Train on one half, tell how it does on the other."""
    rnd = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    negatives = names(sys.argv[1])
    rnd.shuffle(negatives)
    negatives = negatives[:6000]
    positives = [drawn(rnd, negatives) for _ in negatives]
    rows = [(features(text), 0) for text in negatives] + [(features(text), 1) for text in positives]
    rnd.shuffle(rows)
    half = len(rows) // 2
    weights = train(rows[:half])
    print("WEIGHTS = (" + ", ".join(f"{weight:.2f}" for weight in weights) + ")")
    answers = [(_answer(weights, values) >= 0.5, label) for values, label in rows[half:]]
    hits = sum(said and label for said, label in answers)
    print(f"precision {hits / max(1, sum(said for said, _ in answers)):.3f}")
    print(f"recall {hits / sum(label for _, label in answers):.3f}")


if __name__ == "__main__":
    main()
