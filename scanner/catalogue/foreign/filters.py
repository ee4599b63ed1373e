"""Filters of betterleaks: expressions that are true of what is not to be reported.

Read are `||`, `&&`, `!`, `matchesAny`, `containsAny`, `entropy` with a limit and `==`, on the secret, the match, the
line and the path. Each alternative stands for itself, so one that cannot be read costs only itself: then more is
reported, never less.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from scanner.catalogue.foreign import allowlists
from scanner.catalogue.foreign.draft import Imported, Note, any_of
from scanner.catalogue.foreign.expression import translate
from scanner.catalogue.foreign.symbols import Unmapped

_TOKEN = re.compile(
    r"\s*(?:(?P<text>`[^`]*`|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*')|(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<word>[A-Za-z_][\w.]*)|(?P<sign>\|\||&&|==|!=|<=|>=|\?\?|\?\.|[<>!()\[\],+:?;={}-])|(?P<end>\Z))"
)
_MOST = 64
_TARGETS: dict[str, str] = {"secret": "secret", "match": "match", "line": "line"}


class _Atom(NamedTuple):
    """`target` is secret, match, line, path, entropy or entropy_below; `why` says what could not be read."""

    target: str
    value: Any
    why: str = ""


_Either = list[list[_Atom]]
"""Alternatives of which each must hold whole."""


def of_rule(rule: dict[str, Any], ident: str, done: Imported) -> list[dict[str, Any]]:
    """What the rule does not count; what depends on places goes to `done.allow`."""
    return _read(str(rule.get("filter", "")), str(rule["id"]), [ident], done)


def file_wide(values: dict[str, Any], done: Imported) -> list[dict[str, Any]]:
    """What no rule of the file counts."""
    found = _read(str(values.get("prefilter", "")), "", [], done)
    return found + _read(str(values.get("filter", "")), "", [], done)


def _read(text: str, rule: str, idents: list[str], done: Imported) -> list[dict[str, Any]]:
    if not text.strip():
        return []
    try:
        alternatives = _Parser(text).all()
    except Unmapped as error:
        done.notes.append(Note(rule, "filter", str(error)))
        return []
    found: list[dict[str, Any]] = []
    for atoms in alternatives:
        why = next((atom.why for atom in atoms if atom.why), "")
        made = None if why else _table(atoms)
        paths = [atom.value for atom in atoms if atom.target == "path"]
        if made is None or len(paths) > 1 or (paths and set(made) - {"secret"}):
            done.notes.append(Note(rule, "filter", why or "content and place together"))
        elif paths:
            wanted = {"regexes": [allowlists.every(made["secret"])]} if made else {}
            allowlists.add(done, idents, {"path_regexes": paths} | wanted, {})
        elif not rule and set(made) == {"secret"}:
            allowlists.add(done, [], {"regexes": [allowlists.every(made["secret"])]}, {})
        else:
            found.append(made)
    return found


def _table(atoms: list[_Atom]) -> dict[str, Any] | None:
    made: dict[str, Any] = {}
    for atom in atoms:
        if atom.target in ("secret", "match", "line"):
            made.setdefault(atom.target, []).append(atom.value)
        elif atom.target in ("entropy", "entropy_below"):
            made[atom.target] = min(atom.value, made.get(atom.target, atom.value))
    return made


class _Parser:
    """Recursive descent over one expression, into alternatives."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._at = 0

    def all(self) -> _Either:
        found = self._either()
        if self._tokens[self._at][0] != "end":
            raise Unmapped("a filter of a form that is not known here")
        return found

    def _next(self, *values: str) -> str:
        kind, value = self._tokens[self._at]
        if value in values and kind in ("sign", "word"):
            self._at += 1
            return value
        return ""

    def _must(self, value: str) -> None:
        if not self._next(value):
            raise Unmapped("a filter of a form that is not known here")

    def _either(self) -> _Either:
        found = self._both()
        while self._next("||", "or"):
            found = found + self._both()
        return found

    def _both(self) -> _Either:
        found = self._not()
        while self._next("&&", "and"):
            right = self._not()
            found = [left + other for left in found for other in right]
            if len(found) > _MOST:
                raise Unmapped("a filter of more than 64 alternatives")
        return found

    def _not(self) -> _Either:
        if self._next("!", "not"):
            return _negated(self._not())
        if self._next("("):
            found = self._either()
            self._must(")")
            return found
        return [[self._atom()]]

    def _atom(self) -> _Atom:
        name = self._next_word().removeprefix("filter.")
        if name in ("matchesAny", "containsAny"):
            self._must("(")
            target = self._target()
            self._must(",")
            texts = self._texts()
            self._must(")")
            return _Atom(target, any_of(texts) if name == "matchesAny" else _contains(texts))
        if name == "entropy":
            return self._entropy()
        if name == "failsTokenEfficiency":
            self._call()
            return _Atom("", "", "token efficiency; our own randomness is weighed instead")
        if name in ("finding", "attributes", "get"):
            self._at -= 1
            return self._equal()
        raise Unmapped(f"the filter function {name!r}" if name else "a filter of a form that is not known here")

    def _entropy(self) -> _Atom:
        self._must("(")
        target = self._target()
        self._must(")")
        sign = self._next("<", "<=", ">", ">=")
        kind, number = self._tokens[self._at]
        self._at += 1
        if kind != "number" or target != "secret" or sign not in ("<", "<="):
            return _Atom("", "", "entropy of something else, or above a limit")
        return _Atom("entropy_below" if sign == "<" else "entropy", float(number))

    def _equal(self) -> _Atom:
        target = self._target()
        self._must("==")
        (text,) = self._texts(alone=True)
        return _Atom(target, _exactly(text))

    def _target(self) -> str:
        """finding["secret"], get(attributes, "path", "") or attributes["path"]."""
        word = self._next_word()
        if word == "get":
            self._must("(")
            word = self._next_word()
            self._must(",")
            (key,) = self._texts(alone=True)
            if self._next(","):
                self._texts(alone=True)
            self._must(")")
        else:
            self._must("[")
            (key,) = self._texts(alone=True)
            self._must("]")
        known: dict[str, str] = _TARGETS if word == "finding" else {"path": "path"} if word == "attributes" else {}
        if key not in known:
            raise Unmapped(f"a filter that looks at {key!r}" if key.replace("_", "").isalpha() else "a filter on more")
        return known[key]

    def _texts(self, alone: bool = False) -> list[str]:
        found: list[str] = []
        if not alone:
            self._must("[")
        while True:
            kind, value = self._tokens[self._at]
            if kind != "text":
                break
            self._at += 1
            found.append(_unquoted(value))
            if alone or not self._next(","):
                break
        if not alone:
            self._must("]")
        if not found:
            raise Unmapped("a filter of a form that is not known here")
        return found

    def _call(self) -> None:
        self._must("(")
        self._target()
        self._must(")")

    def _next_word(self) -> str:
        kind, value = self._tokens[self._at]
        self._at += kind == "word"
        return value if kind == "word" else ""


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while True:
        found = _TOKEN.match(text, at)
        if not found or not found.lastgroup:
            raise Unmapped("a filter of a form that is not known here")
        yield found.lastgroup, found[found.lastgroup]
        if found.lastgroup == "end":
            return
        at = found.end()


def _unquoted(token: str) -> str:
    if token[0] == "`":
        return token[1:-1]
    plain = {"n": "\n", "t": "\t", "r": "\r"}
    return re.sub(r"\\(.)", lambda found: plain.get(found[1], found[1]), token[1:-1], flags=re.DOTALL)


def _contains(texts: list[str]) -> str:
    return "|".join(translate("\\Q" + text + "\\E", limits=False).text for text in texts)


def _exactly(text: str) -> str:
    return f"\\A(?:{translate(chr(92) + 'Q' + text + chr(92) + 'E', limits=False).text})\\Z"


def _negated(found: _Either) -> _Either:
    """Not (a and b or c) is (not a or not b) and not c."""
    done: _Either = [[]]
    for atoms in found:
        done = [left + [_opposite(atom)] for left in done for atom in atoms]
        if len(done) > _MOST:
            raise Unmapped("a filter of more than 64 alternatives")
    return done


def _opposite(atom: _Atom) -> _Atom:
    if atom.why or atom.target.startswith("entropy"):
        return atom._replace(why=atom.why or "entropy of something else, or above a limit")
    return atom._replace(value=f"\\A(?![\\s\\S]*?(?:{atom.value}))")
