"""Nothing that a scanned repository configures runs, nothing of it changes, nothing of ours is left behind."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import scanner
from scanner.errors import GitError, UsageError
from scanner.settings import Settings, SourceSettings
from tests.cli.command import COMMAND, environment, keysieve, report
from tests.helpers.repositories import Repo
from tests.helpers.samples import sample


def leak(number: int) -> str:
    return sample("github-pat-classic", seed=8000 + number)


def hostile(path: Path, canary: Path) -> Repo:
    """A repository that asks for a program at every turn; each one would leave a canary."""
    repo = Repo(path)
    repo.commit("nothing", b="clean\n")
    repo.commit("one", a=f"key = {leak(1)}\n", b="clean\n")
    script = path / ".git/evil"
    script.write_text(f'#!/bin/sh\necho "$0 $@" >> {canary}\ncat\nexit 0\n')
    script.chmod(0o755)
    signed(repo)
    repo.write("b", "clean\nstaged\n")
    repo.git("add", "b")
    repo.write(".gitattributes", "* diff=evil filter=evil merge=evil working-tree-encoding=UTF-16\n")
    repo.write("a", "now something else\n")
    for name in ("pre-commit", "post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman"):
        hook = path / ".git/hooks" / name
        hook.parent.mkdir(exist_ok=True)
        shutil.copy(script, hook)
    included = path / ".git/included"
    included.write_text(f"[core]\n\tfsmonitor = {script}\n\tpager = {script}\n[alias]\n\tlog = !{script}\n")
    (path / ".git/config").write_text(
        f"""[core]
\trepositoryformatversion = 1
\tbare = false
\tfsmonitor = {script}
\tsshCommand = {script}
\tgitProxy = {script}
\taskPass = {script}
\talternateRefsCommand = {script}
\thooksPath = {path}/.git/hooks
\tpager = {script}
\teditor = {script}
\tattributesFile = {path}/.gitattributes
[extensions]
\tpartialClone = origin
\tworktreeConfig = true
[remote "origin"]
\turl = ext::{script} %S
\tpromisor = true
\tpartialclonefilter = blob:none
\tuploadpack = {script}
\tvcs = evil
[protocol]
\tallow = always
[gpg]
\tprogram = {script}
[gpg "ssh"]
\tprogram = {script}
[log]
\tshowSignature = true
[diff]
\texternal = {script}
[diff "evil"]
\ttextconv = {script}
\tcommand = {script}
[filter "evil"]
\tclean = {script}
\tsmudge = {script}
\tprocess = {script}
\trequired = true
[merge "evil"]
\tdriver = {script}
[include]
\tpath = included
[alias]
\trev-list = !{script}
\tcat-file = !{script}
[credential]
\thelper = {script}
[uploadpack]
\tpackObjectsHook = {script}
[pager]
\tlog = {script}
\tdiff-tree = {script}
[trailer "evil"]
\tcommand = {script}
[sequence]
\teditor = {script}
"""
    )
    return repo


def signed(repo: Repo) -> None:
    """HEAD becomes a commit with a signature, so that showSignature would have something to check."""
    text = repo.git("cat-file", "commit", "HEAD")
    head, _, message = text.partition("\n\n")
    signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n aGVsbG8=\n -----END PGP SIGNATURE-----"
    raw = f"{head}\n{signature}\n\n{message}\n".encode()
    name = repo.git("hash-object", "-t", "commit", "-w", "--stdin", data=raw)
    repo.git("update-ref", "refs/heads/main", name)


def test_the_canary_would_sing(tmp_path: Path) -> None:
    """The proof that the bait is good: plain git runs the programs."""
    repo = hostile(tmp_path / "repository", tmp_path / "canary")
    subprocess.run(["git", "log", "-1"], cwd=repo.path, capture_output=True, check=False)
    subprocess.run(["git", "status"], cwd=repo.path, capture_output=True, check=False)
    assert (tmp_path / "canary").exists()


MODES = {
    "everything": (),
    "files": ("--no-history",),
    "history": ("--history-only",),
    "staged": ("--staged",),
    "range": ("--range", "HEAD~1..HEAD"),
    "since": ("--since", "HEAD~1"),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("place", [".", "nested", "module", "bare", "worktree"])
def test_nothing_that_a_repository_configures_is_run(tmp_path: Path, mode: str, place: str) -> None:
    canary = tmp_path / "canary"
    top = tmp_path / "top"
    top.mkdir()
    target = {"nested": top / "a/b", "module": top / "module"}.get(place, top / "repository")
    repo = hostile(target, canary)
    if place == "module":
        shutil.move(target / ".git", tmp_path / "top/module.git")
        (target / ".git").write_text("gitdir: ../module.git\n")
    if place == "bare":
        shutil.move(target / ".git", tmp_path / "bare.git")
        shutil.rmtree(target)
        target = Path(shutil.move(tmp_path / "bare.git", top / "bare.git"))
    if place == "worktree":
        config = (repo.path / ".git/config").read_text()
        (repo.path / ".git/config").write_text("[core]\n\trepositoryformatversion = 0\n")
        repo.git("worktree", "add", "-q", "--detach", str(top / "linked"))
        (top / "linked/b").write_text("staged there\n")
        subprocess.run(["git", "add", "b"], cwd=top / "linked", check=True)
        (repo.path / ".git/config").write_text(config)
        (repo.path / ".git/worktrees/linked/config.worktree").write_text(config)
        target = top / "linked"
    canary.unlink(missing_ok=True)
    alone = mode in ("staged", "range", "since", "history") or place in ("bare", ".")
    done = keysieve("scan", "-f", "json", "-j", "1", *MODES[mode], target if alone else top)
    assert not canary.exists(), canary.read_text()
    assert done.code in (0, 1), done


def test_the_promisor_is_not_asked_for_what_is_missing(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    repo = hostile(tmp_path / "repository", canary)
    lost = repo.git("--no-lazy-fetch", "rev-parse", "HEAD:b", check=False) or ""
    lost = lost if len(lost) == 40 else hashlib.sha1(b"blob 6\0clean\n").hexdigest()
    (repo.path / ".git/objects" / lost[:2] / lost[2:]).unlink()
    canary.unlink(missing_ok=True)
    code, document = report(".", cwd=repo.path)
    assert not canary.exists()
    assert code == 3
    assert lost in {fault["object"] for fault in document["scan"]["errors"]}


def contents(folder: Path) -> dict[str, tuple[int, int, str]]:
    """Every file and folder: mode, time of change, hash; reading times are left out."""
    found = {}
    for place, folders, names in os.walk(folder):
        for name in (*folders, *names):
            path = Path(place, name)
            status = path.lstat()
            digest = hashlib.sha256(path.read_bytes()).hexdigest() if stat.S_ISREG(status.st_mode) else ""
            found[str(path.relative_to(folder))] = (status.st_mode, status.st_mtime_ns, digest)
    return found


@pytest.mark.parametrize("mode", MODES)
def test_a_scan_changes_nothing(tmp_path: Path, mode: str) -> None:
    repo = Repo(tmp_path / "repository")
    repo.commit("one", a=f"key = {leak(1)}\n")
    repo.commit("two", a="clean\n")
    nested = Repo(repo.path / "nested")
    nested.commit("inner", b=f"key = {leak(2)}\n")
    repo.write("staged", "something\n")
    repo.git("add", "staged")
    os.utime(repo.path / "a", (1, 1))  # git would like to write its index anew
    before = contents(repo.path)
    done = keysieve("scan", *MODES[mode], repo.path)
    assert done.code in (0, 1)
    assert contents(repo.path) == before


def test_a_read_only_repository_can_be_scanned(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repository")
    repo.commit("one", a=f"key = {leak(1)}\n")
    for place, _, names in os.walk(repo.path):
        for name in names:
            Path(place, name).chmod(0o444)
        Path(place).chmod(0o555)
    try:
        code, document = report(repo.path)
    finally:
        for place, _, _ in os.walk(repo.path):
            Path(place).chmod(0o755)
    assert (code, document["scan"]["errors"]) == (1, [])


def test_a_repository_of_another_owner_can_be_scanned(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    repo = Repo(tmp_path / "repository")
    repo.commit("one", a=f"key = {leak(1)}\n")
    for place, _, names in os.walk(repo.path):
        for name in (".", *names):
            os.chown(Path(place, name), 12345, 12345)
    code, document = report(repo.path)
    assert (code, document["scan"]["errors"]) == (1, [])


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for temporary files that has to be empty again."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder


@pytest.fixture
def plain(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "repository")
    repo.commit("nothing", b="clean\n")
    repo.commit("one", a=f"key = {leak(1)}\n")
    repo.write("b", "something\n")
    repo.git("add", "b")
    Repo(repo.path / "nested").commit("inner", b=f"key = {leak(2)}\n")
    return repo


@pytest.mark.parametrize("mode", MODES)
def test_private_git_directories_are_removed(scratch: Path, plain: Repo, mode: str) -> None:
    keysieve("scan", *MODES[mode], plain.path)
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize(
    "source",
    [SourceSettings(range="nowhere..HEAD"), SourceSettings(since="nowhere"), SourceSettings(range="wrong")],
)
def test_private_git_directories_are_removed_after_a_usage_error(
    scratch: Path, plain: Repo, source: SourceSettings
) -> None:
    with pytest.raises(UsageError):
        scanner.scan(str(plain.path), Settings(source=source))
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize(
    "name",
    [
        "scanner.sources.git.attribution.people_of",
        "scanner.sources.git.history.HistorySource.shards",
        "scanner.sources.git.history.Attribution",
        "scanner.sources.git.worktree.unchanged",
        "scanner.sources.git.worktree.beside",
        "scanner.sources.git.door.Door._furnish",
    ],
)
def test_private_git_directories_are_removed_after_an_error(
    scratch: Path, plain: Repo, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def failing(*arguments: object, **named: object) -> None:
        raise GitError("out of luck") if "furnish" not in name else PermissionError(13, "Permission denied")

    monkeypatch.setattr(name, failing)
    _, summary = scanner.scan(str(plain.path))
    assert summary.state == "incomplete" or name.endswith("unchanged")  # then every file is read
    assert list(scratch.iterdir()) == []


def test_private_git_directories_are_removed_when_making_one_is_interrupted(
    scratch: Path, plain: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("scanner.sources.git.door._config", interrupted)
    _, summary = scanner.scan(str(plain.path))
    assert summary.state == "incomplete"
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["scanner.sources.git.history.HistorySource.shards", "scanner.sources.git.history.Attribution"]
)
def test_private_git_directories_are_removed_after_an_interrupt(
    scratch: Path, plain: Repo, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def interrupted(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(name, interrupted)
    _, summary = scanner.scan(str(plain.path))
    assert "interrupted" in str(summary.errors)
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize(
    ("jobs", "number"), [("1", signal.SIGINT), ("2", signal.SIGINT), ("2", signal.SIGTERM), ("1", signal.SIGHUP)]
)
def test_private_git_directories_are_removed_when_told_to_end(
    scratch: Path, tmp_path: Path, jobs: str, number: signal.Signals
) -> None:
    repo = Repo(tmp_path / "large")
    for part in range(3):
        repo.commit(f"part {part}", **{f"blob{part}": os.urandom(6 << 20)})
    process = subprocess.Popen(
        [*COMMAND, "scan", "-j", jobs, "-f", "json", str(repo.path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(TMPDIR=str(scratch)),
    )
    deadline = time.monotonic() + 30
    while not list(scratch.glob("keysieve-git-*/keysieve-objects")) and time.monotonic() < deadline:
        time.sleep(0.005)
    process.send_signal(number)
    process.communicate(timeout=240)
    assert process.returncode in (1, 3, 0)
    assert list(scratch.iterdir()) == []


def test_events_that_are_left_early_leave_nothing(scratch: Path, plain: Repo) -> None:
    events = scanner.scan_events(str(plain.path))
    next(events)
    events.close()  # type: ignore[attr-defined]
    assert list(scratch.iterdir()) == []


def test_git_variables_in_the_environment_do_not_mislead_a_scan(tmp_path: Path, plain: Repo) -> None:
    other = Repo(tmp_path / "other")
    other.commit("else", c=f"key = {leak(3)}\n")
    canary = tmp_path / "canary"
    script = tmp_path / "evil"
    script.write_text(f"#!/bin/sh\ntouch {canary}\n")
    script.chmod(0o755)
    changes = {
        "GIT_DIR": str(other.path / ".git"),
        "GIT_WORK_TREE": str(other.path),
        "GIT_INDEX_FILE": str(other.path / ".git/index"),
        "GIT_OBJECT_DIRECTORY": str(other.path / ".git/objects"),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(other.path / ".git/objects"),
        "GIT_COMMON_DIR": str(other.path / ".git"),
        "GIT_NAMESPACE": "elsewhere",
        "GIT_CEILING_DIRECTORIES": str(tmp_path),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "log.showSignature",
        "GIT_CONFIG_VALUE_0": "true",
        "GIT_CONFIG_PARAMETERS": "'core.fsmonitor'='" + str(script) + "'",
        "GIT_EXTERNAL_DIFF": str(script),
        "GIT_PAGER": str(script),
        "GIT_EXEC_PATH": str(tmp_path / "nowhere"),
        "GIT_TRACE": str(tmp_path / "trace"),
        "GIT_REPLACE_REF_BASE": "refs/heads",
        "GIT_DEFAULT_HASH": "sha256",
        "GIT_LITERAL_PATHSPECS": "1",
    }
    clean = report(".", cwd=plain.path)
    misled = report(".", cwd=plain.path, **changes)
    assert misled[0] == clean[0] == 1
    assert misled[1]["findings"] == clean[1]["findings"]
    assert not canary.exists()
    assert not (tmp_path / "trace").exists()


def test_replace_refs_hide_nothing(plain: Repo) -> None:
    bad = plain.git("rev-parse", "HEAD:a")
    good = plain.git("hash-object", "-w", "--stdin", data=b"clean\n")
    plain.git("replace", bad, good)
    (plain.path / "a").write_text("clean\n")
    code, document = report("--history-only", ".", cwd=plain.path)
    assert code == 1
    assert document["findings"][0]["places"][0]["blob"] == bad


@pytest.mark.parametrize("name", ["--version", "--exec-path=x", "-c core.pager=x", "--output=written"])
def test_a_revision_is_never_taken_for_an_option(plain: Repo, name: str) -> None:
    before = contents(plain.path)
    done = keysieve("scan", f"--since={name}", ".", cwd=plain.path)
    assert done.code == 2
    assert f"{name!r} is no commit" in done.err
    assert contents(plain.path) == before


def test_a_ref_that_points_out_of_the_repository_is_not_followed(tmp_path: Path, plain: Repo) -> None:
    outside = tmp_path / "outside"
    outside.write_text(f"key = {leak(7)}\n")
    (plain.path / ".git/refs/heads/link").symlink_to(outside)
    (plain.path / ".git/refs/heads/dir").symlink_to(tmp_path)
    done = keysieve("scan", "-f", "json", ".", cwd=plain.path)
    assert leak(7)[:10] not in done.out + done.err


def test_a_gitdir_file_in_a_loop_or_to_nowhere_is_no_repository(tmp_path: Path) -> None:
    for name, text in (("loop", "gitdir: .git\n"), ("gone", "gitdir: ../nowhere\n"), ("odd", "gitdir:")):
        (tmp_path / name).mkdir()
        (tmp_path / name / ".git").write_text(text)
        (tmp_path / name / "file.txt").write_text(f"key = {leak(4)}\n")
    code, document = report(".", cwd=tmp_path)
    paths = {place["path"] for finding in document["findings"] for place in finding["places"]}
    assert paths == {f"{name}/file.txt" for name in ("loop", "gone", "odd")}
    assert code == 1


def test_a_zero_byte_in_a_gitdir_file_does_not_end_the_scan(tmp_path: Path) -> None:
    (tmp_path / "file.txt").write_text(f"key = {leak(4)}\n")
    (tmp_path / "zero").mkdir()
    (tmp_path / "zero/.git").write_text("gitdir: a\0b\n")
    _, document = report(".", cwd=tmp_path)
    assert [place["path"] for finding in document["findings"] for place in finding["places"]] == ["file.txt"]
