"""An expression as Go (RE2) and Rust write it -> the same for `regex` over bytes, every repetition with a limit.

The text is read whole and written anew, so nothing depends on how two dialects happen to agree: flags in the middle
reach to the end of their group, `$` is the end of the text, a brace that counts nothing is a character.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from scanner.catalogue import widths
from scanner.catalogue.foreign.symbols import WIDE, CharClass, Unmapped, plain


class Translated(NamedTuple):
    """`text` for `regex`, how many groups it had, and what is not quite as it was."""

    text: str
    changes: tuple[str, ...]


LINE, LONG = 256, 8192
"""How many bytes a repetition without a limit may take: in one line, and where the text may go over lines."""
_SCALES = (1.0, 0.5, 0.2, 0.05)
LIMITED = "repetitions without a limit end after some hundred bytes"

_GROUP = re.compile(
    r"\(\?(?:P?<(?P<name>[A-Za-z_]\w*)>|(?P<look><?[=!]|>)|(?P<on>[imsxUu]*)(?P<off>-[imsxUu]+)?(?P<end>[:)]))"
)
_COUNT = re.compile(r"\{(\d+)(,(\d*))?\}")
_HEX = re.compile(r"x\{([0-9A-Fa-f]{1,6})\}|x([0-9A-Fa-f]{2})|([0-7]{3}|0)")
_PROPERTIES = {
    "L": r"A-Za-z\x80-\xff", "Lu": "A-Z", "Ll": "a-z", "N": "0-9", "Nd": "0-9", "Letter": r"A-Za-z\x80-\xff",
}  # fmt: skip
_CONTROLS = {"t": r"\t", "n": r"\n", "r": r"\r", "f": r"\f", "v": r"\v", "a": r"\x07", "e": r"\x1b"}


def translate(text: str, secret: int | str | None = None, limits: bool = True, rust: bool = False) -> Translated:
    """`text` for `regex`; `secret` is the number or the name of the group that holds the credential.

    Without it one group is the credential, and of several the first that takes part. With `limits` every repetition
    gets one. Raises Unmapped.
    """
    groups, names = _Reader(text, None, 0, rust).groups()
    if isinstance(secret, str):
        secret = names.get(secret) or (1 if groups else None)
    if isinstance(secret, int) and secret > groups:
        raise Unmapped("it names a group that its expression does not have")
    if secret is None and groups == 1:
        secret = 1
    for scale in _SCALES:
        reader = _Reader(text, secret, scale if limits else 0, rust)
        done = reader.all()
        try:
            wide = widths.width(done)
        except ValueError as error:
            raise Unmapped(f"its expression is none: {error}") from None
        if not limits or wide <= 20_000:
            return Translated(done, tuple(reader.changes))
    raise Unmapped("its matches may be longer than 20,000 bytes")


class _Atom(NamedTuple):
    text: str
    long: bool = False  # may hold letters and ends of lines


class _Reader:
    """One pass over an expression."""

    def __init__(self, text: str, secret: int | None, scale: float, rust: bool) -> None:
        self.text = text
        self.at = 0
        self.changes: dict[str, None] = {}
        self._secret = secret
        self._scale = scale
        self._rust = rust
        self._count = 0
        self._names: dict[str, int] = {}

    def groups(self) -> tuple[int, dict[str, int]]:
        """How many groups there are, and the numbers of those with names."""
        self.all()
        return self._count, self._names

    def all(self) -> str:
        """The whole text, written anew."""
        done = self._alternatives(frozenset())
        if self.at < len(self.text):
            raise Unmapped("its expression is none: a parenthesis closes nothing")
        return done

    def _alternatives(self, outer: frozenset[str]) -> str:
        """Up to the end of the group; a flag in the middle holds from there on, for later branches too."""
        flags = outer
        branches: list[str] = []
        runs: list[tuple[frozenset[str], list[str]]] = [(flags, [])]
        while self.at < len(self.text) and self.text[self.at] != ")":
            if self.text[self.at] == "|":
                self.at += 1
                branches.append(_joined(runs, outer))
                runs = [(flags, [])]
                continue
            changed = self._flags_alone(flags)
            if changed is not None:
                flags = changed
                runs.append((flags, []))
            elif not self._blank(flags):
                runs[-1][1].append(self._repeated(flags))
        return "|".join([*branches, _joined(runs, outer)])

    def _flags_alone(self, flags: frozenset[str]) -> frozenset[str] | None:
        found = _GROUP.match(self.text, self.at)
        if found and found["end"] == ")":
            self.at = found.end()
            return _changed(flags, found)
        return None

    def _blank(self, flags: frozenset[str]) -> bool:
        """Step over what counts for nothing in an expression with blanks and comments."""
        if self.text.startswith("(?#", self.at):
            self.at = self.text.find(")", self.at) + 1 or len(self.text)
            return True
        if "x" in flags and self.text[self.at].isspace():
            self.at += 1
            return True
        if "x" in flags and self.text[self.at] == "#":
            self.at = self.text.find("\n", self.at) + 1 or len(self.text)
            return True
        return False

    def _repeated(self, flags: frozenset[str]) -> str:
        atom = self._atom(flags)
        done = atom.text
        while self.at < len(self.text):
            while "x" in flags and self.at < len(self.text) and self._blank(flags):
                pass
            bounds = self._bounds()
            if bounds is None:
                break
            low, high = bounds
            if high is None and self._scale:
                high = self._limit(atom, done, low)
                self.changes[LIMITED] = None
            if high is not None and high < low:
                raise Unmapped("its expression is none: a repetition ends before it begins")
            counted = f"{{{low}}}" if low == high else f"{{{low},{'' if high is None else high}}}"
            done += {(0, None): "*", (1, None): "+", (0, 1): "?"}.get((low, high), counted)
            if self.text[self.at : self.at + 1] in ("?", "+"):
                done += self.text[self.at]
                self.at += 1
            atom = _Atom(f"(?:{done})", atom.long)
            if self.text[self.at : self.at + 1] in ("*", "+", "?"):
                raise Unmapped("its expression is none: a repetition of a repetition")
        return done

    def _bounds(self) -> tuple[int, int | None] | None:
        char = self.text[self.at : self.at + 1]
        if char and char in "*+?":
            self.at += 1
            return {"*": (0, None), "+": (1, None), "?": (0, 1)}[char]
        found = _COUNT.match(self.text, self.at)
        if not found:
            return None
        self.at = found.end()
        low = int(found[1])
        return low, (low if found[2] is None else int(found[3]) if found[3] else None)

    def _limit(self, atom: _Atom, text: str, low: int) -> int:
        try:
            wide = max(1, widths.width(text))
        except ValueError:
            wide = 1
        return max(int((LONG if atom.long else LINE) * self._scale) // wide, 2 * low, 2)

    def _atom(self, flags: frozenset[str]) -> _Atom:
        char = self.text[self.at]
        if char == "(":
            return _Atom(self._group(flags))
        self.at += 1
        if char == "[":
            text, long = CharClass(self, "x" in flags, self._rust).read()
            return _Atom(text, long)
        if char == "\\":
            return _Atom(self._escape())
        if char == ".":
            return _Atom(".", "s" in flags)
        if char == "$":
            return _Atom("$" if "m" in flags else r"\Z")
        if char in "*+?":
            raise Unmapped("its expression is none: nothing to repeat")
        return _Atom("^" if char == "^" else self._char(char))

    def _group(self, flags: frozenset[str]) -> str:
        found = _GROUP.match(self.text, self.at)
        if found is None and self.text.startswith("(?", self.at):
            raise Unmapped("a group of a kind that is not known here")
        self.at = found.end() if found else self.at + 1
        if found and found["look"]:
            opening, inner = f"(?{found['look']}", flags
        elif found and found["end"]:
            inner = _changed(flags, found)
            opening = _scope(inner, flags) or "(?:"
        else:
            opening, inner = self._capture(found["name"] if found else ""), flags
        body = self._alternatives(inner)
        if self.text[self.at : self.at + 1] != ")":
            raise Unmapped("its expression is none: a parenthesis is not closed")
        self.at += 1
        return f"{opening}{body})"

    def _capture(self, name: str) -> str:
        self._count += 1
        if name:
            self._names[name] = self._count
        if self._secret is None:
            return "("
        return "(?P<secret>" if self._count == self._secret else "(?:"

    def _escape(self) -> str:
        char = self.text[self.at : self.at + 1]
        if char == "Q":
            end = self.text.find("\\E", self.at)
            quoted = self.text[self.at + 1 : end if end >= 0 else len(self.text)]
            self.at = end + 2 if end >= 0 else len(self.text)
            return "(?:" + "".join(map(self._char, quoted)) + ")"
        if char and char in "dDwWsSbBA":
            self.at += 1
            return f"\\{char}"
        if char == "z":
            self.at += 1
            return r"\Z"
        if char == "C":
            self.at += 1
            return r"[\x00-\xff]"
        if char == "h":
            self.at += 1
            return r"[\t\x20]"
        if char in ("p", "P"):
            return f"[{'^' if char == 'P' else ''}{self.property()}]"
        return self._char(self.single())

    def single(self) -> str:
        """The one character that an escape stands for, its backslash read already."""
        found = _HEX.match(self.text, self.at)
        if found:
            self.at = found.end()
            return chr(int(found[1] or found[2], 16) if found[1] or found[2] else int(found[3], 8))
        char = self.text[self.at : self.at + 1]
        self.at += 1
        if char in _CONTROLS:
            return bytes(_CONTROLS[char], "ascii").decode("unicode_escape")
        if not char or char.isalnum():
            raise Unmapped("a reference to a group" if char.isdigit() else f"the escape \\{char}")
        return char

    def property(self) -> str:
        """The inside of a class for a property such as \\pL."""
        found = re.compile(r"[pP](?:\{(\w+)\}|(\w))").match(self.text, self.at)
        inside = _PROPERTIES.get(found[1] or found[2]) if found else None
        if found is None or inside is None:
            raise Unmapped("a class of Unicode characters")
        self.at = found.end()
        self.changes[WIDE] = None
        return inside

    def _char(self, char: str) -> str:
        if ord(char) < 0x80:
            return plain(char)
        self.changes[WIDE] = None
        return "(?:" + "".join(f"\\x{byte:02x}" for byte in char.encode("utf-8", "surrogatepass")) + ")"


def _changed(flags: frozenset[str], found: re.Match[str]) -> frozenset[str]:
    on, off = set(found["on"] or ""), set((found["off"] or "").lstrip("-"))
    if "U" in on:
        raise Unmapped("the flag U")
    return frozenset((flags | on) - off)


def _scope(flags: frozenset[str], outer: frozenset[str]) -> str:
    """How a group with other flags opens, or ""; blanks and comments are gone when it is written."""
    on, off = ("".join(sorted(item & set("ims"))) for item in (flags - outer, outer - flags))
    return f"(?{on}{'-' + off if off else ''}:" if on or off else ""


def _joined(runs: list[tuple[frozenset[str], list[str]]], outer: frozenset[str]) -> str:
    return "".join(_parts(runs, outer))


def _parts(runs: list[tuple[frozenset[str], list[str]]], outer: frozenset[str]) -> Iterator[str]:
    for flags, texts in runs:
        opening = _scope(flags, outer)
        if texts:
            yield f"{opening}{''.join(texts)})" if opening else "".join(texts)
