"""One question of `keysieve baseline audit`: a finding with its line, every credential on it masked."""

from __future__ import annotations

import os
import re
import sys

import click

from scanner.api import scan_text
from scanner.baseline import Entry
from scanner.errors import GitError
from scanner.records import Confidence, Finding, Place, Report
from scanner.report import make
from scanner.settings import DetectSettings, ReportSettings
from scanner.sources.git.discover import discover_upward
from scanner.sources.git.door import Door

_ANSWERS = {"t": "true", "f": "false", "r": "rotate-later"}
_WIDEST = 160
_LARGEST = 1 << 24


def ask(number: str, entry: Entry, finding: Finding) -> Entry | None:
    """The entry with the answer, the same one where it was skipped, None to stop."""
    report: Report = make("text", ReportSettings())
    click.echo(f"{number}\n{report.finding(finding)}", nl=False)
    for place in finding.places[:3]:
        line = masked_line(place)
        if line:
            click.echo(f"  | {line}")
    if entry.state:
        click.echo(f"  answered before: {entry.state}")
    click.echo("[t]rue  [f]alse  [r]otate later  [s]kip  [q]uit: ", nl=False)
    while True:
        answer = sys.stdin.readline()
        letter = answer.strip().lower()[:1]
        if not answer or letter == "q":
            click.echo()
            return None
        if letter == "s":
            return entry
        if letter in _ANSWERS:
            return entry._replace(state=_ANSWERS[letter])
        click.echo("one of t, f, r, s, q: ", nl=False)


def masked_line(place: Place) -> str:
    """The line where `place` begins, from the very object it was found in, every credential on it masked; else ""."""
    data = _content(place)
    if place.encoding or not data:
        return ""
    seen = scan_text(data, DetectSettings(minimum=Confidence.LOW, honour_allow=False))
    masked = bytearray(data)
    for sighting in seen:
        start, end = sighting.span.start, sighting.span.end
        masked[start:end] = re.sub(rb"[^\n]", b"*", masked[start:end])
    if not any(sighting.span.line <= place.span.line <= sighting.span.end_line for sighting in seen):
        return ""  # the object is another one by now: what stands on that line is not known to be masked
    lines = bytes(masked).split(b"\n")
    text = lines[place.span.line - 1].decode("utf-8", "replace") if place.span.line <= len(lines) else ""
    return "".join(char if char.isprintable() else "?" for char in text)[:_WIDEST]


def _content(place: Place) -> bytes:
    folder = place.target or "."
    if place.blob:
        found = discover_upward(folder)
        if not found:
            return b""
        door = Door(found)
        try:
            return door.run("cat-file", "blob", place.blob)
        except GitError:
            return b""
        finally:
            door.close()
    path = folder if os.path.isfile(folder) else os.path.join(folder, place.path)
    if not place.path or not os.path.isfile(path) or os.path.getsize(path) > _LARGEST:
        return b""
    with open(path, "rb") as stream:
        return stream.read()
