"""Allowlists of gitleaks: by paths and commits as `allow` tables, by content as what a pattern does not count."""

from __future__ import annotations

from typing import Any

from scanner.catalogue.foreign.draft import Imported, Note, any_of
from scanner.catalogue.foreign.symbols import Unmapped
from scanner.errors import UsageError

_KNOWN = {"description", "condition", "commits", "paths", "regextarget", "regexes", "stopwords", "targetrules"}
_BOTH = "an allowlist that looks at the line or the match and at paths or commits, too"
_OURS = "an allowlist on lines or matches counts for the imported rules only"


def listed(values: dict[str, Any]) -> list[dict[str, Any]]:
    """The allowlists of a file or a rule, in the old form and in the new one."""
    old = values.get("allowlist", [])
    return [*(old if isinstance(old, list) else [old]), *values.get("allowlists", [])]


def of_rule(rule: dict[str, Any], ident: str, done: Imported) -> list[dict[str, Any]]:
    """What the rule does not count; what its lists say of places goes to `done.allow`."""
    found: list[dict[str, Any]] = []
    for item in listed(rule):
        found += _content(item, str(rule["id"]), [ident], done)
    return found


def file_wide(values: dict[str, Any], slugs: dict[str, str], done: Imported) -> list[dict[str, Any]]:
    """What no rule of the file counts; what is said of places and of credentials goes to `done.allow`."""
    found: list[dict[str, Any]] = []
    for item in listed(values):
        targets = [slugs[name] for name in map(str, item.get("targetrules", ())) if name in slugs]
        if item.get("targetrules") and not targets:
            done.notes.append(Note("", "allowlists.targetRules", "names no rule of the file"))
            continue
        found += _content(item, "", targets, done)
    return found


def _content(item: dict[str, Any], rule: str, idents: list[str], done: Imported) -> list[dict[str, Any]]:
    """One list. Of a rule, and where it looks at lines, what is content is returned; else all becomes `allow`."""
    done.notes += [Note(rule, f"allowlists.{key}", "is not known") for key in sorted(set(item) - _KNOWN)]
    try:
        found, target = _conditions(item), str(item.get("regextarget") or "secret").lower()
    except Unmapped as error:
        done.notes.append(Note(rule, "allowlists", str(error)))
        return []
    together = str(item.get("condition") or "or").lower() in ("and", "&&")
    places: dict[str, Any] = {key: found.pop(key) for key in ("path_regexes", "commits") if key in found}
    if together and places and found:
        if target != "secret" and "regexes" in found:
            done.notes.append(Note(rule, "allowlists", _BOTH))
            return []
        add(done, idents, places | {"regexes": _all(found)}, item)
        return []
    apart: list[dict[str, Any]] = [{key: value} for key, value in places.items()]
    for said in [places] if together and places else apart:
        add(done, idents, said, item)
    tables = _tables(found, target, together)
    if rule:
        return tables
    own: list[dict[str, Any]] = []
    for made in tables:
        if set(made) == {"secret"}:
            add(done, idents, {"regexes": [every(made["secret"])]}, item)
        elif not idents:
            own.append(made)
            done.notes.append(Note("", "allowlists", _OURS, False))
        else:
            done.notes.append(Note("", "allowlists", "an allowlist on lines or matches for some rules only"))
    return own


def _conditions(item: dict[str, Any]) -> dict[str, Any]:
    for key in ("commits", "paths", "regexes", "stopwords", "targetrules"):
        if not isinstance(item.get(key, []), list) or not all(isinstance(text, str) for text in item.get(key, [])):
            raise UsageError(f"allowlist: {key!r} must be a list of texts")
    found: dict[str, Any] = {}
    if item.get("paths"):
        found["path_regexes"] = [any_of([text]) for text in item["paths"] if text]
    if item.get("commits"):
        found["commits"] = [text.lower() for text in item["commits"]]
    if item.get("regexes"):
        found["regexes"] = any_of([text for text in item["regexes"] if text])
    if item.get("stopwords"):
        found["stopwords"] = any_of([text for text in item["stopwords"] if text], plain=True)
    return found


def _tables(found: dict[str, Any], target: str, together: bool) -> list[dict[str, Any]]:
    key = target if target in ("match", "line") else "secret"
    made = [{key: found["regexes"]}] if "regexes" in found else []
    if "stopwords" in found:
        made.append({"secret": found["stopwords"]})
    if together and len(made) == 2:
        return [{key: made[0][key], "secret": made[1]["secret"]} if key != "secret" else {"secret": [*found.values()]}]
    return made


def _all(found: dict[str, Any]) -> list[str]:
    return [every(list(found.values()))]


def every(texts: str | list[str]) -> str:
    """One expression that is found where each of `texts` is."""
    if isinstance(texts, str):
        return texts
    return texts[0] if len(texts) == 1 else "(?s)\\A" + "".join(f"(?=.*?(?:{text}))" for text in texts)


def add(done: Imported, idents: list[str], said: dict[str, Any], item: dict[str, Any]) -> None:
    """An `allow` table whose lists must all hold."""
    table: dict[str, Any] = {"condition": "and"} if len(said) + bool(idents) > 1 else {}
    table |= {"patterns": idents} if idents else {}
    done.allow.append(table | said | {"reason": str(item.get("description") or f"{done.name}: allowed there")})
