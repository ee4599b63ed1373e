"""The temporary folder of a benchmark: a home per tool, lists for the floors, output of the current run."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from bench import targets
from bench.records import Installed, Output, Target

_KEPT = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH")
_WRITTEN = ("stdout", "stderr", "report.json")


class Place:
    """Paths below one folder. Peers report secrets in the clear, so a run's output goes once it is read."""

    def __init__(self, folder: Path, jobs: int) -> None:
        self.folder = folder
        self.jobs = jobs
        self.literals = folder / "literals"
        self._empty = folder / "empty"
        self._empty.mkdir()

    def command(self, installed: Installed, target: Target) -> list[str]:
        """The tool's arguments for `target`; [] where it cannot do that kind."""
        template = installed.tool.history if target.kind == "history" else installed.tool.tree
        values = self._values(installed, target)
        return [argument for part in template if (argument := part.format(**values))]

    def env(self, installed: Installed) -> dict[str, str]:
        """A small environment with a home of the tool's own: no user's configuration, no credentials."""
        home = self.folder / "home" / installed.tool.name
        (home / "tmp").mkdir(parents=True, exist_ok=True)
        env = {name: os.environ[name] for name in _KEPT if name in os.environ}
        env |= {"HOME": str(home), "TMPDIR": str(home / "tmp"), "LANG": "C.UTF-8", "GIT_CONFIG_NOSYSTEM": "1"}
        return env | {name: value.format(jobs=self.jobs) for name, value in installed.tool.env.items()}

    def output(self, target: Target, code: int = 0) -> Output:
        """Where a run writes, and its exit code."""
        stdout, stderr, report = (self.folder / name for name in _WRITTEN)
        return Output(code, stdout, stderr, report, target)

    def start_folder(self, installed: Installed, target: Target) -> str:
        """An empty folder, so that no configuration is picked up, unless the tool must be in the target."""
        return target.path if installed.tool.inside else str(self._empty)

    def clear(self) -> None:
        """Remove what the last run left."""
        for name in _WRITTEN:
            (self.folder / name).unlink(missing_ok=True)

    def prepare(self, target: Target) -> None:
        """Make the blob lists that the floor of a history reads, and warm the page cache."""
        targets.warm(target)
        for parts in {1, self.jobs} if target.kind == "history" else ():
            targets.split(target, parts, self._blobs(target, parts))

    def _blobs(self, target: Target, parts: int) -> Path:
        return self.folder / "blobs" / target.name / str(parts)

    def _values(self, installed: Installed, target: Target) -> Mapping[str, object]:
        return {
            "program": installed.program,
            "target": target.path,
            "git_dir": target.git_dir,
            "report": self.output(target).report,
            "jobs": self.jobs,
            "bare": "--bare" if target.bare else "",
            "literals": self.literals,
            "blobs_1": self._blobs(target, 1),
            "blobs_n": self._blobs(target, self.jobs),
        }
