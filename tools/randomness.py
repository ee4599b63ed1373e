"""Train the weights of `scanner/score/randomness.py`.

    python tools/randomness.py [--seed 1] [--held-out TREE] SOURCE_TREE...

Against identifiers, words, dotted names, paths, dates and phrases found in the trees stand drawn values: hex, base62,
base64, lower-case and digits, letters alone, with symbols, short and long. Of the trees' texts and of the draws half
is held out; texts of a tree given by --held-out are judged too. Prints the weights, and for today's weights and the new
ones precision and recall at 0.5, and the area under the curve.
"""

from __future__ import annotations

import base64
import os
import random
import re
import string
import sys

import click
import numpy as np
import numpy.typing as npt

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from scanner.score.randomness import FEATURES, WEIGHTS, features  # noqa: E402

_NAME = re.compile(r"[A-Za-z_][\w.\-/]{3,40}[A-Za-z0-9]")
_PHRASE = re.compile(r"[A-Za-z]{3,12}(?: [a-z]{2,12}){1,4}")
_KINDS = (".py", ".rb", ".c", ".js", ".go", ".md", ".txt", ".yml", ".json", ".h", ".ts", ".adoc")
_LENGTHS = (6, 7, 8, 8, 9, 10, 10, 12, 12, 14, 16, 16, 20, 24, 32, 32, 40, 43, 64)

Array = npt.NDArray[np.float64]


def names(tree: str) -> list[str]:
    """Distinct identifiers, dotted names, paths and phrases of the text files below `tree`."""
    found: set[str] = set()
    for folder, _, files in os.walk(tree):
        for name in files:
            if name.endswith(_KINDS):
                with open(os.path.join(folder, name), encoding="utf-8", errors="ignore") as stream:
                    text = stream.read(200_000)
                found.update(word for word in _NAME.findall(text) if not _hashlike(word))
                found.update(_PHRASE.findall(text)[:20])
    return sorted(found)


def _hashlike(word: str) -> bool:
    return len(word) >= 12 and sum(map(str.isdigit, word)) > len(word) / 6


_ALPHABETS = (
    string.ascii_lowercase + string.digits,
    string.ascii_letters + string.digits,
    string.ascii_letters + string.digits + "!#%*+-_^@.&",
    string.ascii_letters,
    string.ascii_lowercase,
    string.ascii_letters + string.digits + "-_",
    string.ascii_uppercase + string.digits,
)


def drawn(rnd: random.Random) -> str:
    """A credential as machines make them."""
    length = rnd.choice(_LENGTHS)
    kind = rnd.randrange(len(_ALPHABETS) + 2)
    if kind == 0:
        return rnd.randbytes(max(4, length // 2)).hex()
    if kind == 1:
        return base64.b64encode(rnd.randbytes(length)).decode()
    return "".join(rnd.choices(_ALPHABETS[kind - 2], k=length))


def train(inputs: Array, labels: Array, rounds: int = 4000) -> Array:
    """Logistic regression by gradient descent on scaled inputs, with a little shrinkage."""
    scale = np.maximum(np.abs(inputs).max(axis=0), 1e-9)
    scaled, weights = inputs / scale, np.zeros(inputs.shape[1])
    for _ in range(rounds):
        slopes = scaled.T @ (labels - answers(scaled, weights)) / len(labels)
        weights += 4.0 * (slopes - 2e-6 * weights)
    return weights / scale


def answers(inputs: Array, weights: Array) -> Array:
    """The model's answers in [0, 1]."""
    result: Array = 1 / (1 + np.exp(-np.clip(inputs @ weights, -30, 30)))
    return result


def quality(inputs: Array, labels: Array, weights: Array) -> str:
    """Precision and recall at 0.5, and how often a drawn value gets a higher answer than another."""
    given = answers(inputs, weights)
    said, true = given >= 0.5, labels == 1
    order = given.argsort().argsort() + 1
    area = (order[true].sum() - true.sum() * (true.sum() + 1) / 2) / max(1, true.sum() * (~true).sum())
    return (
        f"precision {(said & true).sum() / max(1, said.sum()):.3f}, "
        f"recall {(said & true).sum() / max(1, true.sum()):.3f}, area {area:.4f}"
    )


def rows(negatives: list[str], rnd: random.Random, most: int) -> tuple[Array, Array]:
    """Features and labels of as many drawn values as texts, at most `most` each."""
    texts = rnd.sample(negatives, min(most, len(negatives)))
    values = [*texts, *(drawn(rnd) for _ in texts)]
    order = list(range(len(values)))
    rnd.shuffle(order)
    inputs = np.array([features(values[i]) for i in order])
    return inputs, np.array([float(i >= len(texts)) for i in order])


@click.command()
@click.option("--seed", default=1)
@click.option("--held-out", default="", help="A tree that is only judged.")
@click.argument("trees", nargs=-1, required=True)
def main(seed: int, held_out: str, trees: tuple[str, ...]) -> None:
    """Train on one half, tell how it does on the other."""
    rnd = random.Random(seed)
    inputs, labels = rows([text for tree in trees for text in names(tree)], rnd, 30_000)
    half = len(inputs) // 2
    weights = train(inputs[:half], labels[:half])
    print("WEIGHTS = (" + ", ".join(f"{weight:.2f}" for weight in weights) + ")")
    print("  of " + ", ".join(FEATURES))
    parts = {"held-out half": (inputs[half:], labels[half:])}
    if held_out:
        parts[f"tree {os.path.basename(held_out)}"] = rows(names(held_out), rnd, 10_000)
    today = np.array(WEIGHTS) if len(WEIGHTS) == len(FEATURES) else np.resize(np.array(WEIGHTS), len(FEATURES))
    if len(WEIGHTS) < len(FEATURES):
        today[len(WEIGHTS) :] = 0.0  # a feature that today's weights do not know
    for name, (given, right) in parts.items():
        print(f"{name}: today {quality(given, right, today)}; new {quality(given, right, weights)}")


if __name__ == "__main__":
    main()
