"""Undo an encoding around a hit, and map what was found there back to the input.

Only the run of encoded text around the hit is decoded, line-wrapped runs included. `Decoded.spans` keeps the
way back: every step maps a half-open stretch of its output to one of its input.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable
from typing import NamedTuple

from scanner.lazily import lazily

GROWTH = {"base64": 1.42, "hex": 2.0, "percent": 3.0, "utf-16-le": 2.0, "utf-16-be": 2.0}
"""Encoded bytes per decoded byte at the most, line breaks of wrapped base64 included."""

_B64 = rb"[A-Za-z0-9+/_-]"
_FORWARD = lazily(_B64 + rb"+(?:\\?\r?\n[ \t]{0,40}" + _B64 + rb"+){0,400}")
# The same run read from its end: an earlier line belongs to it only if it is as long as wrapped lines are.
_BACKWARD = lazily(_B64 + rb"*(?:[ \t]{0,40}\n\r?" + _B64 + rb"{40,100}(?![A-Za-z0-9+/_=-])){0,400}")
_HEX = lazily(rb"[0-9A-Fa-f]*")
_PERCENT_RUN = lazily(rb"[^\s\"'<>]*")
_PERCENT = lazily(rb"%[0-9A-Fa-f]{2}|.", re.DOTALL)
_ZEROS = lazily(rb"\0*")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")

BackMap = Callable[[int, int], tuple[int, int]]


class Decoded(NamedTuple):
    """Decoded text, where in it the needle starts, and the way back to the input."""

    text: bytes
    at: int
    back: BackMap


def decode(window: bytes, at: int, codecs: tuple[str, ...], shift: int) -> Decoded | None:
    """Undo `codecs`, outermost first, around the needle at `at`; None where it is no such encoding."""
    shifts = list(divmod(shift, 3)) if codecs == ("base64", "base64") else [shift] * len(codecs)
    steps: list[BackMap] = []
    for codec, step_shift in zip(codecs, shifts, strict=True):
        step = _STEPS[codec](window, at, step_shift)
        if step is None:
            return None
        window, at = step.text, step.at
        steps.append(step.back)

    def back(start: int, end: int) -> tuple[int, int]:
        for step_back in reversed(steps):
            start, end = step_back(start, end)
        return start, end

    return Decoded(window, at, back)


def _base64(window: bytes, at: int, shift: int) -> Decoded | None:
    run = _FORWARD.match(window, at)
    if run is None:
        return None
    before = _BACKWARD.match(window[:at][::-1])
    low = at - (before.end() if before else 0)
    places = [low + i for i, byte in enumerate(window[low : run.end()]) if byte in _LETTERS]
    first = sum(1 for place in places if place < at)
    lead = (0, 2, 3)[shift]  # letters of the group that stand before the needle
    drop = (first - lead) % 4
    if first < lead:
        return None
    places = places[drop:]
    letters = bytes(window[place] for place in places).translate(_URL_SAFE)
    letters = letters[: len(letters) - 1] if len(letters) % 4 == 1 else letters
    text = binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))

    def back(start: int, end: int) -> tuple[int, int]:
        last = min((end * 8 + 5) // 6, len(places)) - 1
        return places[start * 8 // 6], places[last] + 1

    return Decoded(text, (first - drop - lead) // 4 * 3 + shift, back)


_LETTERS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_")


def _hex(window: bytes, at: int, _shift: int) -> Decoded | None:
    run = _HEX.match(window, at)
    before = _HEX.match(window[:at][::-1])
    if run is None or before is None:
        return None
    low = at - before.end() // 2 * 2
    high = run.end() - (run.end() - low) % 2
    return Decoded(
        binascii.unhexlify(window[low:high]),
        (at - low) // 2,
        lambda start, end: (low + 2 * start, low + 2 * end),
    )


def _percent(window: bytes, at: int, _shift: int) -> Decoded | None:
    run = _PERCENT_RUN.match(window, at)
    before = _PERCENT_RUN.match(window[:at][::-1])
    if run is None or before is None:
        return None
    tokens = list(_PERCENT.finditer(window, at - before.end(), run.end()))
    text = bytes(int(token[0][1:], 16) if len(token[0]) == 3 else token[0][0] for token in tokens)
    index = sum(1 for token in tokens if token.start() < at)
    return Decoded(text, index, lambda start, end: (tokens[start].start(), tokens[end - 1].end()))


def _utf16(window: bytes, at: int, low_first: bool) -> Decoded | None:
    """UTF-16 text of ASCII characters: every other byte is zero."""
    parity = at % 2
    evens, odds = window[parity::2], window[parity + 1 :: 2]
    text, zeros = (evens, odds) if low_first else (odds, evens)
    index = (at - parity) // 2
    after = _ZEROS.match(zeros, index)
    before = _ZEROS.match(zeros[:index][::-1])
    if after is None or before is None:
        return None
    low = index - before.end()
    high = min(after.end(), len(text))
    return Decoded(
        text[low:high],
        index - low,
        lambda start, end: (parity + 2 * (low + start), parity + 2 * (low + end)),
    )


_STEPS: dict[str, Callable[[bytes, int, int], Decoded | None]] = {
    "base64": _base64,
    "hex": _hex,
    "percent": _percent,
    "utf-16-le": lambda window, at, _shift: _utf16(window, at, True),
    "utf-16-be": lambda window, at, _shift: _utf16(window, at, False),
}
