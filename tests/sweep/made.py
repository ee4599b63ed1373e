"""An organisation and its sweep: repositories pushed to a forge, sweep.toml, runs in this process and in others."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import scanner
from scanner.pipeline import scan
from scanner.records import Finding
from scanner.settings import DetectSettings, Settings, SourceSettings
from scanner.store.database import Database
from scanner.store.reading import Known, Wanted, findings
from scanner.sweep.config import Sweep, read
from scanner.sweep.run import Done, Run
from scanner.sweep.workers import Local
from tests.helpers.forge import Forge
from tests.helpers.repositories import Repo
from tests.helpers.samples import sample

KIND = "github-pat-classic"


def token(seed: int) -> str:
    return sample(KIND, seed)


def line(seed: int) -> str:
    return f'token = "{token(seed)}"\n'


class Place:
    def __init__(self, folder: Path, forge: Forge, owner: str = "acme") -> None:
        self.folder = folder
        self.forge = forge
        self.owner = owner
        self.work: dict[str, Repo] = {}
        self.options = ""
        self.store = str(folder / "store.db")

    def repository(self, name: str, **more: Any) -> Repo:
        """A new repository at the forge, and a clone to commit in; `push` brings what was committed."""
        bare = self.forge.add(self.owner, name, **more)
        Repo(bare, "--bare")
        repo = self.work[name] = Repo(self.folder / "work" / name)
        repo.git("remote", "add", "origin", str(bare))
        return repo

    def push(self, name: str) -> None:
        """All branches and tags as they are now; those that are gone here go there, too."""
        refs = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
        self.work[name].git("push", "-q", "--prune", "origin", *refs)

    @property
    def source(self) -> str:
        return (
            f'[[source]]\nkind = "github"\nname = "gh"\nurl = "{self.forge.url}/api/v3"\n'
            f'organisation = "{self.owner}"\n'
        )

    def config(self, extra: str = "", source: str = "", path: str = "sweep.toml") -> Path:
        """sweep.toml: its top, `extra` tables, and the source."""
        file = self.folder / path
        text = f"store = {json.dumps(self.store)}\ncache = {json.dumps(str(self.folder / 'cache'))}\n"
        file.write_text(f"{text}{self.options}\n{source or self.source}\n{extra}\n")
        return file

    def sweep(self, jobs: int = 1, globs: tuple[str, ...] = (), **more: Any) -> Done:
        """Once, in this process."""
        settings: Sweep = read(str(self.config(**more)))
        store = Database(settings.store)
        try:
            return Run(settings, store, Local(jobs), lambda text: None).go(globs)
        finally:
            store.close()

    def known(self, **wanted: Any) -> list[Known]:
        store = Database(self.store)
        try:
            return findings(store, Wanted(**wanted))
        finally:
            store.close()

    def prints(self) -> set[tuple[str, str, str]]:
        """(fingerprint, repository, path) of all that is there."""
        return {(k.finding.fingerprint, p.target, p.path) for k in self.known() for p in k.finding.places}


def plain(found: list[Finding]) -> list[tuple[Any, ...]]:
    """What of findings must be the same however they were found; not the offsets, which a store does not keep."""
    return sorted(
        (
            item.fingerprint, item.pattern, item.score, item.confidence, item.severity,
            tuple(reason.text for reason in item.reasons),
            tuple(sorted(
                (p.path, p.span[2:], p.commit, p.author, p.date, p.blob, p.blobs, p.in_head, p.kind, p.encoding)
                for p in item.places
            )),
        )
        for item in found
    )  # fmt: skip


def whole(folder: Path) -> list[tuple[Any, ...]]:
    """What a plain scan of a repository's history finds."""
    settings = Settings(DetectSettings(), source=SourceSettings(tree=False))
    found, summary = scan([str(folder)], settings)
    assert not summary.errors, summary.errors
    return plain(found)


def stored(known: list[Known], name: str) -> list[tuple[Any, ...]]:
    """What the store knows of one repository, which must be the only one that holds these findings."""
    from dataclasses import replace

    own = [replace(item.finding, places=tuple(p for p in item.finding.places if p.target == name)) for item in known]
    return plain([item for item in own if item.places])


def start(*arguments: str | Path, **changes: str) -> subprocess.Popen[bytes]:
    """`keysieve` as a process, in the background."""
    env = os.environ | {"PYTHONPATH": str(Path(scanner.__file__).parents[1])} | changes
    command = [sys.executable, "-m", "scanner", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)
