"""Findings, objects and bytes out of what each tool writes. A reader that fails says so in `problem`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from bench.records import Output, Reading

_SCANNED_BYTES = re.compile(r"scanned ~(\d+) bytes")
_SCANNED_COMMITS = re.compile(r"(\d+) commits scanned")
_LEAKS_FAULT = re.compile(r"^\S+ (ERR|FTL|PNC) |partial scan|incomplete scan", re.MULTILINE)


def keysieve(output: Output) -> Reading:
    """Schema keysieve/1; only a complete scan is a reading."""
    document = _json(output.report)
    scan = document["scan"]
    problem = "" if scan["state"] == "complete" else f"scan.state is {scan['state']!r}"
    return Reading(len(document["findings"]), scan["objects"], scan["bytes"], problem)


def kingfisher(output: Output) -> Reading:
    """Its report's summary; the audit beside it tells of repositories that were read in part."""
    document = _json(output.report)
    summary, audit = document["metadata"]["summary"], document["audit"]["summary"]
    broken = audit["scan_failed"] + audit["scan_partial"] + audit["pending"]
    problem = f"{broken} scans failed or partial" if broken else ""
    return Reading(summary["findings"], summary["blobs_scanned"], summary["bytes_scanned"], problem)


def gitleaks(output: Output) -> Reading:
    """A list of findings; the log has the volume. A scan cut short by an error exits as any other."""
    return _leaks(output, len(_json(output.report)))


def betterleaks(output: Output) -> Reading:
    """As gitleaks, with the list inside a document."""
    return _leaks(output, len(_json(output.report)["findings"] or ()))


def trufflehog(output: Output) -> Reading:
    """One finding a line; the last line of the log has chunks and bytes."""
    findings = sum('"DetectorName"' in line for line in _text(output.stdout).splitlines())
    for line in reversed(_text(output.stderr).splitlines()):
        if '"finished scanning"' in line:
            last = json.loads(line)
            return Reading(findings, last["chunks"], last["bytes"])
    return Reading(findings, problem="the log does not say that the scan finished")


def detect_secrets(output: Output) -> Reading:
    """A baseline: findings by file."""
    return Reading(sum(len(found) for found in _json(output.stdout)["results"].values()))


def ripgrep(output: Output) -> Reading:
    """Matching lines, one count per file with any."""
    lines = _text(output.stdout).splitlines()
    return Reading(sum(int(line.rpartition(":")[2]) for line in lines))


def whole(output: Output) -> Reading:
    """A floor that reads everything: what the target holds."""
    return Reading(None, output.target.objects, output.target.bytes)


def _leaks(output: Output, findings: int) -> Reading:
    log = _text(output.stderr)
    commits, size = _SCANNED_COMMITS.search(log), _SCANNED_BYTES.search(log)
    problem = "the log says that the scan met an error" if _LEAKS_FAULT.search(log) else ""
    return Reading(findings, int(commits[1]) if commits else None, int(size[1]) if size else None, problem)


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


def _json(path: Path) -> Any:
    return json.loads(path.read_bytes())
