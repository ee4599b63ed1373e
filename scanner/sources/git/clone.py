"""git URLs: cloned through GitPython into a temporary folder, then read like any bare repository."""

from __future__ import annotations

import os
from collections.abc import Iterator

from scanner.errors import TargetError, UsageError
from scanner.records import Found, Origin, Run, Shard, Source, Tally
from scanner.secrets import without_login
from scanner.settings import SourceSettings
from scanner.sources.git.discover import discover
from scanner.sources.git.door import Door, environment
from scanner.sources.git.folders import Folder
from scanner.sources.git.history import HistorySource


def open_url(url: str, settings: SourceSettings) -> Iterator[Source]:
    """The history of the repository behind `url`: a mirror clone, removed when the source is closed."""
    if settings.staged or not settings.history:
        raise UsageError(f"{without_login(url)}: a URL has a history only; give a checkout for its files")
    if settings.range or settings.since:
        raise UsageError(f"{without_login(url)}: clone it first to scan a range of it")
    folder = Folder("keysieve-clone-")
    try:
        path = os.path.join(folder.path, "repository.git")
        _clone(url, path)
        repository = discover(path)
        if repository is None:
            raise TargetError(f"{without_login(url)}: the clone is no repository")
        yield ClonedSource(HistorySource(Door(repository), without_login(url)), folder)
    finally:
        folder.close()


def _clone(url: str, path: str) -> None:
    import git

    # Everything of `environment` but what forbids the network: the user asked for this address.
    env = environment(path) | {"GIT_ALLOW_PROTOCOL": "https:http:ssh:git:file"}
    env.pop("GIT_DIR")
    env.pop("GIT_NO_LAZY_FETCH")
    try:
        git.Repo.clone_from(url, path, env=env, mirror=True, no_hardlinks=True)
    except git.exc.GitError as error:
        words = without_login(str(getattr(error, "stderr", error))).strip().splitlines() or ["no message"]
        raise TargetError(f"{without_login(url)}: cannot be cloned: {words[-1].strip()}") from None


class ClonedSource:
    """A history whose clone goes with it."""

    def __init__(self, inner: HistorySource, folder: Folder) -> None:
        self.target = inner.target
        self._inner = inner
        self._folder = folder

    def shards(self, tally: Tally) -> Iterator[Shard]:
        """See `Source.shards`."""
        return self._inner.shards(tally)

    def locate(self, found: Found, run: Run, tally: Tally) -> dict[tuple[str, str], list[Origin]] | None:
        """See `Source.locate`."""
        return self._inner.locate(found, run, tally)

    def close(self) -> None:
        """See `Source.close`."""
        self._inner.close()
        self._folder.close()
