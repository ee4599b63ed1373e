"""Living with findings: rules that say what is not reported, from ignore files, baselines and configuration."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from scanner.errors import UsageError
from scanner.lazily import lazily
from scanner.lightly import dataclass, replace
from scanner.records import Finding, Place, Suppression
from scanner.secrets import PUBLISHED_KEY, digests, fingerprint, holds

IGNORE_FILE = ".keysieveignore"
_FINGERPRINT = lazily(r"[0-9a-f]{16,64}\Z")
_SHORTEST = 16


@dataclass(frozen=True, slots=True)
class Rule:
    """What it names must all hold of a place; a rule that names nothing covers nothing."""

    origin: Suppression
    fingerprint: str = ""  # 16 hex digits or more stand for the whole
    paths: tuple[str, ...] = ()  # globs as of `--exclude`
    pattern: str = ""
    regex: str = ""  # found in the credential
    commit: str = ""  # the id, or how it begins
    expires: str = ""  # the last day it counts, YYYY-MM-DD
    path_regex: str = ""  # found in the path
    line: int = 0  # that the finding begins on, or touches; with `paths`
    digest: str = ""  # of the credential, as other scanners write it: the algorithm, a colon and hex digits


class Outcome(NamedTuple):
    """What is left, what is not, and the rules that covered nothing, or no longer count."""

    left: list[Finding]
    suppressed: list[Finding]
    stale: list[Rule]
    expired: list[Rule]


class Suppressions:
    """Rules applied place by place: a finding is suppressed when each of its places is."""

    def __init__(self, rules: Sequence[Rule] = (), keys: Sequence[bytes] = (), today: str = "") -> None:
        self._rules = [rule for rule in rules if not _expired(rule, today)]
        self._expired = [rule for rule in rules if _expired(rule, today)]
        self._keys = (PUBLISHED_KEY, *keys)  # of those files that were made with another key than this report
        self._by_print: dict[str, list[Rule]] = {}
        self._by_digest: dict[str, list[Rule]] = {}
        self._by_line: dict[tuple[object, ...], list[Rule]] = {}
        self._others: list[Rule] = []
        for rule in self._rules:
            if rule.fingerprint:
                self._by_print.setdefault(rule.fingerprint[:_SHORTEST], []).append(rule)
            elif rule.digest:
                self._by_digest.setdefault(rule.digest, []).append(rule)
            elif rule.line:
                self._by_line.setdefault((*rule.paths, rule.line), []).append(rule)
            elif rule.paths or rule.pattern or rule.regex or rule.commit or rule.path_regex:
                self._others.append(rule)

    def apply(self, findings: Iterable[Finding]) -> Outcome:
        """The findings with the places that no rule covers, and those that rules cover whole."""
        left: list[Finding] = []
        gone: list[Finding] = []
        used: set[int] = set()
        for finding in findings:
            rules = self._for(finding) if self._rules else []
            hits = [[rule for rule in rules if _covers(rule, place)] for place in finding.places]
            if not finding.places:
                hits = [[rule for rule in rules if rule.fingerprint and not (rule.paths or rule.commit)]]
            used |= {id(rule) for rules_here in hits for rule in rules_here}
            covered = [rules_here[0] for rules_here in hits if rules_here]
            if len(covered) == len(hits):
                gone.append(replace(finding, suppressed=covered[0].origin))
            elif covered:
                places = tuple(place for place, rule in zip(finding.places, hits, strict=True) if not rule)
                left.append(replace(finding, places=places))
            else:
                left.append(finding)
        return Outcome(left, gone, [rule for rule in self._rules if id(rule) not in used], self._expired)

    def _for(self, finding: Finding) -> list[Rule]:
        """The rules that may cover the finding: those of its fingerprint, then those that hold of its kind."""
        prints = dict.fromkeys((finding.fingerprint, *(fingerprint(finding.secret, key) for key in self._keys)))
        named = [
            rule
            for text in prints
            for rule in self._by_print.get(text[:_SHORTEST], ())
            if text.startswith(rule.fingerprint) and rule.pattern in ("", finding.pattern)
        ]
        if self._by_digest:
            named += [rule for text in digests(finding.secret) for rule in self._by_digest.get(text, ())]
        if self._by_line:
            named += [
                rule
                for place in finding.places
                for line in range(place.span.line, place.span.end_line + 1)
                for rule in self._by_line.get((place.path, line), ())
            ]
        return named + [
            rule
            for rule in self._others
            if rule.pattern in ("", finding.pattern) and (not rule.regex or holds(finding.secret, rule.regex))
        ]


def _expired(rule: Rule, today: str) -> bool:
    return bool(rule.expires and today) and rule.expires < today


def _covers(rule: Rule, place: Place) -> bool:
    if rule.line and not (place.path in rule.paths and place.span.line <= rule.line <= place.span.end_line):
        return False
    here = not rule.paths or rule.line or bool(place.path) and _globbed(rule.paths)(place.path)
    if rule.path_regex and not (place.path and re.search(rule.path_regex, place.path)):
        return False
    return bool(here) and (not rule.commit or place.commit.startswith(rule.commit))


@lru_cache(maxsize=256)
def _globbed(globs: tuple[str, ...]) -> Callable[[str], bool]:
    from scanner.pipeline import excluder

    return excluder(globs)


def ignore_file(target: str) -> str:
    """The ignore file at the top of a target folder, or "".

    For a file and for standard input it is that of the current directory.
    """
    folder = target if os.path.isdir(target) else "."
    path = os.path.join(folder, IGNORE_FILE)
    return path if os.path.isfile(path) else ""


def read_ignores(path: str) -> set[str]:
    """The fingerprints of an ignore file: one a line, `#` begins a comment. Raises UsageError."""
    found = set()
    with open(path, encoding="utf-8", errors="replace") as stream:
        for number, line in enumerate(stream, 1):
            text = line.split("#", 1)[0].strip()
            if text and not _FINGERPRINT.match(text):
                raise UsageError(f"{path}:{number}: is no fingerprint (16 to 64 hex digits, `#` for comments)")
            if text:
                found.add(text)
    return found


def rules_of(kind: str, where: str, fingerprints: Iterable[str]) -> list[Rule]:
    """A rule for each fingerprint."""
    return [Rule(Suppression(kind, where), text) for text in sorted(fingerprints)]


def read_baseline(path: str) -> set[str]:
    """The fingerprints of an earlier report in the form `json` or `jsonl`. Raises UsageError."""
    import json

    try:
        with open(path, encoding="utf-8") as stream:
            text = stream.read()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--baseline {path}: cannot be read: {error}") from None
    try:
        try:
            findings = json.loads(text)["findings"]
        except ValueError:
            rows = [json.loads(line) for line in text.splitlines() if line.strip()]
            findings = [row for row in rows if "fingerprint" in row]
            if not rows or "scan" not in rows[-1]:
                raise KeyError("scan") from None
        return {str(finding["fingerprint"]) for finding in findings}
    except (ValueError, KeyError, TypeError):
        raise UsageError(f"--baseline {path}: is no keysieve report; make one with --format json") from None
