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
from scanner.verify import further, protocols, request, section, template
from scanner.verify import registry as registries
from scanner.verify.hosts import Job, run
from scanner.verify.http import Client
from scanner.verify.line import Line
from scanner.verify.request import Request
from scanner.verify.section import Section
from scanner.verify.template import Unfit, names
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
        of = {item.key: finding for item, finding in zip(prepared, findings, strict=True) if isinstance(item, Job)}
        for key, verdict in told.items():
            told[key] = replace(_clean(of[key], verdict), at=now)  # before anything of it is kept
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
        hosts = Counter(job.host for job in plan.values())
        for host, most in (pair for job in plan.values() for pair in job.more):
            hosts[f"{host} (further, about what lives, at most)"] += most
        return dict(hosts.most_common()), dict(left.most_common())

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
        if asked.protocol and not asked.method:
            return self._conversation(kind, asked, finding)
        parts = request.values(finding)
        sign = protocols.signer(asked.protocol) if asked.protocol else None
        if asked.protocol and sign is None:
            return Verdict(why=f"the protocol {asked.protocol!r} is not spoken yet")
        own = request.endpoint(kind, self._settings.endpoints)
        if asked.client is not None and not own:
            return self._registered(kind, asked, finding)
        plain = request.build(asked, parts, own)
        if sign:
            sign(plain, parts)  # what is missing shows now, and the signature that is sent is a fresh one

        def ask() -> answers.Answer:
            return self._client.send(sign(plain, parts) if sign else plain)

        found = self._asking(kind, asked, _with_parts(plain, finding, asked), ask)
        if isinstance(found, Verdict):
            return found
        return further.added(found, asked, further.First(plain, parts, own), self._client.send)

    def _registered(self, kind: Credential, asked: Section, finding: Finding) -> Job | Verdict:
        """The job of a kind whose registry stands beside it, or in the configuration of the user's own client."""
        parts = request.values(finding)
        registry = registries.read(asked.client or {})
        if "registry" in parts:
            base = "https://" + template.host("{{registry}}", parts)
        else:
            base, asked = registry.configured(), replace(asked, elsewhere=True)
        if not base:
            raise Unfit(f"its registry is named neither beside it nor by {registry.where}")
        told = request.build(asked, parts, base)

        def ask() -> answers.Answer:
            if not registry.document:
                return self._client.send(told)
            return self._client.send(request.build(asked, parts, registries.below(base, registry, self._client)))

        return self._asking(kind, asked, told, ask)

    def _conversation(self, kind: Credential, asked: Section, finding: Finding) -> Job | Verdict:
        """The job of a kind whose server speaks another protocol than HTTP."""
        parts = request.values(finding)
        speaker = protocols.speaker(asked.protocol)
        if speaker is None:
            return Verdict(why=f"the protocol {asked.protocol!r} is not spoken yet")
        for name in sorted(names(asked.url) - set(parts)):
            raise Unfit(f"its part {name!r} was not found beside it")
        host, port = speaker.target(parts)
        plain = Request("", f"{asked.protocol}://{host}:{port}", (), b"")

        def ask() -> answers.Said:
            with Line(self._client, self._settings.allowed(), self._settings.timeout) as line:
                return speaker.ask(parts, line)

        return self._asking(kind, asked, _with_parts(plain, finding, asked), ask)

    def _asking(
        self, kind: Credential, asked: Section, told: Request, ask: Callable[[], answers.Answer | answers.Said]
    ) -> Job | Verdict:
        """What is known already, or the job that asks."""
        key = self._cache.key(kind.id, told, asked.confirmed and not asked.elsewhere)
        judge = answers.judge if asked.method else answers.judge_word
        return self._cache.get(key) or Job(key, told.host, ask, partial(judge, asked))


def _with_parts(plain: Request, finding: Finding, asked: Section) -> Request:
    """For the key: the signed request is not the same twice, so its parts stand for it; and what else is asked."""
    told = [repr((asked.further, asked.privileged)).encode()] if asked.further or asked.privileged else []
    told += [name.encode() + b"\0" + value.reveal() for name, value in sorted(request.values(finding).items())]
    return replace(plain, body=plain.body + b"\0".join(told))


def applied(finding: Finding, verdict: Verdict) -> Finding:
    """The finding under its verdict: what lives is verified, and what is dead keeps the confidence it had."""
    confidence = finding.confidence
    if verdict.state == "active":
        confidence = Confidence.VERIFIED
    elif verdict.state == "restricted":
        confidence = max(confidence, Confidence.HIGH)
    return replace(finding, verdict=verdict, confidence=confidence)


_SHOWN = frozenset({"user", "host", "port", "database", "scheme", "bind_dn", "client_email"})
"""Parts that say where and who, and that an answer may repeat."""


def _clean(finding: Finding, verdict: Verdict) -> Verdict:
    """The verdict without any field of the answer, or word of the server, that repeats the credential."""
    own = finding.secret.reveal().decode("utf-8", "replace")
    hidden = [own, *(value.reveal().decode("utf-8", "replace") for name, value in finding.parts if name not in _SHOWN)]
    kept = tuple(
        (name, answers.bounded(text))  # only now: half a credential would not be known as one
        for name, text in verdict.identity
        if not any(len(word) > 7 and word in text for word in hidden)
    )
    repeats = len(own) > 3 and own in verdict.why
    return replace(verdict, identity=kept, why="its words are not shown" if repeats else verdict.why)
