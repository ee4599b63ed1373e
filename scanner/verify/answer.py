"""An answer -> active, inactive, restricted, or unknown with the reason.

Whoever is in doubt says unknown: an answer that did not come from the provider (a proxy's page), that says
nothing of the credential (429, 5xx), or that no condition names, never makes a live credential look dead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from scanner.catalogue.condition import dig, is_json, parsed, path, trouble, written
from scanner.records import Verdict
from scanner.verify.section import Section

WIDEST_IDENTITY = 200
"""Characters of one identity field that are kept."""
_PAGE = re.compile(
    r"\A(?:\ufeff)?\s*(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: header names in lower case, the body as text."""

    status: int
    headers: Mapping[str, str]
    body: str


WIDEST_WORD = 40
"""Characters of a server's word that are shown: codes are short, and what is longer is none."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a server that speaks another protocol than HTTP said: its own code, and whom it let in."""

    word: str
    identity: tuple[tuple[str, str], ...] = ()
    status: int = 0  # of an `Answer`; a server that answered at all is in no trouble
    headers: Mapping[str, str] = field(default_factory=dict)


def judge_word(section: Section, said: Said) -> Verdict:
    """What the server's word means: of the section's words the longest that it is or begins with."""
    shown = said.word[:WIDEST_WORD]
    fitting = [pair for pair in section.words if f"{said.word} ".startswith(f"{pair[1]} ")]
    if not fitting:
        return Verdict("unknown", f"the server said {shown}, which tells nothing of the credential")
    state, _ = max(fitting, key=lambda pair: len(pair[1]))
    if state == "unknown":
        return Verdict("unknown", f"the server said {shown}, which tells nothing of the credential")
    if state == "inactive" and not section.confirmed:
        return Verdict("unknown", f"{shown} reads as inactive, but the request is not confirmed")
    identity = tuple((name, text[:WIDEST_IDENTITY]) for name, text in said.identity if text)
    return Verdict(state, f"the server said {shown}", identity=identity)


def judge(section: Section, answer: Answer) -> Verdict:
    """What `answer` says of the credential that was sent."""
    document = parsed(answer.body)
    doubt = _doubt(answer, document)
    for state, condition in section.conditions:
        if not condition.fits(answer.status, answer.body, document):
            continue
        if doubt and (state == "inactive" or not condition.demanding):
            return Verdict("unknown", doubt)
        if state == "inactive" and not section.confirmed:
            return Verdict("unknown", f"status {answer.status} reads as inactive, but the request is not confirmed")
        return Verdict(state, f"status {answer.status}", identity=_identity(section, answer, document))
    return Verdict("unknown", doubt or f"an unexpected answer, status {answer.status}")


def _doubt(answer: Answer, document: object) -> str:
    """Why the answer says nothing of the credential, or ""."""
    status = answer.status
    if trouble(status):
        return f"status {status}: {trouble(status)}"
    if _PAGE.match(answer.body):
        return f"status {status} with a web page where an API answers: a proxy or a login page"
    if "json" in answer.headers.get("content-type", "") and answer.body.strip() and not is_json(document):
        return f"status {status} with JSON that is cut off or damaged"
    return ""


def _identity(section: Section, answer: Answer, document: object) -> tuple[tuple[str, str], ...]:
    found = []
    for name, where in section.identity:
        if where.startswith("header:"):
            text = answer.headers.get(where.removeprefix("header:").strip().lower(), "")
        elif where.startswith("element:"):
            inside = re.search(rf"<{re.escape(where.removeprefix('element:'))}>([^<]*)<", answer.body)
            text = inside[1] if inside else ""
        else:
            text = written(dig(document, path(where)))
        if text and text != "null":
            found.append((name, text[:WIDEST_IDENTITY]))
    return tuple(found)
