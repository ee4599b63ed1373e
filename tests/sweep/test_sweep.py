"""A first, a second and a third sweep of an organisation behind a real git server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from scanner.errors import UsageError
from scanner.store.database import Database
from scanner.store.reading import statistics, summary
from scanner.sweep.mirrors import Mirrors
from scanner.sweep.repositories import Repository
from tests.cli.command import keysieve
from tests.sweep.made import Place, line, stored, token, whole


def three(place: Place) -> None:
    for number, name in enumerate(("one", "two", "three")):
        repo = place.repository(name, fork=name == "three")
        repo.commit("first", a_dot_py="x = 1\n", b_dot_py=line(number))
        repo.commit("second", b_dot_py="clean\n")
        place.push(name)


def test_first_second_and_third_sweep(place: Place) -> None:
    three(place)
    first = place.sweep()
    assert (first.state, dict(first.states), len(first.fresh)) == ("complete", {"complete": 3}, 3)
    known = place.known()
    assert not any(item.exposure.in_head for item in known)
    asked = len(place.forge.asked)
    second = place.sweep()
    assert (dict(second.states), second.objects, second.fresh) == ({"unchanged": 3}, 0, set())
    assert len(place.forge.asked) - asked == 4  # a page of the listing, and the refs of three
    place.work["two"].commit("third", c_dot_py=line(9))
    place.push("two")
    third = place.sweep()
    assert (dict(third.states), third.objects, len(third.fresh)) == ({"unchanged": 2, "complete": 1}, 2, 1)
    (new,) = place.known(fingerprint=next(iter(third.fresh)))
    assert (new.finding.places[0].target, new.finding.places[0].path) == ("gh/acme/two", "c.py")
    assert new.exposure.in_head


def test_a_sweep_finds_what_a_scan_finds(place: Place) -> None:
    three(place)
    place.sweep(jobs=2)
    for name in place.work:
        assert stored(place.known(), f"gh/acme/{name}") == whole(place.forge.root / "acme" / f"{name}.git")


def test_a_fork_costs_nothing_and_its_findings_are_its_own(place: Place) -> None:
    repo = place.repository("one")
    repo.commit("first", b_dot_py=line(1), c_dot_py=line(2))
    place.push("one")
    place.sweep()
    bare = place.forge.add("acme", "fork", fork=True)
    shutil.copytree(place.forge.root / "acme" / "one.git", bare)
    done = place.sweep()
    assert (done.objects, len(done.fresh)) == (0, 0)
    assert stored(place.known(), "gh/acme/fork") == whole(bare) == stored(place.known(), "gh/acme/one")


def test_commits_pushed_away_by_force_are_kept_and_scanned(place: Place) -> None:
    repo = place.repository("one")
    base = repo.commit("first", a_dot_py="x = 1\n")
    place.push("one")
    place.sweep()
    lost = repo.commit("second", b_dot_py=line(1))
    place.push("one")
    place.sweep()
    repo.git("reset", "-q", "--hard", base)
    repo.commit("other", d_dot_py="y = 1\n")
    place.push("one")
    done = place.sweep()
    assert done.state == "complete"
    (known,) = place.known()
    assert known.there and known.finding.places[0].commit == lost and not known.exposure.in_head
    mirrors = Mirrors(str(place.folder / "cache"))
    path = mirrors.path(Repository("gh/acme/one", f"{place.forge.url}/git/acme/one.git"))
    assert repo.git("--git-dir", path, "rev-parse", f"refs/keysieve/kept/{lost}") == lost


def test_a_branch_removed_after_the_secret_was_seen_is_kept(place: Place) -> None:
    repo = place.repository("one")
    repo.commit("first", a_dot_py="x = 1\n")
    repo.git("checkout", "-q", "-b", "side")
    repo.commit("second", b_dot_py=line(1))
    repo.git("checkout", "-q", "main")
    place.push("one")
    place.sweep()
    repo.git("branch", "-q", "-D", "side")
    place.push("one")
    assert place.sweep().states == {"complete": 1}
    (known,) = place.known()
    assert known.there and known.finding.places[0].path == "b.py"


def test_a_repository_that_fails_is_named_and_the_others_are_swept(place: Place) -> None:
    three(place)
    place.forge.add("acme", "not-there")
    place.forge.fail("/git/acme/two.git/info/refs", 404)
    done = place.sweep()
    assert dict(done.states) == {"complete": 2, "failed": 2}
    assert {fault.object for fault in done.faults} == {"gh/acme/not-there", "gh/acme/two"}
    shutil.rmtree(place.forge.root / "acme" / "one.git")
    place.forge.repositories["acme"].pop()
    again = place.sweep()
    assert dict(again.states) == {"unchanged": 1, "complete": 1, "failed": 1}
    assert len(place.known()) == 3


def test_a_damaged_repository_is_incomplete_and_is_looked_at_again(place: Place) -> None:
    repo = place.repository("one")
    repo.commit("first", a_dot_py=line(1), b_dot_py=line(2))
    place.push("one")
    place.sweep()
    source = f'[[source]]\nkind = "folder"\nname = "disk"\npath = "{place.folder / "copy"}"\n'
    shutil.copytree(place.forge.root / "acme" / "one.git", place.folder / "copy" / "one.git")
    blob = repo.git("rev-parse", "HEAD:a.py")
    (place.folder / "copy" / "one.git" / "objects" / blob[:2] / blob[2:]).unlink()
    for _ in range(2):
        done = place.sweep(source=source)
        assert dict(done.states) == {"incomplete": 1}
        assert any(blob in fault.problem for fault in done.faults)


def test_empty_repositories_are_complete(place: Place) -> None:
    place.repository("one")
    done = place.sweep()
    assert (done.state, dict(done.states)) == ("complete", {"empty": 1})
    assert dict(place.sweep().states) == {"unchanged": 1}


def test_other_settings_look_again(place: Place) -> None:
    three(place)
    first = place.sweep()
    place.options = 'exclude = ["b.py"]'
    done = place.sweep()
    assert (dict(done.states), done.objects) == ({"complete": 3}, 0)
    assert place.known() == []
    place.options = 'confidence = "low"'
    assert place.sweep().objects == first.objects


def test_the_mirrors_fit_their_budget(place: Place) -> None:
    three(place)
    place.options = "budget = 1\n"
    assert place.sweep().state == "complete"
    mirrors = Mirrors(str(place.folder / "cache"))
    assert [name for name in os.listdir(mirrors.folder) if name.endswith(".git")] == []
    assert dict(place.sweep().states) == {"unchanged": 3}
    place.work["one"].commit("more", e_dot_py=line(7))
    place.push("one")
    done = place.sweep()
    assert (done.objects, len(done.fresh)) == (2, 1)


def test_a_large_repository_is_shared_among_the_processes(place: Place) -> None:
    three(place)
    place.options = "large = 1\n"
    done = place.sweep(jobs=2)
    assert (dict(done.states), len(done.fresh)) == ({"complete": 3}, 3)


def test_a_folder_is_read_in_place(place: Place) -> None:
    three(place)
    source = f'[[source]]\nkind = "folder"\nname = "disk"\npath = "{place.folder / "work"}"\n'
    assert dict(place.sweep(source=source).states) == {"complete": 3}
    assert dict(place.sweep(source=source).states) == {"unchanged": 3}
    assert {item.finding.places[0].target for item in place.known()} == {"disk/one", "disk/two", "disk/three"}
    assert not (place.folder / "cache" / "mirrors").exists() or not list((place.folder / "cache" / "mirrors").iterdir())


def test_a_list_of_urls(place: Place) -> None:
    three(place)
    urls = [f"{place.forge.url}/git/acme/one.git", f"file://{place.forge.root}/acme/two.git"]
    source = f'[[source]]\nkind = "urls"\nname = "u"\nurls = {json.dumps(urls)}\n'
    assert dict(place.sweep(source=source).states) == {"complete": 2}
    assert dict(place.sweep(source=source).states) == {"unchanged": 2}


def test_sweeps_on_postgresql_and_sqlite_are_the_same(place: Place, url: str) -> None:
    place.store = url
    three(place)
    assert len(place.sweep().fresh) == 3
    assert dict(place.sweep().states) == {"unchanged": 3}
    assert len(place.prints()) == 3


def test_the_token_is_in_no_process_list_url_or_file(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    three(place)
    word = token(99)
    place.forge.token = word
    monkeypatch.setenv("FORGE_WORD", word)
    seen: list[bytes] = []
    real = subprocess.Popen

    class Watched(real):  # type: ignore[misc, valid-type]
        def __init__(self, arguments, *more, **options):  # type: ignore[no-untyped-def]
            seen.append(repr(arguments).encode())
            super().__init__(arguments, *more, **options)

    monkeypatch.setattr(subprocess, "Popen", Watched)
    source = place.source + 'token_env = "FORGE_WORD"\n'
    assert dict(place.sweep(source=source).states) == {"complete": 3}
    assert seen and not any(word.encode() in text for text in seen)
    for folder, _, names in os.walk(place.folder / "cache"):
        for name in names:
            assert word.encode() not in Path(folder, name).read_bytes()


def test_a_clone_elsewhere_is_not_given_the_token(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.forge.add("acme", "elsewhere", clone_url="http://localhost:1/elsewhere.git")
    monkeypatch.setenv("FORGE_WORD", "hidden-word")
    source = place.source + 'token_env = "FORGE_WORD"\n'
    from scanner.sweep.config import read
    from scanner.sweep.inventory import take
    from scanner.sweep.web import Web

    web = Web()
    (item,) = take(read(str(place.config(source=source))), web).repositories
    web.close()
    assert item.token_env == ""


def test_no_credential_is_in_cache_or_store(place: Place) -> None:
    three(place)
    place.options = f'audit = "{place.folder / "audit.jsonl"}"\n'
    place.sweep()
    kept = [path for path in place.folder.iterdir() if path.is_file()]
    kept += (place.folder / "cache" / "content").rglob("*.seg")
    assert len(kept) >= 4
    for path in kept:
        assert not any(token(number).encode()[4:20] in path.read_bytes() for number in range(3)), path


def test_the_audit_has_a_record_for_each_repository(place: Place) -> None:
    three(place)
    place.forge.add("acme", "not-there")
    place.options = f'audit = "{place.folder / "audit.jsonl"}"\n'
    place.sweep()
    rows = [json.loads(text) for text in (place.folder / "audit.jsonl").read_text().splitlines()]
    assert {(row["repository"], row["complete"]) for row in rows} == {
        ("gh/acme/one", True), ("gh/acme/two", True), ("gh/acme/three", True), ("gh/acme/not-there", False),
    }  # fmt: skip
    assert all(row["scope"] and row["patterns"] for row in rows)


def test_the_command_sweeps_and_lists(place: Place) -> None:
    three(place)
    config = place.config(extra=f'[metrics]\ntextfile = "{place.folder}/k.prom"\n')
    listed = keysieve("sweep", config, "--list", "-f", "json")
    assert [row["name"] for row in json.loads(listed.out)["repositories"]] == [
        "gh/acme/one",
        "gh/acme/two",
        "gh/acme/three",
    ]
    dry = keysieve("sweep", config, "--dry-run", "--only", "one")
    assert (dry.code, dry.out) == (0, "gh/acme/one: would be scanned\n")
    assert not Path(place.store).exists()
    done = keysieve("sweep", config, "-q", "-f", "json", "--only", "t*")
    assert (done.code, json.loads(done.out)["repositories"]) == (1, {"complete": 2})
    assert keysieve("sweep", config, "-q", "--only", "t*").code == 0
    assert 'keysieve_sweep_repositories{state="unchanged"} 2.0' in (place.folder / "k.prom").read_text()
    shown = keysieve("findings", "--config", config, "list", "-f", "json")
    assert (shown.code, len(json.loads(shown.out)["findings"])) == (1, 2)
    print_ = json.loads(shown.out)["findings"][0]["fingerprint"]
    assert keysieve("findings", "--config", config, "triage", print_[:12], "--state", "rotated").code == 0
    assert "triage rotated" in keysieve("findings", "--config", config, "show", print_).out
    assert '"rotated": 1' in keysieve("findings", "--config", config, "stats", "-f", "json").out
    assert token(1) not in shown.out


def test_a_report_is_taken_in_once(place: Place) -> None:
    three(place)
    report = place.folder / "r.json"
    keysieve("scan", "-f", "json", "-o", report, "--history-only", place.folder / "work" / "one")
    Database(place.store).close()
    for expected in ("1 findings, 1 new\n", "1 findings, 0 new\n"):
        done = keysieve("findings", "--store", place.store, "import", report, "--repository", "gh/acme/one")
        assert (done.code, done.out) == (0, expected)
    place.sweep()
    assert len(place.prints()) == 3


def test_statistics_and_summary_tell_of_the_last_sweep(place: Place) -> None:
    three(place)
    place.forge.fail("/git/acme/two.git/info/refs", 404)
    place.sweep()
    store = Database(place.store)
    try:
        assert statistics(store)["last_sweep"]["repositories"] == {"complete": 2, "failed": 1}
        (fault,) = summary(store).errors
        assert fault.object == "gh/acme/two"
    finally:
        store.close()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "names no"), ("x = 1\n", "'x' is not a setting"), ("[[source]]\nkind = 'svn'\n", "choose one of"),
        ("[[source]]\nkind = 'github'\n", "name one organisation"),
        ("[[source]]\nkind = 'gitea'\nuser = 'a'\n", "where is"),
        ("[[source]]\nkind = 'urls'\nurls = ['https://a:b@h/r']\n", "holds a password"),
        ("[[source]]\nkind = 'github'\nuser = 'a'\nurl = 'http://example.org'\n", "must be https"),
        ("store = 'postgresql://a:b@h/d'\n[[source]]\nkind='folder'\npath='.'\n", "holds a password"),
        ("budget = 'much'\n[[source]]\nkind='folder'\npath='.'\n", "is no size"),
        ("[[source]]\nkind='folder'\npath='.'\n[[notify]]\nkind='email'\nhost='h'\n", "'sender' is missing"),
        ("[[source]]\nkind='folder'\npath='.'\n[verify]\nenabled = true\n", "needs 'seal_key_env'"),
        ("jobs = true\n", "must be int"), ("source = 3\n", "must be list"), ("]", "is not TOML"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused_by_name(tmp_path: Path, text: str, problem: str) -> None:
    from scanner.sweep.config import read

    file = tmp_path / "sweep.toml"
    file.write_text(text)
    with pytest.raises(UsageError, match=problem) as told:
        read(str(file))
    assert str(file) in str(told.value)
