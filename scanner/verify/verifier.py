"""Findings -> findings with a verdict: who is asked at all, each credential once, and what that does to confidence."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

from scanner.records import DO_NOT_VERIFY, Confidence, Credential, Finding, Verdict
from scanner.settings import VerifySettings
from scanner.verify import answer as answers
from scanner.verify import protocols, request, section
from scanner.verify.hosts import Job, run
from scanner.verify.http import Client
from scanner.verify.request import Request
from scanner.verify.section import Section
from scanner.verify.template import Unfit
from scanner.verify.verdicts import Verdicts

Plan = dict[str, Job]
"""Key -> job; findings of one credential share one."""


class Verifier:
    """Asks providers. Raises UsageError where an extra is missing or a CA file cannot be used."""

    def __init__(self, settings: VerifySettings, lookup: Callable[[str], Credential]) -> None:
        self._settings = settings
        self._lookup = lookup
        self._cache = Verdicts(settings)
        self._client = Client(settings)
        self.interrupted = False  # not everybody was asked
        self._sections: dict[str, Section | None] = {}

    def close(self) -> None:
        """Keep what was learnt, close all connections."""
        self._cache.save()
        self._client.close()

    def verify(self, findings: Sequence[Finding]) -> list[Finding]:
        """The findings with verdicts, in the same order; no fingerprint changes."""
        prepared = [self._prepare(finding) for finding in findings]
        plan = {item.key: item for item in prepared if isinstance(item, Job)}
        told, self.interrupted = run(list(plan.values()), self._settings)
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        for key, verdict in told.items():
            told[key] = replace(verdict, at=now)
            self._cache.put(key, told[key])
        self._cache.save()
        never = Verdict("unknown", "interrupted before it was asked about")
        verdicts = (told.get(item.key, never) if isinstance(item, Job) else item for item in prepared)
        given = zip(findings, verdicts, strict=True)
        return [applied(finding, _clean(finding, verdict)) for finding, verdict in given]

    def plan(self, findings: Iterable[Finding]) -> tuple[dict[str, int], dict[str, int]]:
        """Host -> how many requests, and why -> how many findings would not be asked about. Nothing is sent."""
        prepared = [self._prepare(finding) for finding in findings]
        plan = {item.key: item for item in prepared if isinstance(item, Job)}
        left = Counter(item.why for item in prepared if isinstance(item, Verdict))
        return dict(Counter(job.host for job in plan.values()).most_common()), dict(left.most_common())

    def _prepare(self, finding: Finding) -> Job | Verdict:
        """The job that would ask, or the verdict where nobody is to be asked."""
        canary = next((reason.text for reason in finding.reasons if reason.text.endswith(DO_NOT_VERIFY)), "")
        if canary:
            return Verdict("unknown", f"{canary.removesuffix(DO_NOT_VERIFY)}, which was not asked about")
        kind = self._lookup(finding.pattern)
        asked = self._section(kind)
        if asked is None:
            return Verdict(why="no request is known that could tell")
        if not (asked.confirmed or self._settings.unconfirmed):
            return Verdict(why="its request is not confirmed by the provider's documentation; see --verify-unconfirmed")
        try:
            return self._job(kind, asked, finding)
        except Unfit as error:
            return Verdict("unknown", str(error))

    def _section(self, kind: Credential) -> Section | None:
        if kind.id not in self._sections:
            self._sections[kind.id] = section.read(kind)
        return self._sections[kind.id]

    def _job(self, kind: Credential, asked: Section, finding: Finding) -> Job | Verdict:
        parts = request.values(finding)
        sign = protocols.signer(asked.protocol) if asked.protocol else None
        if asked.protocol and sign is None:
            return Verdict(why=f"the protocol {asked.protocol!r} is not spoken yet")
        plain = request.build(asked, parts, request.endpoint(kind, self._settings.endpoints))
        if sign:
            sign(plain, parts)  # what is missing shows now, and the signature that is sent is a fresh one
        key = self._cache.key(kind.id, _with_parts(plain, finding), asked.confirmed)
        known = self._cache.get(key)
        if known is not None:
            return known

        def ask() -> answers.Answer:
            return self._client.send(sign(plain, parts) if sign else plain)

        return Job(key, plain.host, ask, partial(answers.judge, asked))


def _with_parts(plain: Request, finding: Finding) -> Request:
    """For the key: the signed request is not the same twice, so its parts stand for it."""
    told = [name.encode() + b"\0" + value.reveal() for name, value in sorted(request.values(finding).items())]
    return replace(plain, body=plain.body + b"\0".join(told))


def applied(finding: Finding, verdict: Verdict) -> Finding:
    """The finding under its verdict: what lives is verified, and what is dead keeps the confidence it had."""
    confidence = finding.confidence
    if verdict.state == "active":
        confidence = Confidence.VERIFIED
    elif verdict.state == "restricted":
        confidence = max(confidence, Confidence.HIGH)
    return replace(finding, verdict=verdict, confidence=confidence)


def _clean(finding: Finding, verdict: Verdict) -> Verdict:
    """The verdict without any field of the answer that repeats the credential."""
    hidden = [value.reveal().decode("utf-8", "replace") for value in (finding.secret, *(v for _, v in finding.parts))]
    kept = tuple(
        (name, text) for name, text in verdict.identity if not any(len(word) > 7 and word in text for word in hidden)
    )
    return replace(verdict, identity=kept)
