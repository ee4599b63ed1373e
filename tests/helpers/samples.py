"""Credentials generated from the catalogue's shapes, so that none is stored."""

from __future__ import annotations

import random
from functools import cache

from scanner.catalogue import load, shapes
from scanner.records import Credential
from scanner.score import structure


@cache
def catalogue() -> dict[str, Credential]:
    files = load.pattern_files([load.builtin_folder()])
    return {credential.id: credential for credential in load.load(files)}


def draw(credential: Credential, seed: str, number: int = 0) -> str:
    """A text of the kind's shapes in turn: the same for the same seed."""
    sealed = [name for name in credential.structure if name in structure.SEALED]
    shape = credential.shapes[number % len(credential.shapes)]
    rnd = random.Random(f"{credential.id}/{seed}")
    return shapes.sample(shape, rnd, structure.MAKERS, structure.seal(sealed[0] if sealed else ""))


def sample(identity: str, seed: int = 1, shape: int = 0) -> str:
    """A credential of that kind: the same for the same seed."""
    return draw(catalogue()[identity], str(seed), shape)
