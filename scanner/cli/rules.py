"""What is not to be reported in this run: ignore files, baselines and configuration, put together."""

from __future__ import annotations

import time
from collections.abc import Sequence

from scanner.cli.ending import say
from scanner.errors import UsageError
from scanner.secrets import PUBLISHED_KEY
from scanner.settings import Settings
from scanner.sources.git.discover import repository_top
from scanner.suppress import Outcome, Rule, Suppressions, ignore_file, read_baseline, read_ignores, rules_of

TELL_SUPPRESSED = ("text", "json", "jsonl", "sarif")
_MOST_TOLD = 10


class Rules:
    """The rules in use. `stale` is true once one of them was told to be of no use any more."""

    def __init__(self, suppressions: Suppressions) -> None:
        self.suppressions = suppressions
        self.stale = False

    @classmethod
    def of(cls, targets: tuple[str, ...], wanted: Settings, more: Sequence[Rule] = ()) -> Rules:
        """Read what `wanted` and the targets name; raises UsageError."""
        rules = list(more)
        for target in targets or (".",):
            path = ignore_file(repository_top(target) if wanted.source.changes else target)
            if path:
                rules += rules_of("ignore", path, read_ignores(path))
        keys = []
        for path in wanted.baselines:
            found, key = of_baseline(path)
            rules += found
            keys += [key] if key else []
        return cls(Suppressions(rules, keys, time.strftime("%Y-%m-%d", time.gmtime())))

    def tell(self, outcome: Outcome, whole: bool) -> None:
        """Say on standard error which rules have expired and, after a `whole` scan, which cover nothing."""
        stale = [rule for rule in outcome.stale if rule.fingerprint or rule.digest or rule.line] if whole else []
        for rules, problem in ((outcome.expired, "expired"), (stale, "matches nothing any more")):
            for rule in rules[:_MOST_TOLD]:
                name = f"{rule.fingerprint[:16]} {rule.origin.reason}".strip()
                say(f"keysieve: {rule.origin.where}: {_plain(name)}: {problem}")
            if len(rules) > _MOST_TOLD:
                say(f"keysieve: and {len(rules) - _MOST_TOLD:,} more: {problem}")
        self.stale = bool(stale or outcome.expired)


def key_in_use(key: bytes, baselines: Sequence[str]) -> bytes:
    """The key of this run's fingerprints: that of configuration or environment, else of the first baseline file."""
    from scanner import baseline

    own = [path for path in baselines if baseline.is_baseline(path)]
    return baseline.read(own[0]).key if own and key == PUBLISHED_KEY else key


def of_baseline(path: str) -> tuple[list[Rule], bytes]:
    """The rules of a baseline, of a report, or of another scanner's file, and the key of the baseline."""
    from scanner import baseline

    if baseline.is_baseline(path):
        read = baseline.read(path)
        return read.rules(path), read.key
    theirs = _of_others(path)
    return (rules_of("baseline", path, read_baseline(path)) if theirs is None else theirs), b""


def _of_others(path: str) -> list[Rule] | None:
    """What another scanner's file accepts; None for a file of ours."""
    from scanner import accepted

    try:
        with open(path, encoding="utf-8") as stream:
            return accepted.rules(path, stream.read())
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--baseline {path}: cannot be read: {error}") from None


def _plain(text: str) -> str:
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
