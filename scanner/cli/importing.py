"""`keysieve config import`: rules of another scanner as files of ours, and a table of what they lost."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

from scanner.cache import write_atomically
from scanner.catalogue import schema
from scanner.catalogue.foreign import file as foreign
from scanner.catalogue.foreign.draft import Imported
from scanner.errors import UsageError

_CONFIG = "keysieve.toml"


def imported(file: str, folder: str, dry_run: bool) -> Iterator[str]:
    """Read `file`, write its patterns into `folder`, and say so line by line. Raises UsageError."""
    if not os.path.exists(file):
        raise UsageError(f"{file}: no such file or folder")
    if not os.path.isdir(file) and not foreign.is_foreign(file):
        raise UsageError(f"{file}: is no configuration of gitleaks or betterleaks, and no YAML rules")
    done = foreign.read(file)
    schema_check(done, file)
    if not dry_run:
        yield from _write(done, folder)
    allowed = f", with {len(done.allow):,} tables of what is allowed" if done.allow else ""
    parts = f", {done.parts:,} more serve them as parts" if done.parts else ""
    yield f"{len(done.tables):,} of {done.rules:,} rules can be patterns of ours{parts}{allowed}"
    if done.notes:
        yield from ("", *_table(done))


def schema_check(done: Imported, file: str) -> None:
    """Raise PatternError where a table of it could not be loaded."""
    if done.tables:
        schema.credentials(done.document(), file)


def _write(done: Imported, folder: str) -> Iterator[str]:
    name = os.path.splitext(done.name.lstrip("."))[0] or "imported"
    path = os.path.join(folder, f"{name}.toml")
    if os.path.exists(path):
        raise UsageError(f"{path}: is there already; take it away, or name another folder with --output")
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be made: {error.strerror}") from None
    if done.tables:
        write_atomically(path, pattern_file(done).encode())
        yield f"{path}: written"
    config = "".join(f"[[allow]]\n{_lines(table)}\n" for table in done.allow)
    named = f"patterns = {_value([folder])}\n" if done.tables else ""
    if os.path.exists(_CONFIG):
        yield f"{_CONFIG} is there already; add to it:\n\n{named}\n{config}"
    elif named or config:
        write_atomically(_CONFIG, f"{named}\n{config}".strip().encode() + b"\n")
        yield f"{_CONFIG}: written"


def _table(done: Imported) -> Iterator[str]:
    """The table for people: what, why, of how many rules, and of which."""
    counted = Counter((note.gone, note.key, note.why) for note in done.notes)
    for gone, title in ((True, "Left out:"), (False, "In use with a difference:")):
        rows = [(key, why, count) for (left, key, why), count in counted.items() if left is gone]
        if rows:
            yield title
        for key, why, count in sorted(rows, key=lambda row: (-row[2], row)):
            names = [note.rule for note in done.notes if (note.gone, note.key, note.why) == (gone, key, why)]
            of = ", ".join(name for name in names[:4] if name) + (", ..." if len(names) > 4 else "")
            yield f"  {count:5,}  {_plain(key)}: {_plain(why)}" + (f" ({_plain(of)})" if of else "")


def pattern_file(done: Imported) -> str:
    """The tables as TOML."""
    head = done.document()["provider"]
    respond = head.pop("respond")
    text = f"[provider]\n{_lines(head)}[provider.respond]\n{_lines(respond)}"
    for table in done.tables:
        parts = table.get("part", [])
        text += f"\n[[credential]]\n{_lines({key: value for key, value in table.items() if key != 'part'})}"
        text += "".join(f"[[credential.part]]\n{_lines(part)}" for part in parts)
    return text


def _lines(table: dict[str, Any]) -> str:
    return "".join(f"{key} = {_value(value)}\n" for key, value in table.items())


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, str) and "\\" in value and "'''" not in value and value.isprintable() and value[-1] != "'":
        return f"'''{value}'''"
    return json.dumps(value).replace("\x7f", "\\u007f")


def _plain(text: str) -> str:
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
