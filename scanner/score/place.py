"""Judgement by place, after attribution: what a path says about a finding. It never raises a score."""

from __future__ import annotations

from functools import lru_cache

from scanner.lazily import lazily
from scanner.records import Reason

MOST_USED = Reason("it is one of the passwords most used", 0.0)
"""Evidence by content whose weight depends on the place: real in a setting of production, mostly made up elsewhere."""

_LOCK = lazily(
    r"(?:^|/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|composer\.lock|Gemfile\.lock"
    r"|Cargo\.lock|poetry\.lock|uv\.lock|Pipfile\.lock|go(?:\.work)?\.sum|Podfile\.lock|flake\.lock|verification-metadata\.xml"
    r"|\.terraform\.lock\.hcl|pubspec\.lock|mix\.lock|packages\.lock\.json|deno\.lock|bun\.lockb?)$"
)
_TEST = lazily(
    r"(?i)(?:^|/)(?:tests?|specs?|__tests__|testdata|test[-_]?fixtures|fixtures?|mocks?|cassettes|e2e|testing)/"
    r"|(?:^|/)test_[^/]+$|[_.\-](?:test|tests|spec)\.[a-z]+$|Tests?\.(?:java|cs|kt|swift|scala)$|(?:^|/)t/[^/]+\.(?:t|sh)$"
)
_DOCUMENT = lazily(r"(?i)(?:^|/)(?:docs?|documentation|examples?|samples?|guides?)/|\.(?:md|rst|adoc|textile)$")
_EXAMPLE = lazily(r"(?i)(?:example|sample|template|dist|dummy)(?:\.[a-z]+)*$")
_WORDS = lazily(
    r"(?i)(?:^|/)(?:locales?|i18n|l10n|lang|languages?|translations?)/|\.(?:po|pot|xliff|resx|arb|strings)$|/values-[a-z]{2}[^/]*/[^/]+\.xml$"
    r"|(?-i:_(?:ar|bg|ca|cs|da|de|el|en|es|et|eu|fa|fi|fr|ga|gl|he|hi|hr|hu|id|in|is|it|iw|ja|ka|ko|lt|lv|mk|nb|nl|nn|no|pl"
    r"|pt|ro|ru|sk|sl|sr|sv|ta|te|th|tr|uk|vi|zh)(?:_[A-Z]{2})?\.properties)$"
)
_PRODUCTION = lazily(r"(?i)(?:^|[/_.\-])(?:prod|production|prd|live)(?:[/_.\-]|$)")
_MINIFIED = lazily(r"(?i)\.min\.(?:js|css)$|\.map$|\.(?:svg|ipynb)$")


@lru_cache(maxsize=1 << 14)
def weigh(path: str, rank: str, most_used: bool = False) -> tuple[Reason, ...]:
    """What `path` says of a credential of this rank (distinctive, named, generic); weights are 0 or less.

    `most_used` says that it is a password that many people use.
    """
    light = rank == "distinctive"
    found = []
    if most_used and not _PRODUCTION.search(path):
        found.append(Reason("no setting of production, by its path", -0.25))
    if _LOCK.search(path):
        found.append(Reason("in a lock file, where hashes stand", -0.1 if light else -0.6))
    if _TEST.search(path):
        found.append(Reason("in a test", -0.05 if light else -0.1))
    elif _EXAMPLE.search(path) or _DOCUMENT.search(path):
        found.append(Reason("in documentation or an example", -0.05 if light else -0.1))
    if _WORDS.search(path) and not light:
        found.append(Reason("in a translation", -0.5))
    if _MINIFIED.search(path) and not light:
        found.append(Reason("in minified or generated code", -0.3))
    return tuple(found)
