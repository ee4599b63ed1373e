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


def sample(identity: str, seed: int = 1, shape: int = 0) -> str:
    """A credential of that kind: the same for the same seed."""
    credential = catalogue()[identity]
    name = credential.structure[0] if credential.structure else ""
    seal = structure.seal(name) if "{sum}" in credential.shapes[shape] else str
    return shapes.sample(credential.shapes[shape], random.Random(f"{identity}/{seed}"), structure.MAKERS, seal)
