"""What was accepted with other scanners: gitleaks' ignore file and JSON, and detect-secrets' baseline, as rules.

By content wherever the file tells it, in the file it names; by line only where it does not.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any

from scanner.errors import UsageError
from scanner.records import Suppression
from scanner.suppress import Rule

_IGNORED = re.compile(r"(?:(?P<commit>[0-9a-f]{7,64}):)?(?P<path>.+):(?P<rule>[^:\s]+):(?P<line>[0-9]+)\Z")
_REDACTED = re.compile(r"REDACTED|.{0,8}(?:\.\.\.|\*{3,})\Z", re.DOTALL)
_DIGEST = re.compile(r"[0-9a-f]{40}\Z")


def rules(path: str, text: str) -> list[Rule] | None:
    """The rules of a file, None where it is none of these. Raises UsageError that names it and the place in it."""
    if path.endswith(("gitleaksignore", "betterleaksignore")):
        return list(_ignored(path, text))
    try:
        document = json.loads(text)
    except ValueError:
        return None
    if isinstance(document, list):
        return list(_reported(path, document))
    if isinstance(document, dict) and "plugins_used" in document and isinstance(document.get("results"), dict):
        return list(_hashed(path, document["results"]))
    return None


def _ignored(path: str, text: str) -> Iterator[Rule]:
    """Lines `commit:file:rule:line` and `file:rule:line`, or the SHA-256 of a credential; `#` begins a comment."""
    for number, raw in enumerate(text.splitlines(), 1):
        line = re.split(r"\s#|^#", raw)[0].strip().replace("\\", "/")
        found = _IGNORED.match(line)
        origin = Suppression("ignore", path, f"line {number}")
        if re.fullmatch(r"[0-9a-f]{64}", line):
            yield Rule(origin, digest=f"sha256:{line}")
        elif found:
            yield Rule(origin, paths=(_inside(found["path"]),), line=int(found["line"]), commit=found["commit"] or "")
        elif line:
            raise UsageError(f"{path}:{number}: is neither file:rule:line, with or without a commit, nor a SHA-256")


def _reported(path: str, rows: list[Any]) -> Iterator[Rule]:
    """A JSON report of gitleaks or betterleaks, which it takes as a baseline."""
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict) or not isinstance(row.get("File"), str) or "RuleID" not in row:
            raise UsageError(f"{path}: entry {number}: is none of a gitleaks report (RuleID, File, StartLine, Secret)")
        origin = Suppression("baseline", path, f"entry {number}: {row['RuleID']}")
        secret, where = row.get("Secret"), (_inside(row["File"]),)
        if isinstance(secret, str) and secret and not _REDACTED.match(secret):
            digest = hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
            yield Rule(origin, paths=_literally(where), digest=f"sha256:{digest}")
        elif isinstance(row.get("StartLine"), int):
            yield Rule(origin, paths=where, line=row["StartLine"], commit=str(row.get("Commit") or ""))
        else:
            raise UsageError(f"{path}: entry {number}: has neither a Secret nor a StartLine")


def _hashed(path: str, results: dict[str, Any]) -> Iterator[Rule]:
    """`.secrets.baseline`: SHA-1 of each credential, by file; what was audited as no secret stands there, too."""
    for name, rows in results.items():
        for row in rows if isinstance(rows, list) else [None]:
            digest = row.get("hashed_secret") if isinstance(row, dict) else None
            if not isinstance(row, dict) or not isinstance(digest, str) or not _DIGEST.match(digest):
                raise UsageError(f"{path}: results of {name!r}: an entry without a hashed_secret")
            said = {"True": "audited: a secret", "False": "audited: no secret"}.get(str(row.get("is_secret")), "")
            origin = Suppression("baseline", path, f"{row.get('type', '')} {said}".strip())
            yield Rule(origin, paths=_literally((_inside(name),)), digest=f"sha1:{digest}")


def _inside(path: str) -> str:
    return path.replace("\\", "/").removeprefix("./")


def _literally(paths: tuple[str, ...]) -> tuple[str, ...]:
    """Globs that match these paths only."""
    escaped = (re.sub(r"[*?\[]", lambda found: f"[{found[0]}]", path) for path in paths)
    return tuple(path if "/" in path else f"/{path}" for path in escaped)
