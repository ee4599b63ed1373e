"""What pyproject.toml cannot say: the patterns as package data, and the inner loop compiled where that is possible.

The loop is plain Python that mypyc compiles where a C compiler is at hand; without one, or with KEYSIEVE_PURE=1,
it is installed as it is. Installation never fails for want of a compiler.
"""

from __future__ import annotations

import os
import platform
from typing import Any

from setuptools import find_packages, setup

INNER = tuple(f"scanner/sources/git/{name}.py" for name in ("inner", "inner_repeats", "inner_trees"))

MACHINES = ("x86_64", "AMD64", "aarch64", "arm64")
"""Where pyproject.toml asks for librt, which what mypyc makes cannot do without."""


def extensions() -> list[Any]:
    """The compiled loop, optional: setuptools goes on where building it fails."""
    librt = platform.python_implementation() == "CPython" and platform.machine() in MACHINES
    if os.environ.get("KEYSIEVE_PURE") or not librt:
        return []
    try:
        from mypyc.build import mypycify

        # What mypy would keep beside the sources is nothing that a scan of this folder should meet.
        kept = f"--cache-dir={os.devnull}"
        options = ["--config-file=", "--follow-imports=silent", "--ignore-missing-imports", kept, *INNER]
        found: list[Any] = mypycify(options, opt_level="3", group_name="keysieve")
    except (ImportError, OSError, SystemExit):
        return []
    for extension in found:
        extension.optional = True
    return found


CATEGORIES = sorted(entry.name for entry in os.scandir("patterns") if entry.is_dir())

setup(
    packages=[
        *find_packages(include=["scanner", "scanner.*"]),
        *("scanner.patterns." + name for name in CATEGORIES),
    ],
    package_dir={"scanner.patterns." + name: os.path.join("patterns", name) for name in CATEGORIES},
    package_data={
        "scanner": ["py.typed"],
        "scanner.score": ["words.txt"],
        **{"scanner.patterns." + name: ["*.toml"] for name in CATEGORIES},
    },
    ext_modules=extensions(),
)
