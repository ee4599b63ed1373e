"""--staged, --range and --since: only what the index, or the commits of a range, add."""

from __future__ import annotations

from pathlib import Path

import pytest

import scanner
from scanner.errors import UsageError
from scanner.records import Finding, Summary
from scanner.settings import Settings, SourceSettings
from tests.cli.command import keysieve, report
from tests.helpers.repositories import Repo
from tests.helpers.samples import sample


def leak(number: int) -> str:
    return sample("github-pat-classic", seed=7000 + number)


def line(number: int) -> str:
    return f"key = {leak(number)}\n"


def scan(target: Path | str, **source: object) -> tuple[list[Finding], Summary]:
    return scanner.scan(str(target), Settings(source=SourceSettings(**source)))  # type: ignore[arg-type]


def found(target: Path | str, **source: object) -> set[tuple[int, str, int, str]]:
    """(number of the leak, path, line, kind) of every place."""
    findings, summary = scan(target, **source)
    assert summary.errors == ()
    numbers = {leak(number).encode(): number for number in range(20)}
    return {
        (numbers[finding.secret.reveal()], place.path, place.span.line, place.kind)
        for finding in findings
        for place in finding.places
    }


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "repository")
    repo.commit("one", old=f"first\n{line(0)}last\n", clean="nothing\n")
    return repo


def test_a_staged_credential_is_found(repo: Repo) -> None:
    repo.write("new", "\n" + line(1))
    repo.git("add", "new")
    assert found(repo.path, staged=True) == {(1, "new", 2, "staged")}


def test_only_what_the_index_holds_counts(repo: Repo) -> None:
    repo.write("clean", "nothing\n" + line(1))
    repo.git("add", "clean")
    repo.write("clean", "nothing\n" + line(1) + line(2))
    repo.write("untracked", line(3))
    assert found(repo.path, staged=True) == {(1, "clean", 2, "staged")}


def test_what_was_staged_and_taken_back_on_disk_still_counts(repo: Repo) -> None:
    repo.write("clean", line(1))
    repo.git("add", "clean")
    repo.write("clean", "nothing\n")
    assert found(repo.path, staged=True) == {(1, "clean", 1, "staged")}


def test_what_is_only_on_disk_does_not_count(repo: Repo) -> None:
    repo.write("clean", "other\n")
    repo.git("add", "clean")
    repo.write("clean", line(2))
    assert found(repo.path, staged=True) == set()


def test_a_credential_that_head_holds_in_the_touched_file_is_not_reported(repo: Repo) -> None:
    repo.write("old", f"first\nsecond\n{line(0)}last\n{line(1)}")
    repo.git("add", "old")
    assert found(repo.path, staged=True) == {(1, "old", 5, "staged")}


def test_a_renamed_file_is_not_reported(repo: Repo) -> None:
    repo.git("mv", "old", "moved")
    assert found(repo.path, staged=True) == set()


def test_of_a_renamed_and_changed_file_only_the_change_is_reported(repo: Repo) -> None:
    repo.commit("longer", old="".join(f"row {number}\n" for number in range(50)) + line(0))
    repo.git("mv", "old", "moved")
    repo.write("moved", (repo.path / "moved").read_text() + line(1))
    repo.git("add", "-A")
    assert found(repo.path, staged=True) == {(1, "moved", 52, "staged")}


def test_nothing_staged_is_clean(repo: Repo) -> None:
    assert report("--staged", ".", cwd=repo.path)[0] == 0


def test_the_index_of_a_repository_without_changes_was_looked_at(repo: Repo) -> None:
    repo.write("untracked", line(1))
    assert found(repo.path, staged=True) == set()


def test_a_deletion_is_clean(repo: Repo) -> None:
    repo.git("rm", "-q", "old")
    assert report("--staged", ".", cwd=repo.path)[0] == 0


def test_a_mode_change_is_clean(repo: Repo) -> None:
    repo.git("update-index", "--chmod=+x", "old")
    assert report("--staged", ".", cwd=repo.path)[0] == 0


def test_a_staged_link_and_a_submodule_do_not_disturb(repo: Repo) -> None:
    (repo.path / "link").symlink_to("old")
    Repo(repo.path / "sub").commit("inner", file=line(3))
    repo.write("new", line(1))
    repo.git("add", "link", "sub", "new")
    assert found(repo.path, staged=True) == {(1, "new", 1, "staged")}


def test_staged_in_a_repository_without_commits(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repository")
    repo.write("first", line(1))
    repo.git("add", "first")
    assert found(repo.path, staged=True) == {(1, "first", 1, "staged")}


def test_staged_where_nothing_ever_was_is_incomplete(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repository")
    code, document = report("--staged", ".", cwd=repo.path)
    assert code == 3
    assert "no index" in str(document["scan"]["errors"])


def test_staged_in_a_sha256_repository_without_commits(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repository", "--object-format=sha256")
    repo.write("first", line(1))
    repo.git("add", "first")
    assert found(repo.path, staged=True) == {(1, "first", 1, "staged")}


def test_staged_in_a_linked_worktree_reads_its_own_index(repo: Repo, tmp_path: Path) -> None:
    repo.git("worktree", "add", "-q", "--detach", str(tmp_path / "linked"))
    linked = Repo.__new__(Repo)
    linked.path, linked.clock = tmp_path / "linked", repo.clock
    linked.write("there", line(1))
    linked.git("add", "there")
    repo.write("here", line(2))
    repo.git("add", "here")
    assert found(linked.path, staged=True) == {(1, "there", 1, "staged")}
    assert found(repo.path, staged=True) == {(2, "here", 1, "staged")}


def test_staged_from_a_folder_below_reads_the_whole_index(repo: Repo) -> None:
    repo.write("below/new", line(1))
    repo.write("top", line(2))
    repo.git("add", "-A")
    assert found(repo.path / "below", staged=True) == {(1, "below/new", 1, "staged"), (2, "top", 1, "staged")}
    code, _ = report("--staged", cwd=repo.path / "below")
    assert code == 1


def conflict(repo: Repo) -> None:
    """A merge in progress: main and side changed the same line."""
    repo.git("checkout", "-q", "-b", "side")
    repo.commit("side", clean="theirs\n" + line(4), other=line(5))
    repo.git("checkout", "-q", "main")
    repo.commit("main", clean="ours\n")
    repo.git("merge", "-q", "side", check=False)
    assert "UU clean" in repo.git("status", "--porcelain")


def test_a_merge_in_progress_can_be_scanned(repo: Repo) -> None:
    conflict(repo)
    repo.write("new", line(1))
    repo.git("add", "new")
    assert (1, "new", 1, "staged") in found(repo.path, staged=True)


def test_what_a_merge_brings_from_the_other_side_is_not_new(repo: Repo) -> None:
    conflict(repo)
    repo.write("clean", "both\n" + line(1))
    repo.git("add", "-A")
    assert found(repo.path, staged=True) == {(1, "clean", 2, "staged")}


def test_an_intent_to_add_is_no_fault(repo: Repo) -> None:
    repo.write("later", line(1))
    repo.git("add", "-N", "later")
    repo.write("new", line(2))
    repo.git("add", "new")
    assert found(repo.path, staged=True) == {(2, "new", 1, "staged")}


def test_a_split_index_is_read(repo: Repo) -> None:
    repo.git("update-index", "--split-index")
    repo.write("new", line(1))
    repo.git("add", "new")
    assert found(repo.path, staged=True) == {(1, "new", 1, "staged")}


def test_a_sparse_index_is_read(repo: Repo) -> None:
    repo.commit("wide", in__a="x", out__b="y")
    repo.git("sparse-checkout", "set", "--cone", "--sparse-index", "in")
    repo.write("in/new", line(1))
    repo.git("add", "in/new")
    assert found(repo.path, staged=True) == {(1, "in/new", 1, "staged")}


# ---------------------------------------------------------------- ranges


def test_a_range_holds_only_what_its_commits_add(repo: Repo) -> None:
    start = repo.git("rev-parse", "HEAD")
    repo.commit("two", old=f"first\nmore\n{line(0)}last\n{line(1)}")
    repo.commit("three", new=line(2))
    end = repo.commit("four", new="clean\n")
    repo.commit("five", later=line(3))
    wanted = {(1, "old", 5, "file"), (2, "new", 1, "file")}
    assert found(repo.path, range=f"{start}..{end}") == wanted
    assert found(repo.path, range=f"{start}..") == wanted | {(3, "later", 1, "file")}
    assert found(repo.path, since=start) == wanted | {(3, "later", 1, "file")}


def test_a_finding_of_a_range_has_commit_author_and_date(repo: Repo) -> None:
    commit = repo.commit("two", new=line(1))
    findings, _ = scan(repo.path, range="HEAD~1..HEAD")
    (place,) = findings[0].places
    assert (place.commit, place.author, place.date) == (commit, "Ada Example", "2023-11-15T00:13:20+00:00")


def test_messages_of_a_range_count(repo: Repo) -> None:
    repo.commit(f"before\n\n{line(1)}")
    start = repo.git("rev-parse", "HEAD")
    repo.commit(f"within\n\n{line(2)}")
    assert found(repo.path, since=start) == {(2, "", 3, "commit-message")}


def test_a_merge_in_a_range_counts_only_what_neither_side_has(repo: Repo) -> None:
    repo.git("checkout", "-q", "-b", "side")
    repo.commit("side", a__file=line(1), shared="theirs\n")
    repo.git("checkout", "-q", "main")
    start = repo.commit("main", shared="ours\n", b__file=line(2))
    repo.git("merge", "-q", "--no-commit", "side", check=False)
    repo.write("shared", "both\n" + line(3))
    repo.commit("merge")
    assert found(repo.path, since=start) == {(1, "a/file", 1, "file"), (3, "shared", 2, "file")}
    assert found(repo.path, range="side..HEAD") == {(2, "b/file", 1, "file"), (3, "shared", 2, "file")}


def test_a_range_across_the_first_commit_of_an_unrelated_history(repo: Repo) -> None:
    repo.git("checkout", "-q", "--orphan", "fresh")
    repo.git("rm", "-rfq", ".")
    repo.commit("root", root=line(1))
    assert found(repo.path, range="main..fresh") == {(1, "root", 1, "file")}


def test_a_file_that_moved_in_a_range_is_not_new(repo: Repo) -> None:
    repo.git("mv", "old", "moved")
    repo.commit("move")
    assert found(repo.path, range="HEAD~1..HEAD") == set()


@pytest.mark.parametrize("arguments", [("--range", "HEAD..HEAD"), ("--since", "HEAD"), ("--range", "HEAD..HEAD~1")])
def test_an_empty_range_is_clean(repo: Repo, arguments: tuple[str, str]) -> None:
    repo.commit("two", new=line(1))
    code, document = report(*arguments, ".", cwd=repo.path)
    assert (code, document["scan"]["state"]) == (0, "complete")


def test_a_commit_without_changes_is_clean(repo: Repo) -> None:
    repo.commit("nothing")
    code, document = report("--range", "HEAD~1..HEAD", ".", cwd=repo.path)
    assert (code, document["scan"]["objects"]) == (0, 1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--range", "nowhere..HEAD"), "'nowhere' is no commit"),
        (("--range", "HEAD..nowhere"), "'nowhere' is no commit"),
        (("--range", "HEAD"), "is not of the form A..B"),
        (("--range", "HEAD...main"), "is not of the form A..B"),
        (("--since", "nowhere"), "'nowhere' is no commit"),
        (("--since", "HEAD:old"), "'HEAD:old' is no commit"),
        (("--since", "1" * 40), "is no commit"),
        (("--since", "HEAD", "--staged"), "exclude each other"),
        (("--range", "HEAD..HEAD", "--since", "HEAD"), "exclude each other"),
    ],
)
def test_a_bad_revision_is_a_usage_error(repo: Repo, arguments: tuple[str, ...], words: str) -> None:
    done = keysieve("scan", *arguments, ".", cwd=repo.path)
    assert (done.code, done.out) == (2, "")
    assert words in done.err


def test_a_bad_revision_of_since_names_since(repo: Repo) -> None:
    assert "--since nowhere" in keysieve("scan", "--since", "nowhere", ".", cwd=repo.path).err


def test_changes_outside_a_repository_are_a_usage_error(tmp_path: Path) -> None:
    for arguments in (("--staged",), ("--range", "A..B"), ("--since", "A")):
        done = keysieve("scan", *arguments, ".", cwd=tmp_path)
        assert done.code == 2
        assert "is not in a git repository" in done.err


@pytest.mark.parametrize("source", [SourceSettings(staged=True), SourceSettings(since="HEAD~1")])
def test_a_target_with_changes_but_excluded_paths_is_clean(repo: Repo, source: SourceSettings) -> None:
    from dataclasses import replace

    repo.commit("two", vendor__x=line(1))
    repo.write("vendor/y", line(2))
    repo.git("add", "-A")
    findings, summary = scanner.scan(str(repo.path), Settings(source=replace(source, exclude=("vendor",))))
    assert (findings, summary.errors) == ([], ())


def test_a_range_works_by_branch_and_tag_names(repo: Repo) -> None:
    repo.git("tag", "-a", "v1", "-m", "release")
    repo.git("checkout", "-q", "-b", "feature/x")
    repo.commit("two", new=line(1))
    assert found(repo.path, range="v1..feature/x") == {(1, "new", 1, "file")}
    assert found(repo.path, range="main..feature/x") == {(1, "new", 1, "file")}
    assert found(repo.path, range="main..@") == {(1, "new", 1, "file")}
    assert found(repo.path, since="@~1") == {(1, "new", 1, "file")}


def test_the_last_checked_out_commit_is_a_revision_too(repo: Repo) -> None:
    repo.commit("two", new=line(1))
    with pytest.raises(UsageError):
        scan(repo.path, since="HEAD@{99}")
    assert found(repo.path, since="HEAD^") == {(1, "new", 1, "file")}
