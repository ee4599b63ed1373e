"""Another pattern set finds what a whole scan finds, and reads with the whole set only what its kinds may concern."""

from __future__ import annotations

import random
import shutil
import string
from dataclasses import fields, replace
from pathlib import Path

import pytest

from scanner import detector
from scanner.catalogue import load
from scanner.pipeline import scan
from scanner.records import Credential
from scanner.settings import DetectSettings, Settings, SourceSettings
from scanner.store.database import Database
from scanner.sweep import kinds, version
from scanner.sweep.cluster import Cluster
from scanner.sweep.config import read
from scanner.sweep.kinds import TOLD
from scanner.sweep.run import Done, Run
from scanner.sweep.workers import Local
from tests.helpers.forge import Forge
from tests.helpers.nodes import nodes
from tests.helpers.repositories import Repo
from tests.sweep.made import Place, plain, stored

SOURCE = 'source = "https://example.org"\nshape = "{base62*8}"\nnear_misses = ["{x*4}"]\n'


def plain_kind(name: str, literal: str, length: int, more: str = "") -> str:
    """A kind that is known by its beginning."""
    return (
        f'[[credential]]\nid = "{name}"\nname = "{name}"\n{SOURCE}literals = ["{literal}"]\n'
        f"regex = '''(?P<secret>{literal}[A-Za-z0-9]{{{length}}})'''\n{more}"
    )


def named_kind(name: str, keyword: str, length: int, more: str = "") -> str:
    """A kind that is known by a name before it."""
    return (
        f'[[credential]]\nid = "{name}"\nname = "{name}"\n{SOURCE}keywords = ["{keyword}"]\n'
        f"value = '''[A-Za-z0-9]{{{length}}}'''\n{more}"
    )


PAIR = plain_kind("zq-pair", "zqp_", 14, '[[credential.part]]\nname = "secret"\nregex = \'\'\'(?<![A-Za-z0-9_])(?P<secret>[A-Za-z0-9]{22})(?![A-Za-z0-9_])\'\'\'\nrequired = true\nsecret = true\n')  # fmt: skip # noqa: E501
LONE = named_kind("zq-lone", "zqpair_secret", 22, 'joins = { to = "zq-pair", as = "secret", lines = 30 }\n')
LOW = "score = 0.6\n"
POOL = {
    "a": [plain_kind("zq-a", "zqa_", 20), plain_kind("zq-a", "zqa_", 24), plain_kind("zq-a", "zqa_", 20, LOW)],
    "b": [plain_kind("zq-b", "zqa_B", 19), plain_kind("zq-b", "zqa_B", 19, 'rank = "generic"\n')],
    "c": [named_kind("zq-c", "zqcorp", 24), named_kind("zq-c", "zqcorp_key", 24), named_kind("zq-c", "zqcorp", 32)],
    "d": [named_kind("zq-d", "zqthing", 24, 'rank = "generic"\n')],
    "p": [PAIR + LONE, PAIR],
    "e": [plain_kind("zq-e", "zqe_", 20), plain_kind("zq-e", "zqe_", 20, 'severity = "low"\n')],
}  # fmt: skip
KIND = "--batch-check=%(objecttype)"
Chosen = dict[str, int]


def word(rnd: random.Random, length: int) -> str:
    return "".join(rnd.choice(string.ascii_letters + string.digits) for _ in range(length))


def line(rnd: random.Random) -> str:
    """A line that concerns some kind of the pool, or none."""
    made = [
        lambda: f'x = "zqa_{word(rnd, 20)}"', lambda: f'x = "zqa_B{word(rnd, 19)}"',
        lambda: f'x = "zqa_{word(rnd, 24)}"',
        lambda: f'zqcorp_key = "{word(rnd, 24)}"', lambda: f'zqcorp = "{word(rnd, 32)}"',
        lambda: f'zqthing_token = "{word(rnd, 24)}"', lambda: f'secret = "{word(rnd, 32)}"',
        lambda: f'id = "zqp_{word(rnd, 14)}"\nzqpair_secret = "{word(rnd, 22)}"', lambda: f'id = "zqp_{word(rnd, 14)}"',
        lambda: f'x = "zqe_{word(rnd, 20)}"',
    ]  # fmt: skip
    return rnd.choice(made)() + "\n"


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue of generic kinds alone, so that a set is made in no time."""
    folder = tmp_path / "patterns"
    folder.mkdir()
    shutil.copy(Path(load.builtin_folder()) / "generic" / "assignments.toml", folder)
    for module in (load, version):
        monkeypatch.setattr(module, "builtin_folder", lambda: str(folder))


class Sets:
    """One repository, swept under one pattern set after another."""

    def __init__(self, folder: Path, rnd: random.Random) -> None:
        self.rnd = rnd
        self.folder = folder
        self.place = Place(folder, Forge(folder / "served"))
        self.repo = Repo(folder / "org" / "one")
        self.number = 0
        self.own = folder / "own0.toml"
        self.lines = [f"value_{number} = {number}\n" for number in range(60)]

    def use(self, chosen: Chosen) -> None:
        """From now on these kinds, each as one of its variants."""
        self.number += 1
        self.own = self.folder / f"own{self.number}.toml"
        rows = [POOL[key][number] for key, number in chosen.items()]
        self.own.write_text('[provider]\nname = "Zq"\n' + "".join(rows) if rows else "")
        self.place.options = f'patterns = ["{self.own}"]'

    def draw(self) -> Chosen:
        rnd = self.rnd
        return {key: rnd.randrange(len(rows)) for key, rows in POOL.items() if rnd.random() < 0.6}

    def change(self) -> None:
        """A commit or two, some packed as deltas."""
        rnd = self.rnd
        for _ in range(rnd.randrange(1, 4)):
            self.lines.insert(rnd.randrange(len(self.lines)), line(rnd) if rnd.random() < 0.6 else f"y{rnd.random()}\n")
            if rnd.random() < 0.3:
                del self.lines[rnd.randrange(len(self.lines))]
            self.repo.commit(rnd.choice(["change", line(rnd)]), a_dot_py="".join(self.lines), b_dot_py=line(rnd))
        if rnd.random() < 0.7:
            self.repo.git("gc", "-q")

    def sweep(self, address: str = "") -> Done:
        """Into a store of its own: what is told comes from this sweep alone; by the cluster there, if one is named."""
        self.place.store = str(self.folder / f"store{self.number}-{random.random()}.db")
        source = f'[[source]]\nkind = "folder"\nname = "d"\npath = "{self.folder / "org"}"\n'
        settings = read(str(self.place.config(source=source)))
        store = Database(settings.store)
        workers = Cluster(address, settings) if address else Local(1)
        try:
            return Run(settings, store, workers, lambda text: None).go()
        finally:
            if isinstance(workers, Cluster):
                workers.close()
            store.close()

    def check(self, address: str = "") -> Done:
        done = self.sweep(address)
        assert done.faults == []
        settings = Settings(DetectSettings(patterns=(str(self.own),)), source=SourceSettings(tree=False))
        found, summary = scan([str(self.repo.path)], settings)
        assert not summary.errors
        assert stored(self.place.known(), "d/one") == plain(found)
        return done


@pytest.mark.parametrize("reader", ["git", "walk"])
@pytest.mark.parametrize("seed", range(3))
def test_another_pattern_set_finds_what_a_whole_scan_finds(
    tmp_path: Path, small: None, seed: int, reader: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """Whatever differs; also where it would not pay."""
    if reader == "walk":
        monkeypatch.setenv("KEYSIEVE_WALK", "1")
    else:
        monkeypatch.setattr("scanner.sources.git.inner.COMPILED", False)
    monkeypatch.setattr(kinds, "worth", lambda found, before: True)
    sets = Sets(tmp_path, random.Random(seed))
    held = scanned = 0
    for _ in range(60 if request.config.getoption("--deep") else 6):
        if sets.rnd.random() < 0.5 or not sets.number:
            sets.change()
        sets.use(sets.draw())
        scanned += sets.check().objects
        held += sum(kind != "tree" for kind in sets.repo.git("cat-file", "--batch-all-objects", KIND).splitlines())
    assert scanned < 0.8 * held


def grown(folder: Path, address: str = "") -> Sets:
    """Twenty objects without any hit, then one with a hit of `a` and one with a hit of `e`; swept for `e`."""
    sets = Sets(folder, random.Random(1))
    for number in range(10):
        sets.repo.commit("change", **{f"f{number}_dot_py": f"value = {number}\n"})
    sets.repo.commit("change", a_dot_py=f'x = "zqa_{word(sets.rnd, 20)}"\n')
    sets.repo.commit("change", e_dot_py=f'x = "zqe_{word(sets.rnd, 20)}"\n')
    sets.use({"e": 0})
    assert sets.check(address).objects == 24
    return sets


def test_only_objects_with_a_hit_of_a_kind_that_differs_are_scanned_again(
    tmp_path: Path, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kinds, "_MOST", 1)
    sets = grown(tmp_path)
    sets.use({"e": 0, "a": 0})
    assert sets.check().objects == 1  # an added kind
    assert {known.finding.pattern for known in sets.place.known()} == {"zq-a", "zq-e"}
    sets.use({"a": 1})
    assert sets.check().objects == 2  # one that was changed and one that was removed
    assert sets.place.known() == []
    sets.use({"a": 1})
    assert sets.check().objects == 0  # the same kinds in another file
    sets.use({"a": 1, "c": 0})
    assert sets.check().objects == 0


def test_a_cluster_scans_no_more_again_than_this_machine_does(tmp_path: Path) -> None:
    with nodes(tmp_path / "nodes", 2) as made:
        sets = grown(tmp_path, made.address)
        sets.use({"e": 0, "a": 0})
        assert sets.check(made.address).objects == 1
        assert {known.finding.pattern for known in sets.place.known()} == {"zq-a", "zq-e"}


def test_what_is_only_told_of_a_kind_makes_nothing_be_scanned_again(tmp_path: Path, small: None) -> None:
    sets = grown(tmp_path)
    sets.use({"e": 1})
    assert sets.check().objects == 0
    assert [known.finding.severity for known in sets.place.known()] == ["low"]


def test_kinds_that_hit_nearly_everywhere_make_all_be_scanned_again(tmp_path: Path, small: None) -> None:
    sets = grown(tmp_path)
    sets.use({"e": 0, "d": 0})
    assert sets.check().objects == 24


def test_kinds_that_were_lost_make_all_be_scanned_again(
    tmp_path: Path, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kinds, "_MOST", 1)
    sets = grown(tmp_path)
    for path in (tmp_path / "cache" / "content").rglob("kinds.json"):
        path.write_bytes(path.read_bytes()[:-1])
    sets.use({"e": 0, "a": 0})
    assert sets.check().objects == 24


def test_what_is_only_told_of_a_kind_decides_nothing(small: None, tmp_path: Path) -> None:
    """Each field that `kinds` passes over, replaced by anything else: the same is seen."""
    rnd = random.Random(5)
    sets = Sets(tmp_path, rnd)
    sets.use(dict.fromkeys(POOL, 0))
    settings = DetectSettings(patterns=(str(sets.own),))
    one, other = detector.Detector(settings), detector.Detector(settings)
    assert set(TOLD) <= {field.name for field in fields(Credential)}
    changed = [replace(kind, **dict.fromkeys(TOLD, "anything")) for kind in one.catalogue.credentials]
    other.catalogue._read = (changed, one.catalogue.entries, one.catalogue.numbers)
    text = "".join(line(rnd) for _ in range(300)).encode()
    seen = one.inspect(text)
    assert len(seen) > 100
    assert other.inspect(text) == seen
