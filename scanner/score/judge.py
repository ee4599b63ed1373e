"""Judgement by content: match -> score with reasons, or silence.

Reads the match and at most REACH bytes on either side, and no path: so the answer is the same in every
version of a file that keeps those bytes. What a path says is weighed after attribution, in `place`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from scanner.compiled import compiled
from scanner.lazily import lazily
from scanner.records import REACH, Credential, Match, Reason
from scanner.score import context, generic, literal
from scanner.score.allow import allowed
from scanner.score.login import common, usual
from scanner.score.plain import joined
from scanner.score.randomness import randomness
from scanner.score.silent import another, silent_reason
from scanner.score.standin import in_use, stands
from scanner.score.unless import excuse

if TYPE_CHECKING:
    import regex

    from scanner.score.structure import Evidence

PROVED = 0.97
BROKEN = 0.5
ALONE = 0.3
"""Scores of a valid checksum, an invalid one, and a public part without its secret."""


class Judgement(NamedTuple):
    """`silent` says why nothing is reported; "allowed" where a comment says so."""

    score: float
    reasons: tuple[Reason, ...] = ()
    silent: str = ""
    refuted: bool = False  # it is no such credential, so it hides nothing else


def judge(
    credential: Credential,
    match: Match,
    text: bytes,
    span: tuple[int, int],
    outer: tuple[int, int],
    honour_allow: bool = True,
) -> Judgement:
    """Judge `match`; its secret stands at `span` in `text`, the whole match at `outer`.

    Raises TimeoutError where the credential's `placeholders` take too long.
    """
    low = max(0, outer[0] - REACH)
    text = text[low : outer[1] + REACH]
    span = (span[0] - low, span[1] - low)
    outer = (outer[0] - low, outer[1] - low)
    if honour_allow and allowed(text, *outer):
        return Judgement(0.0, silent="allowed by a comment")
    value = match.secret.reveal()
    if not value:
        return Judgement(0.0, silent="empty", refuted=True)
    excused = excuse(credential.unless, value, text, outer) if credential.unless else ""
    if excused:
        return Judgement(0.0, silent=excused, refuted=True)
    evidence, proved = [], False
    for name in credential.structure:
        from scanner.score import structure  # dear, and most hits are of kinds without one

        for item in structure.check(name, value, text[outer[0] : outer[1]]):
            if item.kind == "refuted":
                return Judgement(0.0, silent=item.text, refuted=True)
            proved = proved or item.kind == "proved"
            evidence.append(item)
    words = _decoded(value)
    # Common passwords are asked about first: nearly nothing is one.
    used = credential.rank == "generic" and _usual(words)
    meant = used and generic.meant(words, _own_name(credential, text, span, outer), text, span, _password(credential))
    named = credential.rank == "generic" and bool(credential.keywords)
    stand_in = named and (stands(words) or used) and in_use(text, *span, used and usual(words))
    if stand_in and used and not meant:
        stand_in = not generic.a_field(words, _name(text, span, outer), text, span[0])
    weak = meant or stand_in or (used and generic.weak(words, _name(text, span, outer), text, span))
    silent = "" if proved or weak else _made_up(credential, words, text, span, outer)
    if silent or not weak and _documented(credential, value):
        return Judgement(0.0, silent=silent or "is a value from documentation")
    known = generic.COMMON if meant else generic.STANDS_IN if stand_in else None
    reasons = [known] if known else _fit(credential, words, text, span, outer)
    reasons += _around(credential, match, text, span)
    return _weigh(credential, evidence, reasons, proved)


@lru_cache(maxsize=4096)
def _usual(words: str) -> bool:
    return common(words) or joined(words)


def _password(credential: Credential) -> bool:
    """Whether what such a kind finds is a password by its place."""
    return not credential.keywords and "password" in credential.name.lower()


def is_allowed(text: bytes, outer: tuple[int, int]) -> bool:
    """Whether a comment allows the match at `outer`."""
    low = max(0, outer[0] - REACH)
    return bool(allowed(text[low : outer[1] + REACH], outer[0] - low, outer[1] - low))


def _weigh(credential: Credential, evidence: Sequence[Evidence], reasons: list[Reason], proved: bool) -> Judgement:
    told = [Reason(item.text, item.weight if item.kind == "note" else 0.0) for item in evidence]
    score = PROVED if proved else credential.score
    score += sum(reason.weight for reason in told)
    if not proved:
        score += sum(reason.weight for reason in reasons)
    if any(item.kind == "broken" for item in evidence):
        score = min(score, BROKEN)
    if any(part.secret and part.required for part in credential.parts) and not _has_secret(reasons):
        score = min(score, ALONE)
    if any(reason.text.endswith(_MISSING) for reason in reasons):
        score = min(score, ALONE)
    return Judgement(round(max(0.0, min(1.0, score)), 3), (*told, *reasons))


def _has_secret(reasons: list[Reason]) -> bool:
    return not any(reason.text == _LONE for reason in reasons)


_LONE = "its secret part was not found nearby"
_MISSING = ", which it needs, was not found nearby"


def _documented(credential: Credential, value: bytes) -> bool:
    if not credential.dummies:
        return False
    from hashlib import sha256

    return sha256(value).hexdigest() in credential.dummies


def _decoded(value: bytes) -> str:
    """The value as text: UTF-8, or each byte for itself where it is not."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _made_up(credential: Credential, words: str, text: bytes, span: tuple[int, int], outer: tuple[int, int]) -> str:
    if credential.placeholders and _compiled(credential.placeholders).search(words, timeout=_SECONDS):
        return "is a documented placeholder"
    if credential.rank == "distinctive":
        return context.filler(_body(credential, words)) if len(words) < 1000 else ""
    made_up = context.placeholder(words)
    if not made_up and credential.min_randomness and _chance(words) < credential.min_randomness:
        return "looks too little drawn at random for such a name"
    if made_up or credential.rank != "generic":
        return made_up
    before, after = text[max(0, span[0] - 12) : span[0]], text[span[1] : span[1] + 32]
    name = _own_name(credential, text, span, outer)
    if not credential.structure and another(text[outer[0] : span[0]]):
        return "is what another name is set to"
    quoted = before[-1:] in (b'"', b"'", b"`") or literal.literal(text, *span)
    return silent_reason(words, name, quoted, (before, after))


@lru_cache(maxsize=512)
def _compiled(expression: str) -> regex.Pattern[str]:
    return compiled(expression)


def _chance(words: str) -> float:
    """How random it looks; a UUID not so much that it counts where all else is weak: mostly it is an id."""
    return max(randomness(words), min(generic.drawn_at_random(words), _OF_UUID))


_OF_UUID = 0.75
_SECONDS = 1.0
"""For one search of a credential's `placeholders`."""


def _body(credential: Credential, value: str) -> str:
    for beginning in credential.literals:
        if value.startswith(beginning):
            return value[len(beginning) :]
    return value


_PASSWORDS = frozenset(("uri-password", "pair-password"))
"""Checks of kinds whose value is a password by its place: there people choose it."""

_NAME_BEFORE = lazily(rb"[\w.\-:]{0,40}\Z")
_NAME_AFTER = lazily(rb"[\w.\-]{0,60}(?:(?: [\w.]{1,9}){1,2}(?=[\"'`]?[ \t]{0,4}:))?")


def _name(text: bytes, span: tuple[int, int], outer: tuple[int, int]) -> bytes:
    """The name that the value belongs to: the word around the keyword, with the words behind it up to a colon."""
    before = _NAME_BEFORE.search(text, max(0, outer[0] - 40), outer[0])
    after = _NAME_AFTER.match(text, outer[0], span[0])
    return (before[0] if before else b"") + (after[0] if after else b"")


def _own_name(credential: Credential, text: bytes, span: tuple[int, int], outer: tuple[int, int]) -> bytes:
    """The same, b"" where the match has the form of a command or a call, and so no name."""
    return b"" if credential.structure else _name(text, span, outer)


def _fit(
    credential: Credential, words: str, text: bytes, span: tuple[int, int], outer: tuple[int, int]
) -> list[Reason]:
    """How well the value fits its kind, its name and its line."""
    found: list[Reason] = []
    password = _password(credential)
    if credential.rank == "generic":
        before = text[max(outer[0], span[0] - 40) : span[0]].lower()
        password = password and not (b"token" in before and b"pass" not in before)  # nobody chooses a token
        found += generic.evidence(words, _name(text, span, outer), text, span, password)
    elif credential.rank == "named":
        placed = not _PASSWORDS.isdisjoint(credential.structure)
        found.append(generic.fitting(words, password or placed, placed and not credential.keywords))
        if credential.keywords and context.names_digest(_name(text, span, outer)):
            found.append(Reason("its name is that of a digest", -0.4))
        elif context.hash_named(text, *span):
            found.append(Reason("its line speaks of a digest", -0.2))
        if context.below_digest(text, span[0]):
            found.append(Reason("the heading of its column names a digest", -0.4))
        if context.message(text[outer[0] : span[0]]):
            found.append(Reason("a message about the credential stands before it", -0.3))
    else:
        found.append(Reason("the format belongs to this kind alone", 0.0))
        if credential.min_randomness and randomness(_body(credential, words)) < credential.min_randomness:
            found.append(Reason("its body looks like words", -0.4))
    return found


def _around(credential: Credential, match: Match, text: bytes, span: tuple[int, int]) -> list[Reason]:
    """What the credential's other parts and its surroundings say."""
    found: list[Reason] = []
    if credential.parts and any(part.secret for part in credential.parts):
        known = any(name == "id" for name, _ in match.parts)
        found.append(Reason("its other part stands beside it" if known else _LONE, 0.05 if known else 0.0))
    present = {name for name, _ in match.parts}
    missing = [part.name for part in credential.parts if part.required and not part.secret and part.name not in present]
    found += [Reason(f"its part {name}{_MISSING}", 0.0) for name in missing]
    if credential.public:
        found.append(Reason(credential.public, -0.2))
    return found + context.surroundings(text, *span)
