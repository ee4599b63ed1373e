"""`keysieve baseline` and `scan --baseline`, over real repositories."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scanner.baseline import NAME, Entry, read
from tests.cli.command import keysieve, report
from tests.helpers.repositories import Repo
from tests.helpers.samples import sample


def leak(number: int) -> str:
    return sample("github-pat-classic", seed=9000 + number)


def accepted(repo: Repo) -> dict[str, Entry]:
    return read(str(repo.path / NAME)).entries


def scan(repo: Repo, *options: str) -> int:
    return keysieve("scan", "--baseline", NAME, *options, ".", cwd=repo.path).code


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A repository with one finding, and a baseline of it, committed."""
    repo = Repo(tmp_path / "repo")
    repo.commit("one", src__a_dot_py=f'import os\n\nKEY = "{leak(1)}"\n')
    assert keysieve("baseline", "create", cwd=repo.path).code == 0
    repo.commit("baseline")
    return repo


def test_what_was_accepted_is_not_reported_and_the_file_holds_no_place(repo: Repo) -> None:
    assert scan(repo) == 0
    text = (repo.path / NAME).read_text()
    assert leak(1) not in text and "a.py" not in text
    assert len(accepted(repo)) == 1


def test_two_branches_that_each_add_a_finding_merge(repo: Repo) -> None:
    base = repo.git("rev-parse", "HEAD")
    for branch, number in (("one", 2), ("two", 3)):
        repo.git("checkout", "-q", "-b", branch, base)
        repo.commit(branch, **{f"{branch}.py": f'KEY = "{leak(number)}"\n'})
        assert scan(repo) == 1
        done = keysieve("baseline", "update", "--no-history", "--reason", f"of {branch}", cwd=repo.path)
        assert done.code == 0 and "1 added, 2 in all" in done.out
        repo.commit("accepted")
    repo.git("merge", "-q", "--no-edit", "one")
    assert {entry.reason for entry in accepted(repo).values()} == {"", "of one", "of two"}
    assert scan(repo) == 0


def test_many_additions_at_the_same_spot_merge_by_union(repo: Repo) -> None:
    """Fingerprints that begin alike are neighbours: there only `merge=union` keeps both."""
    base = repo.git("rev-parse", "HEAD")
    for branch in ("one", "two"):
        repo.git("checkout", "-q", "-b", branch, base)
        path = repo.path / NAME
        lines = path.read_text().splitlines()
        lines.insert(lines.index("7f") + 1, "7f" + branch[0].replace("o", "1").replace("t", "2") * 62 + " some-id")
        path.write_text("\n".join(lines) + "\n")
        repo.commit(branch)
    repo.git("merge", "-q", "--no-edit", "one")
    assert len(accepted(repo)) == 3


def test_move_reindent_squash_and_rebase_do_not_matter(repo: Repo) -> None:
    (repo.path / "lib").mkdir()
    repo.git("mv", "src/a.py", "lib/b.py")
    repo.commit("moved")
    assert scan(repo) == 0
    repo.commit("reindented", lib__b_dot_py=f'# far\n\n\n\nclass A:\n        key = "{leak(1)}"  # here\n')
    assert scan(repo) == 0
    repo.git("checkout", "-q", "--orphan", "squashed")
    repo.commit("everything at once")
    assert scan(repo) == 0
    repo.git("checkout", "-q", "main")
    repo.git("rebase", "-q", "--root", "--exec", "true", "--force-rebase")
    assert scan(repo) == 0


def test_a_different_secret_on_an_accepted_line_is_reported(repo: Repo) -> None:
    repo.commit("changed", src__a_dot_py=f'import os\n\nKEY = "{leak(4)}"\n')
    code, document = report("--baseline", NAME, ".", cwd=repo.path)
    assert code == 1
    assert [place["path"] for found in document["findings"] for place in found["places"]] == ["src/a.py"]


def test_what_matches_nothing_any_more_is_told_fails_if_wished_and_is_pruned(repo: Repo) -> None:
    path = repo.path / NAME
    gone = f"{'e' * 64} some-id"
    with path.open("a") as stream:
        stream.write(gone + "\n")
    done = keysieve("scan", "--baseline", NAME, ".", cwd=repo.path)
    assert done.code == 0 and f"{'e' * 16}: matches nothing any more" in done.err
    assert scan(repo, "--fail-stale") == 1
    assert keysieve("scan", "--baseline", NAME, "--no-history", ".", cwd=repo.path).err == ""
    # A scan of one file told that what stands in the others was gone.
    assert keysieve("scan", "--baseline", NAME, "src/a.py", cwd=repo.path).err == ""
    assert keysieve("baseline", "prune", "--dry-run", cwd=repo.path).code == 1
    assert keysieve("baseline", "prune", cwd=repo.path).code == 0
    assert scan(repo, "--fail-stale") == 0 and len(accepted(repo)) == 1


def test_nothing_is_pruned_after_an_incomplete_scan(repo: Repo) -> None:
    with (repo.path / NAME).open("a") as stream:
        stream.write(f"{'e' * 64} some-id\n")
    lost = repo.git("rev-parse", "HEAD:src/a.py")
    (repo.path / ".git/objects" / lost[:2] / lost[2:]).unlink()
    done = keysieve("baseline", "prune", cwd=repo.path)
    assert done.code == 3 and "INCOMPLETE" in done.err
    assert len(accepted(repo)) == 2


def test_an_entry_counts_until_its_day(repo: Repo) -> None:
    path = repo.path / NAME
    for day, code in (("2020-01-01", 1), ("2999-01-01", 0)):
        repo.git("checkout", "-q", NAME)
        (line,) = (line for line in path.read_text().splitlines() if line.endswith("github-pat-classic"))
        path.write_text(path.read_text().replace(line, f'{line} {{"expires": "{day}"}}'))
        done = keysieve("scan", "--baseline", NAME, ".", cwd=repo.path)
        assert done.code == code
        assert ("expired" in done.err) is (code == 1)


def test_accepted_by_path_it_is_reported_elsewhere(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit("one", src__a_dot_py=f'KEY = "{leak(1)}"\n')
    assert keysieve("baseline", "create", "--by-path", cwd=repo.path).code == 0
    assert scan(repo) == 0
    repo.commit("two", lib__b_dot_py=f'KEY = "{leak(1)}"\n')
    code, document = report("--baseline", NAME, ".", cwd=repo.path)
    assert code == 1
    assert [place["path"] for place in document["findings"][0]["places"]] == ["lib/b.py"]


def test_the_salt_is_the_key_and_ignores_hold_beside_it(repo: Repo) -> None:
    repo.commit("two", b_dot_py=f'KEY = "{leak(2)}"\n')
    _, plain = report(".", cwd=repo.path)
    _, salted = report("--baseline", NAME, "--show-suppressed", ".", cwd=repo.path)
    prints = [{found["fingerprint"] for found in document["findings"]} for document in (plain, salted)]
    assert len(prints[0]) == len(prints[1]) == 2 and not prints[0] & prints[1]
    (repo.path / ".keysieveignore").write_text("\n".join(text[:16] for text in prints[0]))
    assert scan(repo) == 0


def test_a_key_from_the_environment_leaves_the_baseline_as_it_is(repo: Repo) -> None:
    done = keysieve("scan", "--baseline", NAME, ".", cwd=repo.path, KEYSIEVE_FINGERPRINT_KEY="our own")
    assert done.code == 0


def test_show_suppressed_tells_by_what(repo: Repo) -> None:
    repo.commit("two", b_dot_py=f'KEY = "{leak(2)}"  # keysieve:allow\n')
    code, document = report("--baseline", NAME, "--show-suppressed", ".", cwd=repo.path)
    told = {found["places"][0]["path"]: found["suppressed"]["kind"] for found in document["findings"]}
    assert code == 0 and told == {"src/a.py": "baseline", "b.py": "comment"}
    done = keysieve("scan", "--baseline", NAME, "--show-suppressed", "-f", "sarif", ".", cwd=repo.path)
    results = json.loads(done.out)["runs"][0]["results"]
    assert sorted(result["suppressions"][0]["kind"] for result in results) == ["external", "inSource"]
    assert keysieve("scan", "--show-suppressed", "-f", "junit", ".", cwd=repo.path).code == 2


def test_audit_asks_once_and_shows_no_secret(repo: Repo) -> None:
    repo.commit("two", b_dot_py=f'PAIR = ["{leak(1)}", "{leak(2)}"]\n')
    assert keysieve("baseline", "update", cwd=repo.path).code == 0
    done = keysieve("baseline", "audit", cwd=repo.path, data=b"x\nr\nq\n")
    assert done.code == 0
    assert leak(1) not in done.out and leak(2) not in done.out
    assert 'KEY = "****' in done.out or 'PAIR = ["****' in done.out
    assert sorted(entry.state for entry in accepted(repo).values()) == ["", "rotate-later"]
    assert keysieve("baseline", "audit", cwd=repo.path, data=b"t\n").out.count("[t]rue") == 1
    assert sorted(entry.state for entry in accepted(repo).values()) == ["rotate-later", "true"]


def test_create_does_not_overwrite(repo: Repo) -> None:
    done = keysieve("baseline", "create", cwd=repo.path)
    assert done.code == 2 and "is there already" in done.err


def test_a_baseline_of_what_could_not_be_scanned_is_not_green(tmp_path: Path) -> None:
    done = keysieve("baseline", "create", "-b", tmp_path / "b", tmp_path / "missing")
    assert done.code == 2 and not (tmp_path / "b").exists()


def test_a_credential_that_is_allowed_in_one_place_only_is_told_in_both_ways(repo: Repo) -> None:
    repo.commit("two", c_dot_py=f'KEY = "{leak(5)}"  # keysieve:allow\n')
    repo.commit("three", c_dot_py=f'KEY = "{leak(5)}"\n')  # the comment is gone
    repo.commit("four", d_dot_py=f'KEY = "{leak(5)}"  # keysieve:allow\n')
    _, plain = report("--baseline", NAME, ".", cwd=repo.path)
    _, every = report("--baseline", NAME, "--show-suppressed", ".", cwd=repo.path)
    left = [found for found in every["findings"] if "suppressed" not in found]
    assert left == plain["findings"] and [place["path"] for place in left[0]["places"]] == ["c.py"]
    gone = [found for found in every["findings"] if found.get("suppressed", {}).get("kind") == "comment"]
    assert [place["path"] for found in gone for place in found["places"]] == ["c.py", "d.py"]
    assert "allowed by a comment" not in str(every["findings"])


def test_a_branch_against_the_default_one(repo: Repo) -> None:
    repo.git("branch", "-M", "main")
    repo.git("checkout", "-q", "-b", "feature")
    repo.commit("two", e_dot_py=f'KEY = "{leak(6)}"\n')
    repo.git("checkout", "-q", "main")
    code, document = report("--branch", "feature", ".", cwd=repo.path)
    assert code == 1
    assert [place["path"] for found in document["findings"] for place in found["places"]] == ["e.py"]
    assert report("--branch", "main", ".", cwd=repo.path)[0] == 0
    for arguments in (("--branch", "nowhere"), ("--branch", "feature", "--staged"), ("--branch", "feature", "a", "b")):
        assert keysieve("scan", *arguments, cwd=repo.path).code == 2
