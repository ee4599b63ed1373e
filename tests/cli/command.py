"""keysieve as a process, as people and pipelines run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import scanner

ROOT = str(Path(scanner.__file__).parents[1])
COMMAND = (sys.executable, "-m", "scanner")


class Done(NamedTuple):
    code: int
    out: str
    err: str


def environment(**changes: str) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": ROOT} | changes


def keysieve(*arguments: str | Path, cwd: Path | None = None, data: bytes = b"", **changes: str) -> Done:
    """Run to the end; one that hangs is a failure."""
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=cwd,
        input=data,
        capture_output=True,
        env=environment(**changes),
        check=False,
        timeout=240,
    )
    err = done.stderr.decode()
    assert "Traceback" not in err, err
    return Done(done.returncode, done.stdout.decode(), err)


def report(
    *arguments: str | Path, cwd: Path | None = None, data: bytes = b"", **changes: str
) -> tuple[int, dict[str, Any]]:
    """Exit code and JSON document of `keysieve scan`."""
    done = keysieve("scan", "-f", "json", "-j", "1", *arguments, cwd=cwd, data=data, **changes)
    assert done.out, done.err
    return done.code, json.loads(done.out)
