"""Where bytes come from. `open_target` tells by its look what a target is and yields its sources."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from scanner.errors import UsageError
from scanner.lazily import lazily
from scanner.records import Source
from scanner.secrets import without_login
from scanner.settings import SourceSettings

_URL = lazily(r"(?:https?|ssh|git|file)://|[\w.\-]+@[\w.\-]+:(?!//)")


def open_target(target: str, settings: SourceSettings, excluded: Callable[[str], bool]) -> Iterator[Source]:
    """The sources of one target.

    Raises UsageError for a target that is not there or that an option does not fit, TargetError for one that
    cannot be opened.
    """
    if target == "-":
        from scanner.sources.stdin import StreamSource

        yield StreamSource()
    elif _URL.match(target) and not os.path.exists(target):
        from scanner.sources.git.clone import open_url

        yield from open_url(target, settings)
    elif not os.path.exists(target):
        raise UsageError(f"{without_login(target)}: no such file or folder, and no URL of a repository")
    else:
        from scanner.sources.tree import open_path

        yield from open_path(target, settings, excluded)
