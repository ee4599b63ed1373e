"""An incremental sweep finds what a whole scan finds, whatever came when, and wherever else it was."""

from __future__ import annotations

import random
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.errors import UsageError
from scanner.settings import DetectSettings
from scanner.sweep import segments
from scanner.sweep.content import Content
from scanner.sweep.segments import Segment, find, halves
from scanner.sweep.version import pattern_set
from tests.helpers.forge import Forge
from tests.helpers.repositories import Repo
from tests.sweep.made import Place, line, stored, token, whole


def ids(*texts: str) -> np.ndarray:
    return np.frombuffer(b"".join(bytes.fromhex(text) for text in texts), np.uint8).reshape(len(texts), -1)


def name(number: int, tail: int = 0) -> str:
    return f"{number:016x}{tail:08x}{0:016x}"


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3))), st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)))
)
def test_a_segment_has_what_was_put_in_and_nothing_else(
    inside: list[tuple[int, int]], asked: list[tuple[int, int]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = folder + "/s.seg"
        hits = [(bytes.fromhex(name(*each))[:12], b"%d %d\n" % each) for each in inside]
        columns = halves(ids(*(name(*each) for each in inside)) if inside else np.zeros((0, 20), np.uint8))
        segments.write(path, columns, hits)
        made = Segment(path)
        assert made.count == len(set(inside))
        if asked:
            at = find(made.first, made.next, halves(ids(*(name(*each) for each in asked))))
            assert [bool(place >= 0) for place in at] == [each in inside for each in asked]
            rows = find(made.hits["first"], made.hits["next"], halves(ids(*(name(*each) for each in asked))))
            for each, row in zip(asked, rows.tolist(), strict=True):
                assert row < 0 or made.text(row) == b"%d %d\n" % each


def test_a_damaged_segment_counts_as_not_there(tmp_path: Path) -> None:
    content = Content(str(tmp_path), "v")
    content.publish(content.leave(ids(name(1)), [], b"k"))
    content.publish(content.leave(ids(name(2)), [], b"k"))
    path = next(Path(content.folder).glob("*.seg"))
    path.write_bytes(path.read_bytes()[:-1])
    assert content.view().fresh(ids(name(1), name(2), name(3))).tolist().count(True) == 2


def test_many_segments_become_few_and_lose_nothing(tmp_path: Path) -> None:
    content = Content(str(tmp_path), "v")
    for number in range(60):
        content.publish(content.leave(ids(name(number), name(number, 7)), [], b"k"))
    assert len(list(Path(content.folder).glob("*.seg"))) <= 24
    asked = ids(*(name(number) for number in range(61)))
    assert content.view().fresh(asked).tolist() == [False] * 60 + [True]


def test_what_is_pending_does_not_count(tmp_path: Path) -> None:
    content = Content(str(tmp_path), "v")
    content.leave(ids(name(1)), [], b"k")
    assert content.view().fresh(ids(name(1))).tolist() == [True]
    content.clear()
    assert not list(Path(content.folder).glob("*.pending"))


def test_a_folder_that_others_may_write_to_is_refused(tmp_path: Path) -> None:
    Content(str(tmp_path), "v")
    (tmp_path / "content" / "v").chmod(0o777)
    with pytest.raises(UsageError, match="chmod"):
        Content(str(tmp_path), "v")


def test_the_version_changes_with_what_decides(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text("")
    plain = pattern_set(DetectSettings())
    assert plain == pattern_set(DetectSettings(engine="ahocorasick"))
    others = [
        pattern_set(DetectSettings(patterns=(str(own),))), pattern_set(DetectSettings(honour_allow=False)),
        pattern_set(DetectSettings(fingerprint_key=b"other")), pattern_set(DetectSettings(), b"seal"),
    ]  # fmt: skip
    assert len({plain, *others}) == 5
    own.write_text("# changed\n")
    assert pattern_set(DetectSettings(patterns=(str(own),))) != others[0]


class Made:
    """An organisation in a folder that grows by steps drawn at random."""

    def __init__(self, folder: Path, rnd: random.Random) -> None:
        self.rnd = rnd
        self.folder = folder
        self.place = Place(folder, Forge(folder / "served"))
        self.repos = {"one": Repo(folder / "org" / "one")}
        self.repos["one"].commit("first", a_dot_py=self.text())

    def text(self) -> str:
        """Several lines, some with a credential, some shared among many files."""
        rnd = self.rnd
        lines = [f"x{rnd.randrange(6)} = {rnd.randrange(6)}\n" * rnd.randrange(1, 30)]
        lines += [line(rnd.randrange(4)) for _ in range(rnd.randrange(3))]
        lines += [f'aws_key = "{token(rnd.randrange(4))}"  # keysieve:allow\n'] if rnd.random() < 0.2 else []
        rnd.shuffle(lines)
        return "".join(lines)

    def step(self) -> None:
        rnd = self.rnd
        name = rnd.choice(sorted(self.repos))
        repo = self.repos[name]
        what = rnd.randrange(8)
        if what < 3:
            repo.commit(
                rnd.choice(["change", f"use {token(rnd.randrange(4))}"]), **{f"f{rnd.randrange(4)}_dot_py": self.text()}
            )
        elif what == 3 and len(self.repos) < 4:
            path = self.folder / "org" / f"r{len(self.repos)}"
            shutil.copytree(repo.path, path)
            self.repos[path.name] = object.__new__(Repo)
            self.repos[path.name].path, self.repos[path.name].clock = path, repo.clock
        elif what == 4:
            repo.git("checkout", "-q", "-B", f"b{rnd.randrange(3)}")
        elif what == 5:
            repo.git("reset", "-q", "--hard", "HEAD~1", check=False)
        elif what == 6:
            repo.git("gc", "-q", "--prune=now" if rnd.random() < 0.3 else "--no-prune")
        else:
            repo.git("tag", "-f", "-a", "-m", f"release {token(rnd.randrange(4))}", f"t{rnd.randrange(2)}")

    def check(self) -> None:
        source = f'[[source]]\nkind = "folder"\nname = "d"\npath = "{self.folder / "org"}"\n'
        done = self.place.sweep(source=source)
        assert done.faults == []
        known = self.place.known()
        for name, repo in self.repos.items():
            assert stored_here(known, f"d/{name}") == in_repository(repo.path), name


def stored_here(known: list, name: str) -> set:
    """The places; a finding's own fields are those of the best of all repositories."""
    return {
        (k.finding.fingerprint, p.path, p.span[2:], p.commit, p.author, p.date, p.blob, p.blobs, p.in_head, p.kind,
         p.encoding)
        for k in known for p in k.finding.places if p.target == name
    }  # fmt: skip


def in_repository(path: Path) -> set:
    return {(item[0], *spot) for item in whole(path) for spot in item[6]}


@pytest.mark.parametrize("reader", ["git", "walk"])
@pytest.mark.parametrize("seed", range(3))
def test_an_incremental_sweep_finds_what_a_whole_scan_finds(
    tmp_path: Path, seed: int, reader: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    if reader == "walk":
        monkeypatch.setenv("KEYSIEVE_WALK", "1")
    else:
        monkeypatch.setattr("scanner.sources.git.inner.COMPILED", False)
    rounds = 30 if request.config.getoption("--deep") else 5
    made = Made(tmp_path, random.Random(seed))
    for _ in range(rounds):
        made.check()
        for _ in range(made.rnd.randrange(1, 6)):
            made.step()
    made.check()


@pytest.mark.parametrize("reader", ["git", "walk"])
def test_a_new_version_of_a_known_file_is_scanned_whole(
    tmp_path: Path, reader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its delta's base is known and so not looked at: what the base shows must come from the store of what is known."""
    monkeypatch.setenv("KEYSIEVE_WALK", "1" if reader == "walk" else "")
    monkeypatch.setattr("scanner.sources.git.inner.COMPILED", False)
    repo = Repo(tmp_path / "org" / "one")
    body = "".join(f"value_{number} = {number}\n" for number in range(400))
    repo.commit("first", a_dot_py=body + line(1))
    repo.git("gc", "-q")
    place = Place(tmp_path, Forge(tmp_path / "served"))
    source = f'[[source]]\nkind = "folder"\nname = "d"\npath = "{tmp_path / "org"}"\n'
    place.sweep(source=source)
    repo.commit("second", a_dot_py="# changed\n" + body + line(1) + line(2))
    repo.git("repack", "-q", "-a", "-d", "-f")
    done = place.sweep(source=source)
    assert done.objects == 2
    assert stored(place.known(), "d/one") == whole(repo.path)
