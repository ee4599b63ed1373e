"""Rule files of Nosey Parker and Kingfisher: YAML with `rules`, each a `pattern` in the syntax of Rust.

The published form: github.com/praetorian-inc/noseyparker, docs/RULES.md; github.com/mongodb/kingfisher, docs/RULES.md.
"""

from __future__ import annotations

import os
from typing import Any

from scanner.catalogue.foreign.draft import Draft, Imported, Note, any_of, slug, table
from scanner.catalogue.foreign.symbols import Unmapped
from scanner.errors import UsageError

_OWN = ("kingfisher.", "np.")
_SCORES = {"low": 0.4, "medium": 0.6, "high": 0.7}
_SAID = {
    "id", "name", "pattern", "min_entropy", "confidence", "pattern_requirements", "visible", "examples", "references",
    "categories", "description", "negative_examples", "non_examples",
}  # fmt: skip
_WHY = {
    "validation": "requests of a foreign file are not sent; `--verify` asks by our own",
    "revocation": "nothing is revoked by a foreign file",
    "depends_on_rule": "what another rule finds serves requests only",
    "prevalidated": "whether it lives is said by its provider only",
}
_DIGITS = {"min_digits": "0-9", "min_uppercase": "A-Z", "min_lowercase": "a-z"}


def read(path: str) -> Imported:
    """The file, or a folder of them, as patterns of ours. Raises UsageError that names it."""
    done = Imported(os.path.basename(path.rstrip("/")))
    for name in _files(path):
        done.files.append(name)
        for rule in _rules(name, done):
            _rule(rule, done)
    return done


def _files(path: str) -> list[str]:
    if not os.path.isdir(path):
        return [path]
    found = [os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names]
    return sorted(name for name in found if name.endswith((".yml", ".yaml")))


def _rules(path: str, done: Imported) -> list[dict[str, Any]]:
    try:
        import yaml
    except ImportError:
        raise UsageError(f"{path}: YAML rules need another package: pip install 'keysieve[yaml]'") from None
    try:
        with open(path, encoding="utf-8") as stream:
            document = yaml.load(stream, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        raise UsageError(f"{path}: is not YAML" + (f": line {mark.line + 1}" if mark else "")) from None
    if not isinstance(document, dict) or not isinstance(document.get("rules", document.get("rulesets")), list):
        raise UsageError(f"{path}: holds no list of rules as Nosey Parker and Kingfisher have them")
    if "rulesets" in document:
        done.notes.append(Note("", "rulesets", "all rules of a file are in use"))
    rules = document.get("rules", [])
    for number, rule in enumerate(rules, 1):
        said = isinstance(rule, dict) and all(isinstance(rule.get(key), str) for key in ("id", "name", "pattern"))
        if not said:
            raise UsageError(f"{path}: rule {number}: needs the texts id, name and pattern")
    return list(rules)


def _rule(rule: dict[str, Any], done: Imported) -> None:
    name = rule["id"]
    done.rules += 1
    done.notes += [Note(name, key, _WHY.get(key, "is not known")) for key in sorted(set(rule) - _SAID)]
    if rule.get("visible") is False:
        done.notes.append(Note(name, "visible", "it is not reported on its own; what it finds serves requests only"))
        return
    prefix = "" if name.startswith(_OWN) else "kingfisher-"
    ident = slug(name, prefix, (made["id"] for made in done.tables))
    score = _SCORES.get(str(rule.get("confidence") or "medium").lower(), 0.6)
    draft = Draft(name, rule["name"], rule["pattern"], ident, "TOKEN", score=score, rust=True)
    if isinstance(rule.get("min_entropy"), (int, float)) and rule["min_entropy"] > 0:
        draft.unless.append({"entropy": float(rule["min_entropy"])})
    draft.unless += _requirements(rule, done)
    made = table(draft, done.notes)
    if made:
        done.tables.append(made)


def _requirements(rule: dict[str, Any], done: Imported) -> list[dict[str, Any]]:
    """At least so many characters of a class, and words that must not be in it."""
    found: list[dict[str, Any]] = []
    for key, value in (rule.get("pattern_requirements") or {}).items():
        inside = _DIGITS.get(key)
        if inside and isinstance(value, int):
            found += [{"secret": f"\\A[^{inside}]*(?:[{inside}][^{inside}]*){{0,{value - 1}}}\\Z"}] if value > 0 else []
        elif key == "ignore_if_contains" and isinstance(value, list):
            try:
                found.append({"secret": any_of([str(text) for text in value], plain=True)})
            except Unmapped as error:
                done.notes.append(Note(rule["id"], key, str(error)))
        else:
            done.notes.append(Note(rule["id"], f"pattern_requirements.{key}", "is not known"))
    return found
