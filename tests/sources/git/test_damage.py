"""Damaged repositories: every fault is named, nothing else is lost, and the scan is never green."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import scanner
from scanner.records import Summary
from scanner.sources.git.door import Door
from tests.cli.command import report
from tests.helpers.repositories import Repo
from tests.helpers.samples import sample

COMMITS = 12


def leak(number: int) -> str:
    return sample("github-pat-classic", seed=9000 + number)


def repository(path: Path) -> Repo:
    """Each commit brings a file with a credential, and changes one that grows and holds another."""
    repo = Repo(path)
    rows = [f"row {number} of a file that is long enough for deltas\n" for number in range(400)]
    for number in range(COMMITS):
        rows[number * 30] = f"key = {leak(100 + number)}\n"
        repo.commit(
            f"commit {number}",
            **{f"folder{number}__file.txt": f"word {number}\ntoken = {leak(number)}\n", "grow.txt": "".join(rows)},
        )
    return repo


@pytest.fixture(scope="module")
def loose(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return repository(tmp_path_factory.mktemp("loose") / "repository").path


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    repo = repository(tmp_path_factory.mktemp("packed") / "repository")
    repo.git("gc", "-q")
    return repo.path


@pytest.fixture
def copy(tmp_path: Path) -> Callable[[Path], Path]:
    def made(path: Path) -> Path:
        return Path(shutil.copytree(path, tmp_path / "repository"))

    return made


def git(path: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=path, capture_output=True, check=True)
    return done.stdout.decode().strip()


def loose_file(path: Path, name: str) -> Path:
    return path / ".git/objects" / name[:2] / name[2:]


def objects(path: Path) -> list[str]:
    listed = git(path, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)")
    return listed.split()


def readable(path: Path, name: str) -> bool:
    kind = subprocess.run(["git", "cat-file", "-t", name], cwd=path, capture_output=True, check=False)
    if kind.returncode:
        return False
    word = kind.stdout.decode().strip()
    return not subprocess.run(["git", "cat-file", word, name], cwd=path, capture_output=True, check=False).returncode


def scan(path: Path) -> tuple[int, dict[str, Any], dict[str, str]]:
    """Exit code, findings by fingerprint, errors by object; history only, so that files on disk hide nothing."""
    code, document = report("--history-only", ".", cwd=path)
    errors = {fault["object"]: fault["problem"] for fault in document["scan"]["errors"]}
    assert (document["scan"]["state"] == "incomplete") == bool(errors)
    return code, {finding["fingerprint"]: finding for finding in document["findings"]}, errors


def blobs_of(finding: dict[str, Any]) -> set[str]:
    return {place["blob"] for place in finding["places"]}


def assert_only_lost(whole: dict[str, Any], left: dict[str, Any], lost: set[str]) -> None:
    """What is found in readable blobs is found as before; what is lost was in blobs that cannot be read."""
    assert left.keys() <= whole.keys()
    for key, finding in whole.items():
        if not blobs_of(finding) & lost:
            assert key in left
        if finding["places"][0]["blobs"] == 1:
            assert (key in left) == (not blobs_of(finding) & lost)
            assert left.get(key, finding) == finding


def test_an_undamaged_repository_is_complete(packed: Path, loose: Path) -> None:
    for path in (packed, loose):
        code, found, errors = scan(path)
        assert (code, errors) == (1, {})
        assert len(found) == 2 * COMMITS


def test_a_missing_blob_is_named_with_its_commit_and_path(loose: Path, copy: Callable[[Path], Path]) -> None:
    path = copy(loose)
    _, whole, _ = scan(path)
    lost, commit = git(path, "rev-parse", "HEAD~5:folder6/file.txt", "HEAD~5").split()
    loose_file(path, lost).unlink()
    code, left, errors = scan(path)
    assert code == 3
    assert errors == {lost: f"missing; commit {commit} needs it as folder6/file.txt"}
    assert_only_lost(whole, left, {lost})


def test_a_missing_tree_is_named(loose: Path, copy: Callable[[Path], Path]) -> None:
    path = copy(loose)
    _, whole, _ = scan(path)
    lost = git(path, "rev-parse", "HEAD~5^{tree}")
    loose_file(path, lost).unlink()
    code, left, errors = scan(path)
    assert code == 3
    assert lost in errors
    assert left.keys() == whole.keys()


def test_a_missing_tree_of_a_folder_is_named(loose: Path, copy: Callable[[Path], Path]) -> None:
    path = copy(loose)
    _, whole, _ = scan(path)
    lost = git(path, "rev-parse", "HEAD~5:folder6")
    loose_file(path, lost).unlink()
    code, left, errors = scan(path)
    assert code == 3
    assert lost in errors
    assert left.keys() == whole.keys()


def test_a_missing_commit_is_named(loose: Path, copy: Callable[[Path], Path]) -> None:
    path = copy(loose)
    _, whole, _ = scan(path)
    lost = git(path, "rev-parse", "HEAD~5")
    loose_file(path, lost).unlink()
    code, left, errors = scan(path)
    assert code == 3
    assert lost in errors
    assert left.keys() == whole.keys()


def test_a_ref_to_a_commit_that_is_missing_is_named(loose: Path, copy: Callable[[Path], Path]) -> None:
    path = copy(loose)
    lost = "1" * 40
    (path / ".git/refs/heads/broken").write_text(lost + "\n")
    code, left, errors = scan(path)
    assert (code, len(left)) == (3, 2 * COMMITS)
    assert "refs/heads/broken" in str(errors)


@pytest.mark.parametrize(
    "kind",
    [
        "blob",
        "tree",
        "commit",
    ],
)
def test_a_corrupt_loose_object_is_named(loose: Path, copy: Callable[[Path], Path], kind: str) -> None:
    path = copy(loose)
    _, whole, _ = scan(path)
    names = {"blob": "HEAD~5:folder6/file.txt", "tree": "HEAD~5^{tree}", "commit": "HEAD~5"}
    lost = git(path, "rev-parse", names[kind])
    spoil(loose_file(path, lost))
    assert not readable(path, lost)
    code, left, errors = scan(path)
    assert code == 3
    assert lost in errors
    if kind == "blob":
        assert_only_lost(whole, left, {lost})
    else:  # without a tree or a commit no credential is lost, only its place may be told less well
        assert left.keys() == whole.keys()


def spoil(path: Path, offset: int | None = None, count: int = 4) -> None:
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2 if offset is None else offset
    for index in range(middle, min(middle + count, len(data))):
        data[index] ^= 0x55
    path.write_bytes(data)


def test_an_empty_loose_object_is_named(loose: Path, copy: Callable[[Path], Path]) -> None:
    path = copy(loose)
    _, whole, _ = scan(path)
    lost = git(path, "rev-parse", "HEAD~5:folder6/file.txt")
    loose_file(path, lost).chmod(0o644)
    loose_file(path, lost).write_bytes(b"")
    code, left, errors = scan(path)
    assert code == 3
    assert lost in errors
    assert_only_lost(whole, left, {lost})


def entries(path: Path) -> dict[str, tuple[str, int, int]]:
    """Object -> kind, offset in the pack, size there."""
    index = next(path.glob(".git/objects/pack/*.idx"))
    rows = [row.split() for row in git(path, "verify-pack", "-v", str(index)).splitlines()]
    return {row[0]: (row[1], int(row[4]), int(row[3])) for row in rows if len(row) >= 5 and len(row[0]) == 40}


@pytest.mark.parametrize("seed", range(4))
def test_corrupt_pack_entries_are_each_named(packed: Path, copy: Callable[[Path], Path], seed: int) -> None:
    import random

    path = copy(packed)
    _, whole, _ = scan(path)
    pack = next(path.glob(".git/objects/pack/*.pack"))
    known = entries(path)
    blobs = sorted(name for name, (kind, _, size) in known.items() if kind == "blob" and size > 30)
    for name in random.Random(seed).sample(blobs, 4):
        _, offset, size = known[name]
        spoil(pack, offset + size // 2)
    lost = {name for name in blobs if not readable(path, name)}
    assert len(lost) >= 4
    code, left, errors = scan(path)
    assert code == 3
    assert lost <= errors.keys()
    assert {name for name in errors if name in known} <= {name for name in known if not readable(path, name)}
    assert_only_lost(whole, left, lost)


@pytest.mark.parametrize(
    "kind",
    [
        "tree",
        "commit",
    ],
)
def test_a_corrupt_tree_or_commit_in_a_pack_is_named(packed: Path, copy: Callable[[Path], Path], kind: str) -> None:
    path = copy(packed)
    _, whole, _ = scan(path)
    pack = next(path.glob(".git/objects/pack/*.pack"))
    known = entries(path)
    name = sorted(name for name, (found, _, size) in known.items() if found == kind and size > 40)[1]
    spoil(pack, known[name][1] + known[name][2] // 2)
    assert not readable(path, name)
    lost = {name for name in known if not readable(path, name)}
    code, left, errors = scan(path)
    assert (code, left.keys()) == (3, whole.keys())
    assert errors.keys() & lost


@pytest.mark.parametrize("part", [0.3, 0.9])
def test_a_truncated_pack_is_named(packed: Path, copy: Callable[[Path], Path], part: float) -> None:
    path = copy(packed)
    pack = next(path.glob(".git/objects/pack/*.pack"))
    pack.chmod(0o644)
    os.truncate(pack, int(pack.stat().st_size * part))
    code, left, errors = scan(path)
    assert code == 3
    assert any(pack.name in f"{name} {problem}" for name, problem in errors.items())


def test_a_pack_without_its_index_is_named(packed: Path, copy: Callable[[Path], Path]) -> None:
    path = copy(packed)
    index = next(path.glob(".git/objects/pack/*.idx"))
    index.unlink()
    code, _, errors = scan(path)
    assert code == 3
    assert errors


def test_a_damaged_pack_index_is_named(packed: Path, copy: Callable[[Path], Path]) -> None:
    path = copy(packed)
    index = next(path.glob(".git/objects/pack/*.idx"))
    index.chmod(0o644)
    os.truncate(index, index.stat().st_size // 2)
    code, _, errors = scan(path)
    assert code == 3
    assert any(index.name in f"{name} {problem}" for name, problem in errors.items())


def test_a_commit_that_is_missing_hides_no_file_on_disk(loose: Path, copy: Callable[[Path], Path]) -> None:
    path = copy(loose)
    loose_file(path, git(path, "rev-parse", "HEAD")).unlink()
    (path / "untracked.txt").write_text(f"key = {leak(500)}\n")
    code, document = report(".", cwd=path)
    assert code == 3
    assert "untracked.txt" in {place["path"] for finding in document["findings"] for place in finding["places"]}


def test_a_damaged_index_hides_no_file_on_disk(loose: Path, copy: Callable[[Path], Path]) -> None:
    path = copy(loose)
    (path / ".git/index").write_bytes(b"DIRC" + bytes(400))
    (path / "untracked.txt").write_text(f"key = {leak(500)}\n")
    code, document = report(".", cwd=path)
    assert "untracked.txt" in {place["path"] for finding in document["findings"] for place in finding["places"]}
    assert code in (1, 3)


def test_a_damaged_index_fails_a_staged_scan(loose: Path, copy: Callable[[Path], Path]) -> None:
    path = copy(loose)
    (path / ".git/index").write_bytes(b"DIRC" + bytes(400))
    code, document = report("--staged", ".", cwd=path)
    assert code == 3
    assert document["scan"]["errors"]


def test_a_staged_blob_that_is_missing_is_named(loose: Path, copy: Callable[[Path], Path]) -> None:
    path = copy(loose)
    (path / "new.txt").write_text(f"key = {leak(500)}\n")
    git(path, "add", "new.txt")
    lost = git(path, "rev-parse", ":new.txt")
    loose_file(path, lost).unlink()
    code, document = report("--staged", ".", cwd=path)
    assert code == 3
    assert [fault["object"] for fault in document["scan"]["errors"]] == [lost]


def test_a_range_with_a_missing_blob_names_it(loose: Path, copy: Callable[[Path], Path]) -> None:
    path = copy(loose)
    lost = git(path, "rev-parse", "HEAD~1:folder10/file.txt")
    loose_file(path, lost).unlink()
    code, document = report("--range", "HEAD~3..HEAD", ".", cwd=path)
    assert code == 3
    assert [fault["object"] for fault in document["scan"]["errors"]] == [lost]
    assert len(document["findings"]) == 5


def test_a_range_with_a_missing_tree_names_it(loose: Path, copy: Callable[[Path], Path]) -> None:
    path = copy(loose)
    lost = git(path, "rev-parse", "HEAD~1^{tree}")
    loose_file(path, lost).unlink()
    code, document = report("--range", "HEAD~3..HEAD", ".", cwd=path)
    assert code == 3
    assert lost in str(document["scan"]["errors"])


def test_a_file_that_goes_while_it_is_scanned_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from scanner.sources import files

    (tmp_path / "stays.txt").write_text(f"key = {leak(1)}\n")
    (tmp_path / "goes.txt").write_text(f"key = {leak(2)}\n")
    read = files._read

    def gone(root: str, name: str, *rest: Any) -> Any:
        (tmp_path / "goes.txt").unlink(missing_ok=True)
        return read(root, name, *rest)

    monkeypatch.setattr(files, "_read", gone)
    findings, summary = scanner.scan(str(tmp_path))
    assert [fault.object for fault in summary.errors] == ["goes.txt"]
    assert state(summary) == "incomplete"
    assert [place.path for finding in findings for place in finding.places] == ["stays.txt"]


def state(summary: Summary) -> str:
    return summary.state


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_a_file_and_a_folder_without_permission_are_named(tmp_path: Path) -> None:
    (tmp_path / "closed.txt").write_text("x")
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed.txt").chmod(0)
    (tmp_path / "closed").chmod(0)
    try:
        code, document = report(".", cwd=tmp_path)
    finally:
        (tmp_path / "closed").chmod(0o700)
    assert code == 3
    assert {fault["object"] for fault in document["scan"]["errors"]} == {"closed", "closed.txt"}


def test_a_folder_that_cannot_be_listed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "open.txt").write_text("x")
    scandir = os.scandir

    def refusing(path: str) -> Any:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    _, summary = scanner.scan(str(tmp_path))
    assert [tuple(fault) for fault in summary.errors] == [("closed", "cannot be listed: Permission denied")]


def _empty(name: str) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        file = loose_file(path, git(path, "rev-parse", name))
        file.chmod(0o644)
        file.write_bytes(b"")

    return damage


def _folder_for_object(path: Path) -> None:
    file = loose_file(path, git(path, "rev-parse", "HEAD~5:folder6/file.txt"))
    file.unlink()
    file.mkdir()


def _without(kind: str) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        for name in objects(path):
            if git(path, "cat-file", "-t", name) == kind:
                loose_file(path, name).unlink()

    return damage


def _text(name: str, text: str) -> Callable[[Path], None]:
    return lambda path: (path / ".git" / name).write_text(text) and None


def _commit_graph(path: Path) -> None:
    git(path, "commit-graph", "write", "--reachable")
    spoil(path / ".git/objects/info/commit-graph", None, 200)


def _multi_pack_index(path: Path) -> None:
    git(path, "gc", "-q")
    git(path, "multi-pack-index", "write")
    spoil(path / ".git/objects/pack/multi-pack-index", 100, 300)


DAMAGES = [
    pytest.param(_empty("HEAD~5"), id="an empty commit"),
    pytest.param(_empty("HEAD"), id="an empty HEAD commit"),
    pytest.param(_without("tree"), id="no tree left"),
    pytest.param(_without("commit"), id="no commit left"),
    pytest.param(_text("packed-refs", "garbage here\n"), id="garbage in packed-refs"),
    pytest.param(_text("refs/heads/broken", ""), id="an empty ref"),
    pytest.param(_text("refs/heads/broken", "no hash\n"), id="garbage in a ref"),
    pytest.param(_text("HEAD", ""), id="an empty HEAD"),
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_beside_the_blobs_loses_no_credential(
    loose: Path, copy: Callable[[Path], Path], damage: Callable[[Path], None]
) -> None:
    path = copy(loose)
    damage(path)
    code, left, errors = scan(path)
    assert code == 3
    assert errors
    assert len(left) >= 2 * COMMITS - 1


@pytest.mark.parametrize(
    "damage",
    DAMAGES,
)
def test_damage_in_git_hides_no_file_on_disk(
    loose: Path, copy: Callable[[Path], Path], damage: Callable[[Path], None]
) -> None:
    path = copy(loose)
    damage(path)
    (path / "untracked.txt").write_text(f"key = {leak(500)}\n")
    code, document = report(".", cwd=path)
    assert code == 3
    assert "untracked.txt" in {place["path"] for finding in document["findings"] for place in finding["places"]}


def test_findings_stay_when_attribution_fails(loose: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from scanner.errors import GitError
    from scanner.settings import Settings, SourceSettings
    from scanner.sources.git.history import HistorySource

    def failing(*arguments: object) -> None:
        raise GitError("git log failed: out of luck")

    monkeypatch.setattr(HistorySource, "locate", failing)
    findings, summary = scanner.scan(str(loose), Settings(source=SourceSettings(tree=False)))
    assert "out of luck" in str(summary.errors)
    assert len(findings) == 2 * COMMITS


def test_alternates_that_are_gone_are_named(loose: Path, copy: Callable[[Path], Path]) -> None:
    path = copy(loose)
    (path / ".git/objects/info/alternates").write_text("/nonexistent/objects\n")
    code, left, errors = scan(path)
    assert "/nonexistent/objects" in str(errors)
    assert (code, len(left)) == (3, 2 * COMMITS)


@pytest.mark.parametrize("name", ["ab", "pack"])
def test_a_file_in_place_of_a_folder_of_objects_does_not_end_the_scan(
    loose: Path, copy: Callable[[Path], Path], name: str
) -> None:
    path = copy(loose)
    folder = path / ".git/objects" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.write_text("stray\n")
    (path / "untracked.txt").write_text(f"key = {leak(500)}\n")
    code, document = report(".", cwd=path)
    assert code in (1, 3)
    assert "untracked.txt" in {place["path"] for finding in document["findings"] for place in finding["places"]}


def test_strange_files_among_the_objects_do_not_disturb(loose: Path, copy: Callable[[Path], Path]) -> None:
    path = copy(loose)
    (path / ".git/objects/ab").mkdir(exist_ok=True)
    for name in (
        "ab/tmp_obj_x1",
        "ab/" + "z" * 38,
        "ab/short",
        "zz",
        "pack/tmp_pack_1",
        "pack/pack-1.keep",
        "pack/x.pack",
    ):
        (path / ".git/objects" / name).write_bytes(b"")
    code, left, _ = scan(path)
    assert (code in (1, 3), len(left)) == (True, 2 * COMMITS)


def test_a_repository_that_lost_all_its_objects_is_not_called_clean(loose: Path, copy: Callable[[Path], Path]) -> None:
    path = copy(loose)
    shutil.rmtree(path / ".git/objects")
    (path / ".git/objects").mkdir()
    for name in ("grow.txt", *(f"folder{number}/file.txt" for number in range(COMMITS))):
        (path / name).write_text("clean\n")
    code, document = report(".", cwd=path)
    assert code == 3
    assert document["scan"]["errors"]


@pytest.mark.parametrize("damage", [_commit_graph, _multi_pack_index])
def test_what_git_only_derived_is_not_needed(
    loose: Path, copy: Callable[[Path], Path], damage: Callable[[Path], None]
) -> None:
    path = copy(loose)
    whole = scan(path)
    damage(path)
    assert scan(path) == whole


def test_a_listing_that_ends_early_loses_no_finding(loose: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from scanner.errors import GitError
    from scanner.settings import Settings, SourceSettings
    from scanner.sources.git.history import HistorySource

    shards = HistorySource.shards

    def ending(self: HistorySource, tally: Any) -> Any:
        yield from list(shards(self, tally))
        os.unlink(self._listing.present)
        raise GitError("git cat-file ended early")

    monkeypatch.setattr(HistorySource, "shards", ending)
    findings, summary = scanner.scan(str(loose), Settings(source=SourceSettings(tree=False)))
    assert "ended early" in str(summary.errors)
    assert len(findings) == 2 * COMMITS


def test_a_folder_in_place_of_an_object_loses_nothing_else(loose: Path, copy: Callable[[Path], Path]) -> None:
    path = copy(loose)
    lost = git(path, "rev-parse", "HEAD~5:folder6/file.txt")
    _folder_for_object(path)
    (path / "folder6/file.txt").write_text("clean\n")
    (path / "untracked.txt").write_text(f"key = {leak(500)}\n")
    code, document = report(".", cwd=path)
    assert code == 3
    assert lost in str(document["scan"]["errors"])
    paths = {place["path"] for finding in document["findings"] for place in finding["places"]}
    assert {"untracked.txt", "grow.txt"} <= paths
    assert len(document["findings"]) == 2 * COMMITS


FULL = {
    "git": ("keysieve-objects", "keysieve-present"),
    "walk": ("keysieve-present", "keysieve-walk-0", "keysieve-walk-0-trees"),
}


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no /dev/full")
@pytest.mark.parametrize("number", range(3))
def test_a_full_disk_is_told_and_nothing_is_scanned_by_half(
    tmp_path: Path, reader: str, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """numpy wrote a plan that was cut off and said nothing, so objects were left out; else it was an internal error."""
    path = repository(tmp_path / "repo").path
    subprocess.run(["git", "-C", str(path), "gc", "-q"], check=True)
    name = FULL[reader][min(number, len(FULL[reader]) - 1)]
    furnish = Door._furnish

    def furnished(door: Door) -> None:
        furnish(door)
        os.symlink("/dev/full", os.path.join(door.git_dir, name))

    monkeypatch.setattr(Door, "_furnish", furnished)
    _, summary = scanner.scan(str(path))
    assert summary.state == "incomplete"
    assert "No space left" in str(summary.errors)
    assert len(summary.errors) <= 2


def test_a_plan_that_is_cut_off_is_no_shorter_plan(tmp_path: Path) -> None:
    from scanner.errors import GitError
    from scanner.sources.git.delta import rows

    plan = tmp_path / "plan"
    plan.write_bytes(bytes(2 * 32))
    assert len(list(rows(str(plan), 0, 2))) == 2
    with pytest.raises(GitError, match="cut off"):
        rows(str(plan), 0, 3)


def test_a_listing_that_is_cut_off_is_a_fault(tmp_path: Path) -> None:
    from scanner.pipeline import scan_shard
    from scanner.settings import DetectSettings
    from scanner.sources.git.objects import ObjectsShard

    listing = tmp_path / "listing"
    listing.write_bytes(b"")
    tally = scan_shard(DetectSettings(), ObjectsShard(str(tmp_path), str(listing), 0, 41, 10)).tally
    assert [fault.problem for fault in tally.faults] == ["the listing of its objects is cut off"]
    listing.unlink()
    tally = scan_shard(DetectSettings(), ObjectsShard(str(tmp_path), str(listing), 0, 41, 10)).tally
    assert [fault.problem for fault in tally.faults] == ["No such file or directory"]
