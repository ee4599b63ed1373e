"""The configuration that gitleaks and betterleaks read: rules, what they extend, allowlists and filters.

Keys count in any case, as there. The published form: github.com/gitleaks/gitleaks, README, "Configuration";
github.com/betterleaks/betterleaks, docs/config.md.
"""

from __future__ import annotations

import os
import tomllib
from typing import Any

from scanner.catalogue.foreign import allowlists, filters
from scanner.catalogue.foreign.draft import Draft, Imported, Note, slug, table
from scanner.errors import UsageError

PREFIX = "gitleaks-"
_MOST_FILES = 3  # as there: two files below the first one
_KNOWN = {
    "id", "description", "regex", "path", "keywords", "entropy", "secretgroup", "tags", "allowlist", "allowlists",
    "filter", "skipreport", "required",
}  # fmt: skip
_TOP = {
    "title", "description", "extend", "rules", "allowlist", "allowlists", "filter", "prefilter", "minversion",
    "betterleaksminversion",
}  # fmt: skip
_WHY = {
    "validate": "requests of a foreign file are not sent; `--verify` asks by our own",
    "prefilter": "a filter of one rule before its expression",
    "specificity": "which rule wins is decided by evidence",
}


def is_config(values: dict[str, Any]) -> bool:
    """Whether a TOML document has this form and not ours."""
    keys = {key.lower() for key in values}
    return bool(keys & (_TOP - {"title", "description"})) and not keys & {"provider", "credential", "extends"}


def read(path: str) -> Imported:
    """The file as patterns of ours. Raises UsageError that names it."""
    done = Imported(os.path.basename(path))
    values = _extended(path, done, _MOST_FILES)
    rules = {str(rule.get("id", "")): rule for rule in values.get("rules", [])}
    done.rules = len(rules)
    done.notes += [Note("", key, "is not known") for key in sorted(set(values) - _TOP)]
    slugs: dict[str, str] = {}
    for name in rules:
        slugs[name] = slug(name, PREFIX, slugs.values())
    everywhere = allowlists.file_wide(values, slugs, done)
    everywhere += filters.file_wide(values, done)
    needed = {str(item.get("id", "")) for rule in rules.values() for item in rule.get("required", [])}
    for name, rule in rules.items():
        _rule(rule, rules, slugs, done)
        if rule.get("skipreport") and name in needed:
            done.parts += 1
        elif rule.get("skipreport"):
            done.notes.append(Note(name, "skipReport", "no rule requires it, and it is not reported on its own"))
    for made in done.tables:
        made["unless"] = [*made.get("unless", []), *everywhere]
        if not made["unless"]:
            del made["unless"]
    return done


def _rule(rule: dict[str, Any], rules: dict[str, Any], slugs: dict[str, str], done: Imported) -> None:
    name, notes = str(rule.get("id", "")), done.notes
    notes += [Note(name, key, _WHY.get(key, "is not known")) for key in sorted(set(rule) - _KNOWN)]
    if rule.get("skipreport"):
        return
    if not rule.get("regex"):
        notes.append(Note(name, "path", "a rule that reports a file by its name alone"))
        return
    draft = Draft(
        name, str(rule.get("description") or name), str(rule["regex"]), slugs[name],
        int(rule.get("secretgroup", 0)) or None, tuple(map(str, rule.get("keywords", ()))),
        path=str(rule.get("path", "")),
    )  # fmt: skip
    if rule.get("entropy"):
        draft.unless.append({"entropy": float(rule["entropy"])})
    draft.unless += allowlists.of_rule(rule, slugs[name], done)
    draft.unless += filters.of_rule(rule, slugs[name], done)
    draft.required = _required(rule, rules, name, notes)
    made = table(draft, notes)
    if made:
        done.tables.append(made)


def _required(
    rule: dict[str, Any], rules: dict[str, Any], name: str, notes: list[Note]
) -> list[tuple[str, str, int | str | None]]:
    found: list[tuple[str, str, int | str | None]] = []
    for item in rule.get("required", ()):
        other = rules.get(str(item.get("id", "")))
        if other and other.get("regex"):
            found.append((slug(str(other["id"]), ""), str(other["regex"]), int(other.get("secretgroup", 0)) or None))
        else:
            notes.append(Note(name, "required", "requires a rule that is not in the file or has no expression"))
    return found


def _extended(path: str, done: Imported, left: int) -> dict[str, Any]:
    """The file over what it extends."""
    values = _lowered(_document(path))
    _check(path, values)
    done.files.append(path)
    extend = values.get("extend") or {}
    if extend.get("usedefault"):
        done.notes.append(Note("", "extend.useDefault", "our own patterns stand in for the default ones", False))
    if extend.get("url"):
        done.notes.append(Note("", "extend.url", "nothing is fetched; name a file"))
    disabled = [str(name) for name in extend.get("disabledrules", ())]
    base: dict[str, Any] = {}
    if extend.get("path") and left > 1:
        beside = os.path.join(os.path.dirname(path), str(extend["path"]))
        base = _extended(beside if os.path.isfile(beside) else str(extend["path"]), done, left - 1)
    elif extend.get("path"):
        done.notes.append(Note("", "extend.path", f"more than {_MOST_FILES} files that extend each other"))
    known = {str(rule.get("id", "")) for rule in base.get("rules", ())}
    for name in disabled:
        if name not in known:
            why = "a default rule; leave out a kind of ours with `patterns` in an `allow` table"
            done.notes.append(Note(name, "extend.disabledRules", why))
    return _over(base, values, set(disabled))


def files(path: str) -> list[str]:
    """The file and those that it extends."""
    done = Imported("")
    _extended(path, done, _MOST_FILES)
    return done.files


def _over(base: dict[str, Any], values: dict[str, Any], disabled: set[str]) -> dict[str, Any]:
    rules = {str(rule.get("id", "")): rule for rule in base.get("rules", ()) if str(rule.get("id", "")) not in disabled}
    for rule in values.get("rules", ()):
        name = str(rule.get("id", ""))
        below = rules.get(name, {})
        joined = {key: [*below.get(key, []), *rule.get(key, [])] for key in ("tags", "keywords", "allowlists")}
        rules[name] = below | rule | {key: items for key, items in joined.items() if items}
    lists = [*allowlists.listed(base), *allowlists.listed(values)]
    rest = {key: value for key, value in values.items() if key not in ("allowlist", "allowlists")}
    return base | rest | {"rules": list(rules.values()), "allowlists": lists}


def _document(path: str) -> dict[str, Any]:
    try:
        with open(path, "rb") as stream:
            return tomllib.load(stream)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: is not TOML: {error}") from None


def _lowered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key.lower(): _lowered(item) for key, item in value.items()}
    return [_lowered(item) for item in value] if isinstance(value, list) else value


_KINDS: dict[str, type | tuple[type, ...]] = {
    "id": str, "description": str, "regex": str, "path": str, "keywords": list, "entropy": (int, float),
    "secretgroup": int, "tags": list, "allowlist": (dict, list), "allowlists": list, "filter": str,
    "skipreport": bool, "required": list, "prefilter": str, "extend": dict, "rules": list,
}  # fmt: skip


def _check(path: str, values: dict[str, Any]) -> None:
    """Raise UsageError where a known key holds something of another kind, or a rule has no id."""
    _kinds(path, "", values)
    for number, rule in enumerate(values.get("rules", ()), 1):
        if not isinstance(rule, dict) or not rule.get("id") or not isinstance(rule["id"], str):
            raise UsageError(f"{path}: rule {number}: has no id")
        _kinds(path, f"rule {rule['id']!r}: ", rule)
    for holder in (values, *values.get("rules", ())):
        for item in (*allowlists.listed(holder), *(holder.get("required", ()) if holder is not values else ())):
            if not isinstance(item, dict):
                raise UsageError(f"{path}: allowlists and required must be tables")


def _kinds(path: str, where: str, values: dict[str, Any]) -> None:
    for key, value in values.items():
        kind = _KINDS.get(key)
        if kind and (not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)):
            raise UsageError(f"{path}: {where}{key!r} has the wrong type {type(value).__name__}")
