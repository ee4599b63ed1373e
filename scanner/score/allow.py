"""Inline ignores: comments by which people allow a credential, ours and the other scanners'."""

from __future__ import annotations

from scanner.lazily import lazily
from scanner.records import Reason

MARK = Reason("allowed by a comment", 0.0)
"""The last reason of what is shown only since somebody asked for what is suppressed, too."""

_SAME_LINE = lazily(
    rb"keysieve:allow|gitleaks:allow|betterleaks:allow|trufflehog:ignore|kingfisher:ignore|ggignore"
    rb"|pragma:[ \t]*allowlist[ \t]+secret|pragma:[ \t]*whitelist[ \t]+secret|secretlint-disable-line"
)
_NEXT_LINE = lazily(
    rb"keysieve:allow-next|pragma:[ \t]*(?:allowlist|whitelist)[ \t]+nextline[ \t]+secret|secretlint-disable-next-line"
)


def allowed(text: bytes, start: int, end: int) -> str:
    """The comment that allows what stands in `text[start:end]`, or "".

    It counts on the lines of the match, and those that say so on the line before.
    """
    line_start = text.rfind(b"\n", 0, start) + 1
    line_end = text.find(b"\n", end)
    line = text[line_start : line_end if line_end >= 0 else len(text)]
    found = _SAME_LINE.search(line)
    if found and not _NEXT_LINE.search(line):
        return found[0].decode()
    before = text[text.rfind(b"\n", 0, max(0, line_start - 1)) + 1 : line_start]
    found = _NEXT_LINE.search(before)
    return found[0].decode() if found else ""
