"""What git asks at commit, push and receive. Without click: a commit waits for every import."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from scanner import settings as options
from scanner.cli.ending import say
from scanner.cli.rules import Rules, key_in_use
from scanner.config import allow_rules, config_file, configuration
from scanner.errors import ExitCode, UsageError
from scanner.lightly import replace
from scanner.records import Confidence, Finding, Place, Summary
from scanner.secrets import preview
from scanner.suppress import Rule

if TYPE_CHECKING:
    from scanner.gate import Ready

TYPES = ("pre-commit", "commit-msg", "pre-push", "pre-receive")
_SCISSORS = b"\n# ------------------------ >8 ------------------------\n"
_REMOVE = {
    "pre-commit": "take it out of the file and `git add` that again; read the value from the environment or a vault",
    "commit-msg": "take it out of the message: `git commit` again",
    "pre-push": "take it out of every commit that holds it: `git commit --amend`, or `git rebase -i` for an older one",
}
_REMOVE["pre-receive"] = _REMOVE["pre-push"]


def run(
    kind: str,
    arguments: Sequence[str] = (),
    baseline: Sequence[str] = (),
    confidence: str = "",
    loaded: Sequence[Ready] = (),
) -> int:
    """Look at what git is about to take in; `loaded` the database that the first look came with.

    Returns 0 go on, 1 a credential was found, 3 something could not be looked at. Raises UsageError.
    """
    path = config_file(())
    config = configuration(path)
    baselines = (*baseline, *config.get("baseline", ()))
    detect = options.DetectSettings(
        engine=config.get("engine", "auto"),
        patterns=tuple(config.get("patterns", ())),
        minimum=options.confidence(confidence or config.get("confidence", "medium")),
        fingerprint_key=key_in_use(options.fingerprint_key(config), baselines),
    )
    more = allow_rules(config, path)
    if kind == "commit-msg":
        return _message(arguments, options.Settings(detect, baselines=baselines), more)
    source = options.SourceSettings(staged=True) if kind == "pre-commit" else _pushed(kind, arguments)
    if source is None:
        return ExitCode.CLEAN
    source = replace(source, exclude=tuple(config.get("exclude", ())))
    jobs = 1 if kind == "pre-commit" else options.default_jobs()
    wanted = options.Settings(detect, source=source, run=options.RunSettings(jobs), baselines=baselines)
    rules = Rules.of((".",), wanted, more)
    from scanner.pipeline import scan

    if loaded:
        from scanner.engines import offer

        offer(*loaded[0])
    found, summary = scan(_target(), wanted)
    if kind == "pre-commit" and summary.state == "complete" and summary.engine == "hyperscan":
        _leave_stamp(path, wanted, loaded)
    return _tell(kind, rules.suppressions.apply(found).left, summary)


def _leave_stamp(config: str, wanted: options.Settings, loaded: Sequence[Ready]) -> None:
    """Tell `scanner.gate` which database holds, where no configuration has a say in that."""
    if wanted.detect.patterns or wanted.detect.engine == "ahocorasick":
        return
    if config:
        with open(config, "rb") as stream:
            if b"extends" in stream.read():
                return
    from scanner.pipeline import detector_for

    database = detector_for(wanted.detect).database
    if loaded and loaded[0][0] == database:
        return  # the stamp is there
    import hyperscan._hs_ext as library

    from scanner import gate

    with suppress(OSError):  # a cache that cannot be written is no error
        gate.stamp(database, library.__file__)


def _target() -> str:
    """The repository that git runs the hook in: it names it, relative to where it starts the hook."""
    named = os.environ.get("GIT_DIR", "")
    return named if named and not os.path.exists(".git") else "."


def _pushed(kind: str, arguments: Sequence[str]) -> options.SourceSettings | None:
    """What the ref lines on standard input bring; None where they bring nothing."""
    rows = [line.split() for line in sys.stdin.read().splitlines() if line.strip()]
    if kind == "pre-receive":
        pairs = [(row[0], row[1]) for row in rows if len(row) == 3]
        known = ["--all"]
    else:
        pairs = [(row[3], row[1]) for row in rows if len(row) == 4] or _of_framework()
        remote = (arguments or (os.environ.get("PRE_COMMIT_REMOTE_NAME", ""),))[0]
        known = [f"--remotes={remote}"] if remote and "/" not in remote and ":" not in remote else []
    if rows and len(pairs) < len(rows):
        raise UsageError(f"{kind}: standard input holds lines that are not those of git")
    new = [after for _, after in pairs if after.strip("0")]
    known += [f"^{before}" for before, _ in pairs if before.strip("0")]
    return options.SourceSettings(push=tuple(new), known=tuple(known)) if new else None


def _of_framework() -> list[tuple[str, str]]:
    """pre-commit reads standard input itself and tells its hooks by the environment."""
    after = os.environ.get("PRE_COMMIT_TO_REF", "")
    return [(os.environ.get("PRE_COMMIT_FROM_REF", ""), after)] if after else []


def _message(arguments: Sequence[str], wanted: options.Settings, more: Sequence[Rule]) -> int:
    """The commit's message, without what git cuts off below its scissors."""
    if len(arguments) != 1:
        raise UsageError("commit-msg: git names the file of the message; give it")
    try:
        with open(arguments[0], "rb") as stream:
            text = stream.read()
    except OSError as error:
        raise UsageError(f"commit-msg: {arguments[0]}: cannot be read: {error.strerror}") from None
    from scanner.detector import Detector
    from scanner.ledger import Ledger
    from scanner.records import Origin

    detector = Detector(wanted.detect)
    ledger = Ledger(wanted.detect.fingerprint_key, detector.credential)
    sightings = list(detector.inspect((b"\n" + text).split(_SCISSORS)[0][1:]))
    ledger.add(sightings)
    origins = {place: [Origin("", kind="commit-message")] for place in _places(ledger)}
    ledger.settle(".", origins)
    found = [finding for finding in ledger.findings() if finding.confidence >= wanted.detect.minimum]
    left = Rules.of((".",), wanted, more).suppressions.apply(found).left
    return _tell("commit-msg", left, Summary((".",), 1, len(text), 0.0))


def _places(ledger: object) -> list[tuple[str, str]]:
    from scanner.ledger import Ledger

    assert isinstance(ledger, Ledger)
    return [(name, print_) for name, prints in ledger.objects().items() for print_ in prints]


def _tell(kind: str, findings: Sequence[Finding], summary: Summary) -> int:
    if summary.state != "complete":
        say("keysieve: not all could be looked at:")
        for fault in summary.errors[:5]:
            say(f"  {_plain(fault.object)}: {_plain(fault.problem)}")
    if findings:
        for line in _explained(kind, findings):
            say(line)
    if summary.state != "complete":
        return ExitCode.INCOMPLETE
    return ExitCode.FINDINGS if findings else ExitCode.CLEAN


def _explained(kind: str, findings: Sequence[Finding]) -> list[str]:
    counted = "a credential" if len(findings) == 1 else f"{len(findings)} credentials"
    what = {"pre-commit": "this commit adds", "commit-msg": "the message of this commit holds"}
    lines = [f"keysieve: {what.get(kind, 'this push brings')} {counted}", ""]
    for finding in findings:
        lines += _finding(finding)
    names = " ".join(finding.fingerprint[:16] for finding in findings[:3])
    return [
        *lines,
        "  Three ways on:",
        f"    remove  {_REMOVE[kind]}.",
        "    rotate  if anyone else may have seen it: revoke it and issue a new one. Deleting the line is not enough.",
        "    allow   if it opens nothing: end its line with the comment `keysieve:allow` and the reason, or put its",
        f"            fingerprint with the reason into .keysieveignore: {names}",
        "",
    ]


def _finding(finding: Finding) -> list[str]:
    level = Confidence(finding.confidence).label
    provider = f" ({finding.provider})" if finding.provider else ""
    lines = [f"  {_where(place)}" for place in finding.places[:3]]
    because = ", ".join(reason.text for reason in finding.reasons)
    lines += [
        f"    {_plain(finding.name + provider)}: {_plain(preview(finding.secret))}",
        f"    {level} confidence: {_plain(because)}",
    ]
    return [*lines, f"    {_plain(finding.respond)}", ""] if finding.respond else [*lines, ""]


def _where(place: Place) -> str:
    name = _plain(place.path) or place.kind.replace("-", " ")
    commit = f"  in commit {place.commit[:12]}" if place.commit else ""
    return f"{name}:{place.span.line}:{place.span.column}{commit}"


def _plain(text: str) -> str:
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
