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
    identity = tuple((name, text) for name, text in said.identity if text)
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
        if state == "inactive" and section.elsewhere:
            return Verdict("unknown", f"status {answer.status}: your registry refuses it, another may know it")
        return Verdict(state, f"status {answer.status}", identity=identity(section, answer))
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


def identity(section: Section, answer: Answer) -> tuple[tuple[str, str], ...]:
    """What the answer tells of the credential, in full: it is looked through for the credential, then `bounded`."""
    document = parsed(answer.body)
    found = []
    for name, where in section.identity:
        if where.startswith("header:"):
            text = answer.headers.get(where.removeprefix("header:").strip().lower(), "")
        elif where.startswith("element:"):
            inside = re.search(rf"<{re.escape(where.removeprefix('element:'))}>([^<]*)<", answer.body)
            text = inside[1] if inside else ""
        else:
            text = _written(dig(document, path(where)))
        if text and text != "null":
            found.append((name, text))
    return tuple(found)


def _written(value: object) -> str:
    """As `written`; of a table of switches, such as permissions, the names of those that are on."""
    if isinstance(value, dict) and value and all(isinstance(switch, bool) for switch in value.values()):
        return ",".join(name for name, switch in value.items() if switch)
    return written(value)


def bounded(text: str) -> str:
    """A field of an identity as it is kept; that something was left out is shown."""
    return text if len(text) <= WIDEST_IDENTITY else text[: WIDEST_IDENTITY - 3] + "..."


def doubt(answer: Answer) -> str:
    """Why the answer says nothing of the credential that was sent, or ""."""
    return _doubt(answer, parsed(answer.body))
