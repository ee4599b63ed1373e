"""Every kind of repository, and what attribution says of each finding."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

import scanner
from scanner.records import Finding, Place, Summary
from scanner.settings import RunSettings, Settings, SourceSettings
from tests.helpers.repositories import Repo
from tests.helpers.samples import sample


def leak(number: int) -> str:
    return sample("github-pat-classic", seed=6000 + number)


def line(number: int) -> str:
    return f"key = {leak(number)}\n"


def scan(target: Path | str, **source: object) -> tuple[list[Finding], Summary]:
    return scanner.scan(str(target), Settings(source=SourceSettings(**source)))  # type: ignore[arg-type]


def places(target: Path | str, **source: object) -> dict[int, list[Place]]:
    findings, summary = scan(target, **source)
    assert summary.errors == ()
    numbers = {leak(number).encode(): number for number in range(200)}
    return {numbers[finding.secret.reveal()]: list(finding.places) for finding in findings}


def git(*arguments: str | Path) -> str:
    allowed = ("-c", "protocol.file.allow=always")
    done = subprocess.run(["git", *allowed, *map(str, arguments)], capture_output=True, check=True)
    return done.stdout.decode().strip()


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "repository")
    repo.commit("one", gone=line(1), stays=line(2))
    (repo.path / "gone").unlink()
    repo.commit("two", more=line(3))
    return repo


def test_a_bare_repository_is_read(repo: Repo, tmp_path: Path) -> None:
    git("clone", "-q", "--bare", repo.path.as_uri(), tmp_path / "bare.git")
    assert places(tmp_path / "bare.git").keys() == {1, 2, 3}


def test_the_git_folder_itself_is_a_target(repo: Repo) -> None:
    assert places(repo.path / ".git").keys() == {1, 2, 3}


def test_a_shallow_clone_is_complete_and_names_its_boundary(repo: Repo, tmp_path: Path) -> None:
    git("clone", "-q", "--depth", "1", repo.path.as_uri(), tmp_path / "shallow")
    findings, summary = scan(tmp_path / "shallow")
    head = repo.git("rev-parse", "HEAD")
    assert summary.state == "complete"
    assert [tuple(skip) for skip in summary.skipped] == [(head, "history before it is not in this shallow clone")]
    assert {place.commit for finding in findings for place in finding.places} == {head}
    assert len(findings) == 2


def test_a_shallow_clone_without_findings_names_its_boundary_too(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repository")
    repo.commit("one", a="clean\n")
    head = repo.commit("two", a="still clean\n")
    git("clone", "-q", "--depth", "1", repo.path.as_uri(), tmp_path / "shallow")
    _, summary = scan(tmp_path / "shallow")
    assert [skip.object for skip in summary.skipped] == [head]


def test_a_partial_clone_is_incomplete_and_names_what_it_lacks(repo: Repo, tmp_path: Path) -> None:
    repo.git("config", "uploadpack.allowFilter", "true")
    git("clone", "-q", "--filter=blob:none", repo.path.as_uri(), tmp_path / "partial")
    lost, commit = repo.git("rev-parse", "HEAD~1:gone", "HEAD~1").split()
    findings, summary = scan(tmp_path / "partial")
    assert summary.state == "incomplete"
    assert [tuple(fault) for fault in summary.errors] == [(lost, f"missing; commit {commit} needs it as gone")]
    assert len(findings) == 2


def test_a_treeless_clone_is_incomplete(repo: Repo, tmp_path: Path) -> None:
    repo.git("config", "uploadpack.allowFilter", "true")
    git("clone", "-q", "--filter=tree:0", repo.path.as_uri(), tmp_path / "partial")
    _, summary = scan(tmp_path / "partial")
    assert repo.git("rev-parse", "HEAD~1^{tree}") in {fault.object for fault in summary.errors}


def test_a_linked_worktree_has_the_whole_history(repo: Repo, tmp_path: Path) -> None:
    repo.git("worktree", "add", "-q", "--detach", str(tmp_path / "linked"), "HEAD~1")
    (tmp_path / "linked/untracked").write_text(line(9))
    assert places(tmp_path / "linked").keys() == {1, 2, 3, 9}


def test_a_detached_head_of_another_worktree_is_reachable(repo: Repo, tmp_path: Path) -> None:
    repo.git("worktree", "add", "-q", "--detach", str(tmp_path / "linked"))
    (tmp_path / "linked/apart").write_text(line(9))
    git("-C", tmp_path / "linked", "add", "apart")
    git("-C", tmp_path / "linked", "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-qm", "apart")
    commit = git("-C", tmp_path / "linked", "rev-parse", "HEAD")
    lost = repo.git("rev-parse", "HEAD:more")
    (repo.path / ".git/objects" / lost[:2] / lost[2:]).unlink()
    _, summary = scan(repo.path)
    assert lost in {fault.object for fault in summary.errors}
    findings, _ = scan(repo.path, tree=False)
    assert commit in {place.commit for finding in findings for place in finding.places}


def test_a_sha256_repository_is_read(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repository", "--object-format=sha256")
    commit = repo.commit("one", gone=line(1))
    (repo.path / "gone").unlink()
    repo.commit("two", more="clean\n")
    repo.git("gc", "-q")
    repo.write("staged", line(2))
    repo.git("add", "staged")
    repo.write("staged", "clean\n")
    found = places(repo.path)
    assert [(place.path, place.commit) for place in found[1]] == [("gone", commit)]
    assert len(commit) == 64
    assert [place.kind for place in found[2]] == ["staged"]


def test_objects_of_an_alternate_are_read(repo: Repo, tmp_path: Path) -> None:
    git("clone", "-q", "--shared", repo.path, tmp_path / "shared")
    assert not [name for name in (tmp_path / "shared/.git/objects").rglob("*") if len(name.name) == 38]
    assert places(tmp_path / "shared").keys() == {1, 2, 3}


def test_an_alternate_with_a_relative_path_is_read(repo: Repo, tmp_path: Path) -> None:
    git("clone", "-q", "--shared", repo.path, tmp_path / "shared")
    (tmp_path / "shared/.git/objects/info/alternates").write_text("../../../repository/.git/objects\n")
    assert places(tmp_path / "shared").keys() == {1, 2, 3}


@pytest.mark.parametrize(
    "name", ['quo"te', "new\nline", "spa ce", "-dash", "colon:here", "nön-äscii", "#hash", "back\\slash"]
)
def test_a_repository_in_a_strange_folder_is_read(tmp_path: Path, name: str) -> None:
    repo = Repo(tmp_path / name)
    commit = repo.commit("one", gone=line(1))
    (repo.path / "gone").unlink()
    assert [place.commit for place in places(repo.path)[1]] == [commit]


@pytest.mark.parametrize("name", ['"quoted', "nön-äscii", "#hash", "spa ce"])
def test_an_alternate_in_a_strange_folder_is_read(tmp_path: Path, name: str) -> None:
    repo = Repo(tmp_path / name)
    repo.commit("one", gone=line(1))
    repo.git("gc", "-q")
    git("clone", "-q", "--shared", repo.path, tmp_path / "shared")
    (tmp_path / "shared/gone").unlink()
    assert places(tmp_path / "shared").keys() == {1}


def test_an_alternate_that_git_quotes_is_read(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "new\nline")
    repo.commit("one", gone=line(1))
    shared = Repo(tmp_path / "shared")
    alternates = shared.path / ".git/objects/info/alternates"
    alternates.write_text('"' + str(repo.path / ".git/objects").replace("\n", "\\n") + '"\n')
    shared.git("update-ref", "refs/heads/main", repo.git("rev-parse", "HEAD"))
    assert places(shared.path, tree=False).keys() == {1}


def test_packed_refs_are_read(repo: Repo) -> None:
    repo.git("tag", "-a", "v1", "-m", f"release\n\n{line(4)}")
    repo.git("pack-refs", "--all")
    assert not (repo.path / ".git/refs/heads/main").exists()
    found = places(repo.path)
    assert found.keys() == {1, 2, 3, 4}
    assert [(place.kind, place.path, place.span.line) for place in found[4]] == [("tag-message", "v1", 3)]


def test_a_tag_of_a_blob_and_of_a_tree_are_read(repo: Repo) -> None:
    name = repo.git("hash-object", "-w", "--stdin", data=line(5).encode())
    repo.git("tag", "blobs", name)
    tree = repo.git(
        "mktree", data=f"100644 blob {repo.git('hash-object', '-w', '--stdin', data=line(6).encode())}\tin\n".encode()
    )
    repo.git("tag", "trees", tree)
    found = places(repo.path)
    assert found.keys() == {1, 2, 3, 5, 6}


def test_a_repository_without_commits_is_read(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repository")
    repo.write("staged", line(1))
    repo.git("add", "staged")
    repo.write("staged", "clean\n")
    repo.write("untracked", line(2))
    found = places(repo.path)
    assert [(place.path, place.kind) for place in found[1]] == [("staged", "staged")]
    assert [(place.path, place.kind) for place in found[2]] == [("untracked", "file")]


def test_an_unborn_head_beside_other_branches_is_read(repo: Repo) -> None:
    repo.git("checkout", "-q", "--orphan", "empty")
    assert places(repo.path).keys() == {1, 2, 3}


def test_an_empty_repository_is_not_called_clean(tmp_path: Path) -> None:
    git("init", "-q", "--bare", tmp_path / "bare.git")
    for name in ("config", "description"):
        (tmp_path / "bare.git" / name).unlink()
    _, summary = scan(tmp_path / "bare.git", tree=False)
    assert "nothing was scanned" in str(summary.errors)


def test_thousands_of_refs_take_seconds(repo: Repo) -> None:
    head = repo.git("rev-parse", "HEAD")
    (repo.path / ".git/refs/heads/many").mkdir()
    for number in range(1000):
        (repo.path / f".git/refs/heads/many/{number}").write_text(head + "\n")
    repo.git("update-ref", "--stdin", data="".join(f"create refs/pull/{n}/head {head}\n" for n in range(4000)).encode())
    repo.git("pack-refs", "--all")
    began = time.perf_counter()
    assert places(repo.path).keys() == {1, 2, 3}
    assert time.perf_counter() - began < 10


WEIRD = [
    "new\nline",
    'quo"te',
    "spa ce",
    "-dash",
    "tab\there",
    "back\\slash",
    "semi;colon",
    "ü.txt",
    "star*",
    ":colon",
    "a\x01b",
]


def test_weird_paths_are_told_as_they_are(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repository")
    for number, name in enumerate(WEIRD):
        repo.write(f"folder {number}/{name}", line(number))
    commit = repo.commit("all")
    repo.git("rm", "-rq", "--cached", ".")
    repo.git("commit", "-qm", "gone")
    found = {number: [(place.path, place.commit) for place in rows] for number, rows in places(repo.path).items()}
    assert found == {number: [(f"folder {number}/{name}", commit)] for number, name in enumerate(WEIRD)}


def test_paths_that_are_no_text_are_told(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repository")
    name = os.fsdecode(b"caf\xe9.txt")
    repo.write(name, line(1))
    commit = repo.commit("one")
    repo.write(os.fsdecode(b"new\xff"), line(2))
    found = places(repo.path)
    assert [(place.path, place.commit, place.in_head) for place in found[1]] == [(name, commit, True)]
    assert [(place.path, place.commit) for place in found[2]] == [(os.fsdecode(b"new\xff"), "")]


def test_odd_authors_and_messages_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = Repo(tmp_path / "repository")
    repo.write("a", line(1))
    repo.git("add", "a")
    tree = repo.git("write-tree")
    who = "Ren\u00e9 \x02\x03 <a@b> 1700000000 +0130"
    raw = f"tree {tree}\nauthor {who}\ncommitter X <x@y> 1700000000 +0000\n\nm".encode("latin-1")
    commit = repo.git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", data=raw)
    repo.git("update-ref", "refs/heads/main", commit)
    (place,) = places(repo.path)[1]
    assert place.commit == commit
    assert place.author.startswith("Ren")
    assert place.date == "2023-11-14T23:43:20+01:30"


# ---------------------------------------------------------------- large things


def test_a_blob_above_16_mb_is_read_in_pieces(tmp_path: Path) -> None:
    from scanner.sources.pieces import PIECE

    repo = Repo(tmp_path / "repository")
    token = len(leak(0)) // 2
    data = bytearray(b"x" * 99 + b"\n") * (170 * 1024)
    assert len(data) > 2 * PIECE
    spots = {0: 0, 1: PIECE - token, 2: 2 * PIECE - 1, 3: len(data) - 42}
    for number, offset in spots.items():
        data[offset : offset + 42] = f" {leak(number)} ".encode()
    commit = repo.commit("huge", huge=bytes(data), small=line(4), another=line(5))
    repo.commit("clean", huge="now small\n")
    found = places(repo.path)
    assert found.keys() == {0, 1, 2, 3, 4, 5}
    for number, offset in spots.items():
        (place,) = found[number]
        assert (place.path, place.commit) == ("huge", commit)
        assert (place.span.start, place.span.end) == (offset + 1, offset + 41)
        assert place.span.line == data[: offset + 1].count(b"\n") + 1


def test_40_mb_of_small_blobs_take_several_shards(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repository")
    for number in range(40):
        repo.write(f"part{number}/file", os.urandom(1 << 20) + b"\n" + line(number).encode())
    repo.commit("all")
    repo.git("rm", "-rq", "--cached", ".")
    repo.git("commit", "-qm", "gone")
    first, summary = scanner.scan(str(repo.path), Settings(source=SourceSettings(tree=False)))
    assert summary.objects == 42
    assert summary.bytes > 40 << 20
    assert sorted(place.path for finding in first for place in finding.places) == sorted(
        f"part{n}/file" for n in range(40)
    )
    second, _ = scanner.scan(str(repo.path), Settings(source=SourceSettings(tree=False), run=RunSettings(jobs=2)))
    assert second == first


def test_more_than_one_shard_of_commits_is_attributed_alike(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    from scanner.sources.git import attribution

    for number in range(10, 20):
        repo.commit(f"commit {number}", **{f"file{number}": line(number)})
    first = scan(repo.path)[0]
    monkeypatch.setattr(attribution, "COMMITS", 3)
    assert scan(repo.path)[0] == first


# ---------------------------------------------------------------- attribution


def test_the_earliest_commit_is_told_and_versions_are_counted(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repository")
    repo.commit("zero", a="clean\n")
    first = repo.commit("one", a=f"clean\n{line(1)}")
    for number in range(4):
        repo.commit(f"more {number}", a=f"clean\n{line(1)}" + "more\n" * (number + 1))
    (place,) = places(repo.path)[1]
    assert (place.commit, place.span.line, place.blobs, place.in_head) == (first, 2, 5, True)
    assert (place.author, place.date) == ("Ada Example", "2023-11-15T00:13:20+00:00")
    assert place.blob == repo.git("rev-parse", f"{first}:a")


def test_a_credential_that_left_is_not_in_head(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repository")
    first = repo.commit("one", a=line(1))
    repo.commit("two", a=line(1) + "more\n")
    repo.commit("three", a="clean\n")
    (place,) = places(repo.path)[1]
    assert (place.commit, place.blobs, place.in_head) == (first, 2, False)


def test_a_credential_in_another_branch_is_not_in_head(repo: Repo) -> None:
    repo.git("checkout", "-q", "-b", "side")
    repo.commit("side", side=line(4))
    repo.git("checkout", "-q", "main")
    assert [place.in_head for place in places(repo.path)[4]] == [False]


def test_a_credential_that_came_back_is_told_once_and_first(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repository")
    first = repo.commit("one", a=line(1))
    repo.commit("two", a="clean\n")
    repo.commit("three", a=line(1))
    (place,) = places(repo.path)[1]
    assert (place.commit, place.blobs, place.in_head) == (first, 1, True)


def test_a_renamed_file_is_two_places(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repository")
    first = repo.commit("one", old=line(1))
    repo.git("mv", "old", "renamed")
    second = repo.commit("two")
    found = places(repo.path)[1]
    assert [(place.path, place.commit, place.in_head) for place in found] == [
        ("old", first, False),
        ("renamed", second, True),
    ]


def test_a_copied_file_is_two_places(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repository")
    first = repo.commit("one", a=line(1))
    second = repo.commit("two", b=line(1))
    found = places(repo.path)[1]
    assert [(place.path, place.commit, place.in_head) for place in found] == [("a", first, True), ("b", second, True)]


def test_a_merge_that_takes_one_side_is_not_blamed(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repository")
    repo.commit("base", a="base\n")
    repo.git("checkout", "-q", "-b", "side")
    side = repo.commit("side", a=line(1))
    repo.git("checkout", "-q", "main")
    repo.commit("main", a="ours\n")
    repo.git("merge", "-q", "-s", "ours", "--no-commit", "side", check=False)
    repo.commit("merge", a=line(1))
    (place,) = places(repo.path)[1]
    assert (place.commit, place.in_head) == (side, True)


def test_an_octopus_merge_is_walked(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repository")
    repo.commit("base", a="base\n")
    for number in (1, 2, 3):
        repo.git("checkout", "-q", "-b", f"side{number}", "main")
        repo.commit(f"side {number}", **{f"file{number}": line(number)})
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-commit", "side1", "side2", "side3")
    merge = repo.commit("octopus", evil=line(4))
    assert repo.git("rev-list", "--parents", "-1", merge).count(" ") == 3
    found = places(repo.path)
    assert found.keys() == {1, 2, 3, 4}
    assert [(place.path, place.commit) for place in found[4]] == [("evil", merge)]


def test_a_clock_that_went_backwards_does_not_confuse(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repository")
    first = repo.commit("one", a=line(1))
    repo.clock -= 1_000_000
    repo.commit("two", a=line(1) + "more\n")
    (place,) = places(repo.path)[1]
    assert place.commit == first


def test_two_credentials_in_one_file_have_each_their_commit(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repository")
    first = repo.commit("one", a=line(1))
    second = repo.commit("two", a=line(1) + line(2))
    found = places(repo.path)
    assert [place.commit for place in found[1]] == [first]
    assert [(place.commit, place.span.line) for place in found[2]] == [(second, 2)]


def test_a_credential_twice_in_a_version_is_two_places(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repository")
    repo.commit("one", a=line(1) + "\n" + line(1))
    assert [place.span.line for place in places(repo.path)[1]] == [1, 3]


def test_a_submodule_entry_is_not_called_missing(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repository")
    repo.commit("one", a=line(1))
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},module")
    repo.git("commit", "-qm", "module")
    assert places(repo.path).keys() == {1}


def test_a_link_with_a_credential_in_its_text_is_found(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repository")
    (repo.path / "link").symlink_to(leak(1))
    commit = repo.commit("one")
    assert [(place.path, place.commit) for place in places(repo.path)[1]] == [("link", commit)]


def test_an_older_stash_and_a_dropped_one_are_found(repo: Repo) -> None:
    for number in (7, 8):
        repo.write("stays", line(number))
        repo.git("stash", "push", "-q")
    repo.git("stash", "drop", "-q")
    found = places(repo.path)
    assert {7, 8} <= found.keys()
    assert [place.path for place in found[7] + found[8]] == ["stays", "stays"]


def test_two_targets_are_told_apart(repo: Repo, tmp_path: Path) -> None:
    other = Repo(tmp_path / "other")
    other.commit("one", a=line(1))
    findings, summary = scanner.scan([str(repo.path), str(other.path)])
    assert summary.targets == (str(repo.path), str(other.path))
    shared = next(finding for finding in findings if finding.secret.reveal() == leak(1).encode())
    assert [(place.target, place.path) for place in shared.places] == [(str(other.path), "a"), (str(repo.path), "gone")]


def test_reftable_and_old_style_extensions_do_not_stop_a_scan(repo: Repo) -> None:
    config = repo.path / ".git/config"
    config.write_text(config.read_text().replace("repositoryformatversion = 0", "repositoryformatversion = 1"))
    with config.open("a") as stream:
        stream.write("[extensions]\n\tnoop = true\n\tpreciousObjects = true\n\trelativeWorktrees = true\n")
    assert places(repo.path).keys() == {1, 2, 3}
