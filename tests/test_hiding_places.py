"""One credential in every place that a repository has, and the same answer on every way of reading it."""

from __future__ import annotations

import base64
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from urllib.parse import quote

import pytest

import scanner
from scanner import workers
from scanner.records import Finding
from scanner.secrets import PUBLISHED_KEY, Secret, fingerprint
from scanner.settings import DetectSettings, RunSettings, Settings
from tests.helpers.repositories import Repo
from tests.helpers.samples import sample

Spot = tuple[str, str, str, int, str]
"""Target below the repository, path, commit, line, kind."""


def leak(place: str) -> str:
    return sample("github-pat-classic", seed=int.from_bytes(place.encode()))


def line(place: str) -> str:
    return f"deploy = {leak(place)}\n"


class Hidden:
    """The repository and where each credential is."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "repository"
        self.repo = Repo(self.path)
        self.spots: dict[str, set[Spot]] = {}
        self.carried: set[str] = set()
        self._history()
        self._refs()
        self._lost()
        self._files()
        self._nested()

    def told(self, place: str, *spots: Spot, carried: bool = False) -> None:
        assert place not in self.spots
        self.spots[place] = set(spots)
        if carried:  # a clone has it too
            self.carried.add(place)

    def once(self, place: str, path: str, commit: str, number: int, kind: str = "file", carried: bool = True) -> None:
        self.told(place, ("", path, commit, number, kind), carried=carried)

    def file(self, place: str, path: str, content: str | bytes, number: int) -> None:
        """A file of HEAD."""
        commit = self.repo.commit(f"add {place}", **{path.replace("/", "__"): content})
        self.once(place, path, commit, number)

    def _history(self) -> None:
        repo = self.repo
        repo.commit("start", README="nothing here\n", _dot_gitignore=".env\n", shared="one\ntwo\nthree\n")
        self.file("head", "src/deploy.py", f"import os\n\n{line('head')}", 3)
        for name, data, number in encoded():
            self.file(name, f"encoded/{name}.txt", data, number)

        commit = repo.commit("add", old__keys="\n" * 9 + line("deleted"))
        (self.path / "old/keys").unlink()
        repo.commit("remove")
        self.once("deleted", "old/keys", commit, 10)

        words = random.Random(7)
        rows = [f"{number}: {words.random()} {words.random()}\n" for number in range(8000)]
        for version in range(24):
            rows[words.randrange(1000)] = f"changed in version {version}\n"
            here = [*rows]
            if version == 13:
                here[4000] = line("middle")
            commit = repo.commit(f"version {version}", big="".join(here))
            if version == 13:
                self.once("middle", "big", commit, 4001)

        repo.git("checkout", "-q", "-b", "side")
        self.once("side", "side.txt", repo.commit("aside", **{"side.txt": line("side")}), 1)
        repo.commit("side", shared="one\ntwo\nTHREE\n")
        repo.git("checkout", "-q", "main")
        repo.commit("main", shared="ONE\ntwo\nthree\n")
        repo.git("merge", "-q", "--no-commit", "side", check=False)
        commit = repo.commit("merge", shared=f"ONE\n{line('merge')}THREE\n")
        assert repo.git("rev-list", "--parents", "-1", commit).count(" ") == 2
        self.once("merge", "shared", commit, 2)
        repo.commit("clean again", shared="ONE\ntwo\nTHREE\n")

        repo.git("checkout", "-q", "-b", "only-here", "HEAD~3")
        self.once("branch", "branch.txt", repo.commit("apart", **{"branch.txt": "\n" + line("branch")}), 2)
        repo.git("checkout", "-q", "main")
        commit = repo.commit(f"subject\n\nbody\n{line('message')}")
        self.once("message", "", commit, 4, "commit-message")
        repo.commit("later")

    def _refs(self) -> None:
        repo = self.repo
        repo.git("tag", "-a", "v1", "-m", f"release\n\n{line('tag')}")
        self.once("tag", "v1", "", 3, "tag-message")
        repo.git("notes", "add", "-m", line("note"), "HEAD")
        commit = repo.git("rev-parse", "refs/notes/commits")
        path = repo.git("ls-tree", "-r", "--name-only", commit)
        self.once("note", path, commit, 1, "note")
        repo.write("shared", f"ONE\ntwo\nTHREE\n{line('stash')}")
        repo.git("stash", "push", "-q")
        self.once("stash", "shared", repo.git("rev-parse", "stash"), 4)

    def _lost(self) -> None:
        repo = self.repo
        repo.git("hash-object", "-w", "--stdin", data=("\n" + line("blob")).encode())
        self.once("blob", "", "", 2, "unreachable", carried=False)
        commit = repo.commit("will be lost", lost__file="\n\n" + line("reflog"))
        repo.git("reset", "-q", "--hard", "HEAD~1")
        self.once("reflog", "lost/file", commit, 3, carried=False)

    def _files(self) -> None:
        repo = self.repo
        repo.git("remote", "add", "origin", f"https://build:{leak('config')}@git.example.org/a.git")
        rows = (self.path / ".git/config").read_text().splitlines()
        number = next(index for index, row in enumerate(rows, 1) if leak("config") in row)
        self.once("config", ".git/config", "", number, carried=False)
        repo.write("staged.txt", "\n" * 4 + line("staged"))
        repo.git("add", "staged.txt")
        repo.write("staged.txt", "clean again\n")
        self.once("staged", "staged.txt", "", 5, "staged", carried=False)
        repo.write("README", "nothing here\n" + line("uncommitted"))
        self.once("uncommitted", "README", "", 2, carried=False)
        repo.write(".env", "A=1\n" + line("ignored"))
        self.once("ignored", ".env", "", 2, carried=False)
        repo.write("new/untracked.txt", line("untracked"))
        self.once("untracked", "new/untracked.txt", "", 1, carried=False)
        repo.write(".git/hooks/pre-push", "#!/bin/sh\n" + line("hook"))
        self.once("hook", ".git/hooks/pre-push", "", 2, carried=False)

    def _nested(self) -> None:
        nested = Repo(self.path / "vendor/nested")
        commit = nested.commit("one", inner=line("nested"))
        nested.commit("two", inner="clean\n")
        self.told("nested", ("vendor/nested", "inner", commit, 1, "file"))
        module = Repo(self.path / "vendor/module")
        commit = module.commit("one", inner="\n" + line("module"))
        module.commit("two", inner="clean\n")
        self.told("module", ("vendor/module", "inner", commit, 2, "file"))
        (self.path / ".git/modules").mkdir()
        (self.path / "vendor/module/.git").rename(self.path / ".git/modules/module")
        (self.path / "vendor/module/.git").write_text("gitdir: ../../.git/modules/module\n")


def encoded() -> Iterator[tuple[str, bytes, int]]:
    for codec in ("utf-16-le", "utf-16-be"):
        text = "name = value\n\n"
        yield codec, (text + line(codec)).encode(codec), 3
        marked = f"{codec}-marked"
        yield marked, ("\ufeff" + text + line(marked)).encode(codec), 3
    yield "base64", b"data:\n  " + base64.b64encode(f"token={leak('base64')};".encode()) + b"\n", 2
    inner = base64.b64encode(f"the token is {leak('base64-twice')} here".encode())
    yield "base64-twice", b"\n\ndata: " + base64.b64encode(inner) + b"\n", 3
    yield "hex", b"dump " + f"token={leak('hex')}".encode().hex().encode() + b"\n", 1
    every = "".join(f"%{ord(char):02X}" for char in leak("percent"))
    yield "percent", f"\nurl?token={every}&a=b\n".encode(), 2
    yield "percent-partly", f"\nurl?q={quote('a b=' + leak('percent-partly'))}&a=b\n".encode(), 2


@pytest.fixture(scope="module")
def hidden(tmp_path_factory: pytest.TempPathFactory) -> Hidden:
    return Hidden(tmp_path_factory.mktemp("hidden"))


@pytest.fixture(scope="module")
def repacked(hidden: Hidden, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("repacked") / "repository"
    shutil.copytree(hidden.path, path, symlinks=True)
    for arguments in (["gc", "-q"], ["repack", "-q", "-adf", "--depth=50"]):
        subprocess.run(["git", *arguments], cwd=path, check=True, capture_output=True)
    assert list(path.glob(".git/objects/pack/*.pack"))
    return path


def by_place(findings: list[Finding], top: str) -> dict[str, tuple[str, set[Spot]]]:
    """Fingerprint -> pattern and spots."""
    return {
        finding.fingerprint: (
            finding.pattern,
            {
                (below(place.target, top), place.path, place.commit, place.span.line, place.kind)
                for place in finding.places
            },
        )
        for finding in findings
    }


def below(target: str, top: str) -> str:
    name = os.path.relpath(target, top) if os.path.isabs(target) else ""
    return "" if name == "." else name


def expected(hidden: Hidden, only: set[str] | None = None) -> dict[str, tuple[str, set[Spot]]]:
    return {
        fingerprint(Secret(leak(place).encode()), PUBLISHED_KEY): ("github-pat-classic", spots)
        for place, spots in hidden.spots.items()
        if only is None or place in only
    }


def assert_found(
    found: dict[str, tuple[str, set[Spot]]], wanted: dict[str, tuple[str, set[Spot]]], hidden: Hidden
) -> None:
    names = {fingerprint(Secret(leak(place).encode()), PUBLISHED_KEY): place for place in hidden.spots}
    assert sorted(names[key] for key in wanted.keys() - found.keys()) == []
    assert found == wanted


def run(
    target: Path | str, jobs: int = 1, engine: str = "auto", executor: ProcessPoolExecutor | None = None
) -> list[Finding]:
    settings = Settings(detect=DetectSettings(engine=engine), run=RunSettings(jobs=jobs))
    findings, summary = scanner.scan(str(target), settings, executor)
    assert summary.errors == ()
    return findings


@pytest.mark.parametrize("engine", ["hyperscan", "ahocorasick"])
def test_every_hiding_place_is_found_with_its_commit_path_and_line(hidden: Hidden, engine: str) -> None:
    assert_found(by_place(run(hidden.path, engine=engine), str(hidden.path)), expected(hidden), hidden)


@pytest.mark.parametrize("engine", ["hyperscan", "ahocorasick"])
def test_two_processes_find_the_same(hidden: Hidden, monkeypatch: pytest.MonkeyPatch, engine: str) -> None:
    monkeypatch.setattr(workers, "SMALL", 0)
    found = by_place(run(hidden.path, jobs=2, engine=engine), str(hidden.path))
    assert_found(found, expected(hidden), hidden)


def test_an_executor_of_the_caller_finds_the_same(hidden: Hidden) -> None:
    with ProcessPoolExecutor(2) as executor:
        found = by_place(run(hidden.path, executor=executor), str(hidden.path))
        assert executor.submit(abs, -1).result() == 1  # it is not ours to end
    assert_found(found, expected(hidden), hidden)


@pytest.mark.parametrize("walk", ["", "1"])
def test_a_repacked_repository_gives_the_same(
    hidden: Hidden, repacked: Path, monkeypatch: pytest.MonkeyPatch, walk: str
) -> None:
    monkeypatch.setenv("KEYSIEVE_WALK", walk)
    assert_found(by_place(run(repacked), str(repacked)), expected(hidden), hidden)


def test_findings_do_not_depend_on_jobs_engine_or_packing(
    hidden: Hidden, repacked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scores, reasons, authors and columns included."""
    monkeypatch.setattr(workers, "SMALL", 0)
    monkeypatch.chdir(hidden.path)
    first = run(".")
    assert run(".", jobs=2) == first
    assert run(".", engine="ahocorasick") == first
    monkeypatch.chdir(repacked)
    monkeypatch.setenv("KEYSIEVE_WALK", "1")
    assert run(".") == first
    assert run(".", jobs=2, engine="ahocorasick") == first
    monkeypatch.delenv("KEYSIEVE_WALK")
    # A lone repository's folder is named where it lies outside the tree; all else is relative.
    assert run(".") == first


def test_a_bare_mirror_holds_what_a_clone_carries(hidden: Hidden, tmp_path: Path) -> None:
    mirror = tmp_path / "mirror.git"
    subprocess.run(["git", "clone", "-q", "--mirror", hidden.path.as_uri(), mirror], check=True)
    wanted = expected(hidden, hidden.carried)
    assert_found(by_place(run(mirror), str(mirror)), wanted, hidden)


def test_a_url_is_cloned_and_gives_what_a_clone_carries(
    hidden: Hidden, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    findings = run(hidden.path.as_uri())
    assert {place.target for finding in findings for place in finding.places} == {hidden.path.as_uri()}
    assert_found(by_place(findings, ""), expected(hidden, hidden.carried), hidden)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_command_line_tells_the_same_as_the_library(hidden: Hidden, jobs: str) -> None:
    command = [sys.executable, "-m", "scanner", "scan", str(hidden.path), "-f", "json", "-j", jobs]
    root = str(Path(scanner.__file__).parents[1])
    done = subprocess.run(command, capture_output=True, env=os.environ | {"PYTHONPATH": root}, check=False)
    assert (done.returncode, done.stderr) == (1, b"")
    document = json.loads(done.stdout)
    assert document["scan"]["state"] == "complete"
    found = {
        finding["fingerprint"]: (
            finding["pattern"],
            {
                (below(place["target"], str(hidden.path)), place["path"], place["commit"], place["line"], place["kind"])
                for place in finding["places"]
            },
        )
        for finding in document["findings"]
    }
    assert_found(found, expected(hidden), hidden)
    assert b"ghp_" not in done.stdout.replace(b"ghp_****", b"")


def test_files_only_and_history_only_have_their_share_of_the_places(hidden: Hidden) -> None:
    from scanner.settings import SourceSettings

    def places(source: SourceSettings) -> set[str]:
        findings, summary = scanner.scan(str(hidden.path), Settings(source=source))
        assert summary.errors == ()
        return {finding.fingerprint for finding in findings}

    files = places(SourceSettings(history=False))
    history = places(SourceSettings(tree=False))
    names = {fingerprint(Secret(leak(place).encode()), PUBLISHED_KEY): place for place in hidden.spots}
    disk = {"config", "uncommitted", "ignored", "untracked", "hook"}
    assert {names[key] for key in history} == hidden.spots.keys() - disk - {"nested", "module"}
    heads = {name for name, _, _ in encoded()} | {"head", "side"}
    assert {names[key] for key in files} == disk | heads
