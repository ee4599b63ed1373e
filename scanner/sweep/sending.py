"""What a worker on another machine does and sends: nothing unless it agrees with the coordinator, and no credential in
the clear.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, NamedTuple

from scanner.errors import TargetError
from scanner.records import ShardResult
from scanner.settings import DetectSettings
from scanner.sweep.redact import Known, redacted, sealed
from scanner.sweep.version import agree
from scanner.sweep.visit import Outcome

ROOM = 64 << 20
"""Bytes that a machine's temporary folder must have left, where something went wrong, to be believed fit."""

_alone = Lock()


@dataclass(frozen=True, slots=True)
class Terms:
    """What worker and coordinator must agree on."""

    detect: DetectSettings
    version: str
    seal: bytes = field(default=b"", repr=False)


class Sent(NamedTuple):
    """A result without credentials, and the sealed copies of those that were in it."""

    result: Any
    sealed: dict[Known, bytes]


class Unfit(Exception):
    """This worker cannot do it, another one may: its address, and why."""


def send(terms: Terms, where: Callable[[], str], function: Callable[..., Any], arguments: tuple[Any, ...]) -> Sent:
    """A function's result, in a worker; one at a time in a process, since a detector is for one thread.

    `where` tells this worker's address. Raises Unfit, and what the function raises.
    """
    with _alone:
        try:
            agree(terms.detect, terms.seal, terms.version)
        except TargetError as error:
            raise Unfit(where(), str(error)) from None
        try:
            result = function(*arguments)
        except OSError:
            _fit(where)
            raise
        if _faulty(result):
            _fit(where)
        if not isinstance(result, ShardResult):
            return Sent(result, {})
        key = terms.detect.fingerprint_key
        copies = sealed(result.sightings, terms.seal, key)
        return Sent(ShardResult([redacted(item, key) for item in result.sightings], result.tally), copies)


def _faulty(result: Any) -> bool:
    if isinstance(result, ShardResult):
        return bool(result.tally.faults)
    outcomes = result if isinstance(result, list) else [result]
    return any(isinstance(one, Outcome) and one.result.state in ("failed", "incomplete") for one in outcomes)


def _fit(where: Callable[[], str]) -> None:
    """Raise Unfit where what went wrong may be for want of room on this machine."""
    folder = os.environ.get("TMPDIR") or tempfile.gettempdir()
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise Unfit(where(), f"its temporary folder cannot be used: {error.strerror}") from None
    if free < ROOM:
        raise Unfit(where(), f"its temporary folder is full: {free:,} bytes are left")
