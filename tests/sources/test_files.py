"""Folders and files: everything once, nothing through a link, and every gap has a reason."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

import scanner
from scanner.errors import UsageError
from scanner.records import Finding, Summary, Tally
from scanner.settings import Settings, SourceSettings
from scanner.sources import files
from tests.cli.command import COMMAND, environment, keysieve, report
from tests.helpers.repositories import Repo
from tests.helpers.samples import sample


def leak(number: int) -> str:
    return sample("github-pat-classic", seed=5000 + number)


def line(number: int) -> str:
    return f"key = {leak(number)}\n"


def scan(target: Path | str, **source: Any) -> tuple[list[Finding], Summary]:
    return scanner.scan(str(target), Settings(source=SourceSettings(**source)))


def paths(target: Path | str, **source: Any) -> list[str]:
    findings, summary = scan(target, **source)
    assert summary.errors == ()
    return sorted(place.path for finding in findings for place in finding.places)


def skips(summary: Summary) -> dict[str, str]:
    return dict(summary.skipped)


def test_files_of_all_depths_are_read(tmp_path: Path) -> None:
    for number, name in enumerate(("top", "a/b/c/d/deep", ".hidden", "a/.env")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(line(number))
    assert paths(tmp_path) == [".hidden", "a/.env", "a/b/c/d/deep", "top"]


def test_links_are_not_followed_and_named(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    (inside / "folder").mkdir(parents=True)
    (tmp_path / "outside").write_text(line(1))
    (inside / "real").write_text(line(2))
    links = {
        "out": tmp_path / "outside",
        "up": tmp_path,
        "loop": inside / "loop",
        "gone": tmp_path / "gone",
        "twin": inside / "real",
    }
    for name, target in links.items():
        (inside / name).symlink_to(target)
    (inside / "folder/back").symlink_to("..")
    findings, summary = scan(inside)
    assert [place.path for finding in findings for place in finding.places] == ["real"]
    assert skips(summary) == dict.fromkeys((*links, "folder/back"), "symbolic link")
    assert summary.state == "complete"


def test_a_target_that_is_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real/file").write_text(line(1))
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "file-link").symlink_to("real/file")
    assert paths(tmp_path / "link") == ["file"]
    assert len(scan(tmp_path / "file-link")[0]) == 1


def test_pipes_and_sockets_are_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's name is short
    os.mkfifo("pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        Path("file").write_text(line(1))
        findings, summary = scan(".")
    assert len(findings) == 1
    assert skips(summary) == {"pipe": "not a regular file", "socket": "not a regular file"}


def test_a_file_that_became_a_pipe_does_not_block(tmp_path: Path) -> None:
    import signal

    os.mkfifo(tmp_path / "pipe")
    tally = Tally()

    def stop(*arguments: object) -> None:
        raise TimeoutError("it blocks")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(2)
    try:
        assert list(files.FilesShard(str(tmp_path), ("pipe",), 10).batches(tally)) == []
        assert not any("it blocks" in fault.problem or "None" in fault.problem for fault in tally.faults)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def test_a_pipe_that_the_shell_opened_is_a_target(tmp_path: Path) -> None:
    script = f"{' '.join(COMMAND)} scan -q <(printf %s 'key = {leak(1)}')"
    done = subprocess.run(["bash", "-c", script], capture_output=True, env=environment(), check=False, timeout=240)
    assert (done.returncode, done.stdout.count(b"\n")) == (1, 1)


def test_an_empty_file_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    findings, summary = scan(tmp_path)
    assert (findings, summary.errors, summary.objects, summary.bytes) == ([], (), 1, 0)


def batches(folder: Path, names: tuple[str, ...], weight: int) -> tuple[dict[str, int], Tally]:
    tally = Tally()
    seen: dict[str, int] = {}
    for batch in files.FilesShard(str(folder), names, weight).batches(tally):
        for start, end, name in zip(batch.starts, batch.ends, batch.objects, strict=True):
            seen[name] = seen.get(name, 0) + end - start
    return seen, tally


@pytest.mark.parametrize("change", [-1, 0, 1, 2, files.SLACK - 1, files.SLACK, files.SLACK + 1])
def test_a_file_at_the_edge_of_the_buffer_is_read_whole(tmp_path: Path, change: int) -> None:
    size = 100_000 + change
    (tmp_path / "a").write_bytes(b"x" * (size - 42) + b" " + line(1).encode()[:-1][-40:] + b"\n")
    (tmp_path / "b").write_bytes(b"y" * 10)
    seen, tally = batches(tmp_path, ("a", "b"), 100_000)
    assert seen == {"a": size, "b": 10}
    assert (tally.objects, tally.bytes, tally.faults) == (2, size + 10, [])


def test_a_file_that_grew_since_it_was_listed_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 300_000)
    (tmp_path / "b").write_bytes(b"y" * 10)
    seen, tally = batches(tmp_path, ("a", "b"), 20)
    assert seen == {"a": 300_000, "b": 10}
    assert tally.faults == []


def test_a_file_that_shrank_since_it_was_listed_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    assert batches(tmp_path, ("a",), 1 << 20)[0] == {"a": 1}


@pytest.mark.parametrize("size", [files.HUGE - 1, files.HUGE, files.HUGE + 1])
def test_a_file_at_the_edge_of_huge_is_read_to_its_end(tmp_path: Path, size: int) -> None:
    with (tmp_path / "large").open("wb") as stream:
        stream.write(b" " + line(1).encode())
        stream.seek(size - 42)
        stream.write(b"\n" + leak(2).encode() + b"\n")
    findings, summary = scan(tmp_path)
    assert sorted(place.span.start for finding in findings for place in finding.places) == [7, size - 41]
    assert (summary.objects, summary.bytes) == (1, size)


def test_a_huge_sparse_file_is_read_to_its_end(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as stream:
        stream.seek(200 << 20)
        stream.write(b"\n" + line(1).encode())
    findings, summary = scan(tmp_path)
    assert [place.span.start for finding in findings for place in finding.places] == [(200 << 20) + 7]
    assert summary.bytes == (200 << 20) + len(line(1)) + 1


def test_2000_small_files_are_each_read_once(tmp_path: Path) -> None:
    for number in range(2000):
        (tmp_path / f"{number:04}").write_text(line(number) if number % 500 == 0 else "nothing\n")
    findings, summary = scan(tmp_path)
    assert sorted(place.path for finding in findings for place in finding.places) == ["0000", "0500", "1000", "1500"]
    assert summary.objects == 2000


def test_a_credential_across_two_files_is_none(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("see " + leak(1)[:20])
    (tmp_path / "b").write_text(leak(1)[20:])
    assert paths(tmp_path) == []


def test_names_that_are_no_text_are_told(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9\n.txt")
    (tmp_path / name).write_text(line(1))
    assert paths(tmp_path) == [name]
    _, document = report(tmp_path)
    assert [place["path"] for finding in document["findings"] for place in finding["places"]] == ["caf\\xe9\n.txt"]
    for format_ in ("text", "jsonl", "sarif"):
        assert keysieve("scan", "-f", format_, tmp_path).code == 1


@pytest.mark.parametrize(
    ("globs", "left"),
    [
        ((), ["a.py", "a/b.py", "a/c.txt", "vendor/x/y.py"]),
        (("*.py",), ["a/c.txt"]),
        (("vendor",), ["a.py", "a/b.py", "a/c.txt"]),
        (("vendor/",), ["a.py", "a/b.py", "a/c.txt"]),
        (("vendor/**",), ["a.py", "a/b.py", "a/c.txt"]),
        (("x",), ["a.py", "a/b.py", "a/c.txt"]),
        (("/a.py",), ["a/b.py", "a/c.txt", "vendor/x/y.py"]),
        (("a/*.py",), ["a.py", "a/c.txt", "vendor/x/y.py"]),
        (("**/y.py",), ["a.py", "a/b.py", "a/c.txt"]),
        (("*.txt", "vendor"), ["a.py", "a/b.py"]),
        (("[ab].py",), ["a/c.txt", "vendor/x/y.py"]),
        (("nothing",), ["a.py", "a/b.py", "a/c.txt", "vendor/x/y.py"]),
        (("./a",), ["a.py", "vendor/x/y.py"]),
    ],
)
@pytest.mark.parametrize("kind", ["folder", "repository"])
def test_globs_leave_out_paths(tmp_path: Path, globs: tuple[str, ...], left: list[str], kind: str) -> None:
    repo = Repo(tmp_path / "here") if kind == "repository" else None
    for number, name in enumerate(("a.py", "a/b.py", "a/c.txt", "vendor/x/y.py")):
        (tmp_path / "here" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "here" / name).write_text(line(number))
    if repo:
        repo.commit("all")
    assert paths(tmp_path / "here", exclude=globs) == left


def test_what_is_excluded_is_named(tmp_path: Path) -> None:
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor/x").write_text(line(1))
    (tmp_path / "a").write_text("")
    _, summary = scan(tmp_path, exclude=("vendor",))
    assert skips(summary) == {"vendor": "excluded"}


def test_an_excluded_nested_repository_is_not_opened(tmp_path: Path) -> None:
    Repo(tmp_path / "vendor/nested").commit("one", gone=line(1))
    (tmp_path / "a").write_text("")
    assert paths(tmp_path, exclude=("vendor",)) == []


def test_globs_with_a_folder_reach_into_nested_repositories(tmp_path: Path) -> None:
    Repo(tmp_path / "nested").commit("one", a__file=line(1))
    assert paths(tmp_path, exclude=("nested/a",)) == []


def test_an_empty_folder_is_not_called_clean(tmp_path: Path) -> None:
    code, document = report(tmp_path)
    assert code == 3
    assert "nothing was scanned" in document["scan"]["errors"][0]["problem"]


def test_a_folder_of_excluded_files_is_not_called_clean(tmp_path: Path) -> None:
    (tmp_path / "a").write_text(line(1))
    assert report("--exclude", "*", tmp_path)[0] == 3


def test_a_single_file_is_a_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_text(line(1))
    (tmp_path / "b").write_text(line(2))
    monkeypatch.chdir(tmp_path)
    findings, summary = scan("a")
    assert [(place.target, place.path, place.span.line) for finding in findings for place in finding.places] == [
        ("a", "a", 1)
    ]
    assert summary.objects == 1


def test_a_file_and_its_folder_as_targets_are_one_finding(tmp_path: Path) -> None:
    (tmp_path / "a").write_text(line(1))
    findings, _ = scanner.scan([str(tmp_path), str(tmp_path / "a")])
    assert len(findings) == 1


def test_a_target_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    for name in ("nothing", "nothing/below", "nothing\n"):
        done = keysieve("scan", str(tmp_path / name))
        assert (done.code, done.out) == (2, "")
        assert "no such file or folder" in done.err
    with pytest.raises(UsageError):
        scan(tmp_path / "nothing")


def test_one_bad_target_among_good_ones_is_known_before_the_scan(tmp_path: Path) -> None:
    (tmp_path / "a").write_text(line(1))
    done = keysieve("scan", "-f", "json", tmp_path, tmp_path / "nothing")
    assert (done.code, done.out) == (2, "")


def test_history_only_of_a_plain_folder_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "a").write_text(line(1))
    done = keysieve("scan", "--history-only", tmp_path)
    assert done.code == 2
    assert "no git repository" in done.err


def aged(repo: Repo) -> None:
    """The index as it is long after the files were written."""
    for path in repo.path.iterdir():
        if path.is_file():
            os.utime(path, (1_700_000_000, 1_700_000_000))
    repo.git("update-index", "--refresh", check=False)


def test_a_file_equal_to_its_indexed_blob_is_not_read_twice(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repository")
    repo.commit("one", a=line(1), b="clean\n")
    aged(repo)
    objects = scan(repo.path)[1].objects
    files_beside = scan(repo.path)[1].objects - scan(repo.path, tree=False)[1].objects
    repo.write("a", line(2))
    findings, summary = scan(repo.path)
    assert summary.objects == objects + 1
    assert {place.path for finding in findings for place in finding.places} == {"a"}
    assert len(findings) == 2
    assert scan(repo.path, history=False)[1].objects == files_beside + 2


def test_a_change_of_the_same_size_is_seen(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repository")
    repo.commit("one", a=line(1))
    aged(repo)
    repo.write("a", line(2))
    assert len(scan(repo.path)[0]) == 2


def test_a_change_hidden_by_assume_unchanged_is_seen(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repository")
    repo.commit("one", a="clean\n", b="clean\n")
    aged(repo)
    repo.git("update-index", "--assume-unchanged", "a")
    repo.git("update-index", "--skip-worktree", "b")
    repo.write("a", line(1))
    repo.write("b", line(2))
    assert len(scan(repo.path)[0]) == 2


def test_a_file_whose_blob_is_lost_is_read_from_disk(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repository")
    repo.commit("one", a=line(1))
    aged(repo)
    lost = repo.git("rev-parse", "HEAD:a")
    (repo.path / ".git/objects" / lost[:2] / lost[2:]).unlink()
    findings, summary = scan(repo.path)
    assert [place.path for finding in findings for place in finding.places] == ["a"]
    assert [fault.object for fault in summary.errors] == [lost]


def test_a_file_whose_blob_is_corrupt_is_read_from_disk(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repository")
    repo.commit("one", a=line(1) + "".join(f"row {number}\n" for number in range(200)))
    aged(repo)
    lost = repo.git("rev-parse", "HEAD:a")
    file = repo.path / ".git/objects" / lost[:2] / lost[2:]
    data = bytearray(file.read_bytes())
    data[-8:] = bytes(8)
    file.chmod(0o644)
    file.write_bytes(data)
    findings, summary = scan(repo.path)
    assert summary.state == "incomplete"
    assert [place.path for finding in findings for place in finding.places] == ["a"]


def test_a_folder_below_a_repository_is_read_as_files(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repository")
    repo.commit("one", below__a=line(1), above=line(2))
    assert paths(repo.path / "below") == ["a"]


def test_a_folder_with_a_file_called_git_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here/.git").write_text(line(1))
    (tmp_path / "here/a").write_text(line(2))
    assert "here/a" in paths(tmp_path)


def test_a_file_called_git_that_points_nowhere_is_read(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text(line(1))
    (tmp_path / "a").write_text("")
    assert paths(tmp_path) == [".git"]


def test_a_folder_called_git_that_is_no_repository_is_read(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/config").write_text(line(1))
    (tmp_path / "a").write_text("")
    assert paths(tmp_path) == [".git/config"]
