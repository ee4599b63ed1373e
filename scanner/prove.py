"""Prove patterns: what a pattern file says of a credential holds for samples drawn from its shape.

`keysieve patterns check` runs this on built-in and users' own patterns alike. Samples are made from the
documented shape, never from the expression, so the two have to agree.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from scanner.catalogue.shapes import sample
from scanner.compiled import compiled
from scanner.records import Credential, Sighting
from scanner.score import context, structure
from scanner.score.judge import BROKEN

if TYPE_CHECKING:
    import regex

    from scanner.detector import Detector

MEDIUM = 0.5
"""The score from which a finding is shown without being asked for."""

_FOREIGN = b" "
_HARD_SIZE = 100_000
_HARD_SECONDS = 1.0
_KNOWN_BY_NAME = 12
"""So much shorter are the hard texts of kinds that are known by name, and the time that they may take: what stands
between name and value is the same for all of them, dear, and of limited width."""


class Problem(NamedTuple):
    """A promise of a pattern that does not hold."""

    credential: str
    text: str


def prove(credential_ids: Iterable[str], detector: Detector, seed: int = 1, samples: int = 50) -> list[Problem]:
    """Every promise that does not hold, credential by credential; empty where all is well.

    No text of a sample stands in a problem: `seed` makes the same samples again.
    """
    found: list[Problem] = []
    for name in credential_ids:
        credential = detector.credential(name)
        rnd = random.Random(f"{seed}/{name}")
        if not credential.shapes:
            continue  # imported: there is nothing to draw from
        try:
            texts = list(_samples(credential, rnd, samples))
            misses = [_draw(credential, shape, rnd) for shape in credential.near_misses]
        except ValueError as error:
            found.append(Problem(name, f"shape: {error}"))
            continue
        problems = [
            *_speaks(credential, detector, texts),
            *_stays_silent(credential, detector, misses),
            *_breaks(credential, detector, texts, rnd),
            *_is_linear(credential, texts[0]),
        ]
        found += [Problem(name, text) for text in problems]
    return found


def _samples(credential: Credential, rnd: random.Random, count: int) -> Iterator[str]:
    """`count` texts, every shape of the credential in turn.

    One that spells a word such as "fake" by chance (some draws in a hundred thousand do) is drawn again.
    """
    for number in range(max(count, len(credential.shapes))):
        shape = credential.shapes[number % len(credential.shapes)]
        text = _draw(credential, shape, rnd)
        for _ in range(3):
            if not (context.placeholder(text) or context.filler(text)):
                break
            text = _draw(credential, shape, rnd)
        yield text


def _draw(credential: Credential, shape: str, rnd: random.Random) -> str:
    """A text that holds one sample; a kind that is known by its name gets one."""
    text = sample(shape, rnd, structure.MAKERS, _seal(credential))
    return f'{credential.keywords[0]} = "{text}"' if credential.keywords else text


def _seal(credential: Credential) -> structure.Seal:
    sealed = [name for name in credential.structure if name in structure.SEALED]
    return structure.seal(sealed[0] if sealed else "")


def _sightings(credential: Credential, detector: Detector, text: str) -> list[Sighting]:
    seen = detector.inspect(b"\n" + text.encode() + b"\n")
    return [sighting for sighting in seen if sighting.credential == credential.id]


def _speaks(credential: Credential, detector: Detector, texts: list[str]) -> Iterator[str]:
    """Every sample holds a literal and is reported; a lone part may stay low until it meets its other part."""
    least = 0.0 if credential.joins else MEDIUM
    for number, text in enumerate(texts):
        folded = text.lower() if credential.caseless else text
        if not any(literal in folded for literal in credential.literals):
            yield f"sample {number} holds none of the literals"
            return
        seen = _sightings(credential, detector, text)
        if not seen:
            yield f"sample {number} is not found"
            return
        best = max(seen, key=lambda sighting: sighting.score)
        if best.score < least:
            told = "; ".join(reason.text for reason in best.reasons)
            yield f"sample {number} is found with a score of {best.score:.2f} only: {told}"
            return


def _stays_silent(credential: Credential, detector: Detector, misses: list[str]) -> Iterator[str]:
    """No near miss is shown as this credential, but for one of which is said that its checksum does not fit."""
    for number, text in enumerate(misses):
        if any(sighting.score > BROKEN for sighting in _sightings(credential, detector, text)):
            yield f"near miss {number} is reported"


def _breaks(credential: Credential, detector: Detector, texts: list[str], rnd: random.Random) -> Iterator[str]:
    """A character of no alphabet inside the secret ends it: it is not reported as if it were whole."""
    for number, text in enumerate(texts[:5]):
        for whole in _sightings(credential, detector, text)[:1]:
            data = b"\n" + text.encode() + b"\n"
            inside = [at for at in range(whole.span.start, whole.span.end) if not data[at : at + 1].isspace()]
            place = rnd.choice(inside)
            broken = data[:place] + _FOREIGN + data[place + 1 :]
            if any(
                sighting.credential == credential.id and sighting.secret == whole.secret
                for sighting in detector.inspect(broken)
            ):
                yield f"sample {number} is still found whole with a blank inside"


def _is_linear(credential: Credential, text: str) -> Iterator[str]:
    """Long texts of almost-matches take no long time."""
    expression = compiled(credential.regex.encode())
    share = _KNOWN_BY_NAME if credential.keywords else 1
    most = _HARD_SECONDS / share
    for hard in _hard_texts(credential, text.encode(), _HARD_SIZE // share):
        try:
            spent = _seconds(expression, hard)
            # Another program may have had the processor's caches meanwhile: three times is no accident.
            if spent > most and all(_grows(expression, hard, most) for _ in range(3)):
                yield f"its expression takes {spent:.1f} s on a hard text, and grows faster than the text"
                return
        except TimeoutError:
            yield "its expression does not end in time on a hard text"
            return


def _seconds(expression: regex.Pattern[bytes], text: bytes) -> float:
    """Processor time to look through `text`. Raises TimeoutError after ten times what is too long."""
    started = time.process_time()
    for _ in expression.finditer(text, timeout=10 * _HARD_SECONDS):
        pass
    return time.process_time() - started


def _grows(expression: regex.Pattern[bytes], hard: bytes, most: float) -> bool:
    """Whether four times the text takes too long, and far more than four times as long (16 where it is quadratic)."""
    spent = _seconds(expression, hard)
    return spent > max(most, 8 * _seconds(expression, hard[: len(hard) // 4]))


def _hard_texts(credential: Credential, text: bytes, size: int) -> Iterator[bytes]:
    if credential.keywords:
        yield _repeated(credential.literals[0].encode(), size // 4)
    else:
        for literal in credential.literals[:3]:
            yield _repeated(literal.encode(), size)
            yield _repeated(literal.encode() + b"\n", size)
    yield _repeated(text, size)
    yield _repeated(text[: len(text) // 2], size)
    yield text[: len(text) * 2 // 3] + _repeated(text[len(text) // 2 : len(text) // 2 + 1], size)


def _repeated(unit: bytes, size: int) -> bytes:
    return (unit * (size // len(unit) + 1))[:size]
