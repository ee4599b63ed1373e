"""The catalogue is compiled once; a clean scan never parses TOML; a damaged or stale cache is made anew."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from scanner.catalogue import index, load
from scanner.catalogue.index import Catalogue
from scanner.prefilter import literals
from tests.catalogue.test_load import write


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few_kinds: Path) -> Path:
    return cold(tmp_path, monkeypatch)


def cold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "cache"
    path.mkdir(mode=0o700)
    monkeypatch.setenv("KEYSIEVE_CACHE_DIR", str(path))
    return path


def catalogue(*patterns: str) -> Catalogue:
    return Catalogue(patterns, literals.build)


def never(*_: object) -> list[object]:
    raise AssertionError("the pattern files were parsed")


def test_what_comes_from_the_cache_is_what_was_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cold(tmp_path, monkeypatch)  # of the whole catalogue
    first = catalogue()
    parsed = (first.credentials, first.entries)
    monkeypatch.setattr(load, "load", never)
    second = catalogue()
    assert (list(second.credentials), list(second.entries)) == parsed
    assert [type(entry) for entry in second.entries] == [type(entry) for entry in first.entries]


def test_it_is_read_when_first_asked_for(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "load", never)
    assert catalogue().key
    with pytest.raises(AssertionError):
        catalogue().entries  # noqa: B018


def test_the_cache_is_one_file_of_lines_of_json(home: Path) -> None:
    catalogue().entries  # noqa: B018
    (name,) = os.listdir(home)
    assert name.startswith("catalogue-")
    first, ids, *rest = (home / name).read_bytes().split(b"\n", 2)
    numbers = len(json.loads(ids)), int(first.split()[2])
    lines = rest[0][4 * (2 * numbers[1] + 1) :].splitlines()
    assert [json.loads(line)["id"] for line in lines[: numbers[0]]] == json.loads(ids)
    assert len(lines) == numbers[1] and len(json.loads(lines[-1])) == 8


@pytest.mark.parametrize("part", [0.0, 0.001, 0.01, 0.5, 0.999999])
def test_a_byte_that_changed_anywhere_is_noticed(home: Path, part: float) -> None:
    first = catalogue()
    parsed = (list(first.credentials), list(first.entries))
    (name,) = os.listdir(home)
    whole = (home / name).read_bytes()
    changed = bytearray(whole)
    changed[int(len(whole) * part)] ^= 1
    (home / name).write_bytes(changed)
    again = catalogue()
    assert (list(again.credentials), list(again.entries)) == parsed
    assert (home / name).read_bytes() == whole


def test_it_works_without_a_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEYSIEVE_CACHE_DIR", "")
    assert catalogue().entries


def damaged(home: Path, data: bytes) -> None:
    catalogue().entries  # noqa: B018
    (name,) = os.listdir(home)
    whole = (home / name).read_bytes()
    (home / name).write_bytes(data)
    again = catalogue()
    assert again.credentials
    assert (home / name).read_bytes() == whole


@pytest.mark.parametrize(
    "data", [b"", b"{", b"{}", b"\xff", b"[]", b'{"credentials": [{"id": "x"}], "entries": []}', b"null"]
)
def test_a_damaged_cache_is_made_anew(home: Path, data: bytes) -> None:
    damaged(home, data)


@pytest.mark.parametrize("data", [b'{"credentials": ["x"], "entries": []}', b'{"credentials": [3], "entries": []}'])
def test_a_damaged_cache_of_other_types_was_a_traceback(home: Path, data: bytes) -> None:
    damaged(home, data)


def test_a_changed_file_has_another_key(tmp_path: Path, home: Path) -> None:
    path = write(tmp_path / "mine.toml", "mine")
    first = catalogue(path)
    assert "mine" in [item.id for item in first.credentials]
    write(tmp_path / "mine.toml", "mine-too")
    second = catalogue(path)
    assert second.key != first.key
    assert "mine-too" in [item.id for item in second.credentials]


def test_a_file_of_the_same_size_written_later_has_another_key(tmp_path: Path, home: Path) -> None:
    path = write(tmp_path / "mine.toml", "mine-1")
    first = catalogue(path).key
    write(tmp_path / "mine.toml", "mine-2")
    os.utime(path, ns=(1, 1))
    assert catalogue(path).key != first


def test_a_file_that_is_gone_or_new_has_another_key(tmp_path: Path, home: Path) -> None:
    write(tmp_path / "p" / "a.toml", "a-key")
    first = catalogue(str(tmp_path / "p")).key
    write(tmp_path / "p" / "b.toml", "b-key")
    second = catalogue(str(tmp_path / "p")).key
    (tmp_path / "p" / "a.toml").unlink()
    assert len({first, second, catalogue(str(tmp_path / "p")).key, catalogue().key}) == 4


def test_another_version_of_the_code_has_another_key(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = catalogue().key
    monkeypatch.setattr(index, "FORMAT", index.FORMAT + 1)
    assert catalogue().key != first


def test_the_key_forgot_code_that_decides_what_is_kept(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: set[str] = set()

    def noted(path: str) -> os.stat_result:
        looked.add(os.path.basename(path))
        return os.stat(path)

    monkeypatch.setattr(index, "os", SimpleNamespace(stat=noted, path=os.path))
    index._key([])
    assert {"schema.py", "relation.py", "widths.py", "load.py", "literals.py"} <= looked


CODE = """
import sys
from scanner.catalogue import load
load.builtin_folder = lambda: sys.argv[2]
from scanner.detector import Detector
from scanner.settings import DetectSettings
detector = Detector(DetectSettings(engine=sys.argv[1]))
assert detector.inspect(b"nothing to see here") == []
print("tomllib" in sys.modules)
"""


@pytest.mark.parametrize("engine", ["hyperscan", "ahocorasick"])
def test_the_second_detector_does_not_import_tomllib(home: Path, few_kinds: Path, engine: str) -> None:
    told = [
        subprocess.run(
            [sys.executable, "-c", CODE, engine, few_kinds], capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    ]
    assert told == ["True\n", "False\n"]


@pytest.mark.parametrize("data", [b"", b"junk", bytes(5000)])
def test_a_damaged_hyperscan_database_is_made_anew(home: Path, few_kinds: Path, data: bytes) -> None:
    run = [sys.executable, "-c", CODE, "hyperscan", few_kinds]
    subprocess.run(run, capture_output=True, check=True)
    (path,) = home.glob("*.hsdb")
    whole = path.read_bytes()
    path.write_bytes(data)
    subprocess.run(run, capture_output=True, check=True)
    assert path.read_bytes() == whole


def test_a_cut_off_hyperscan_database_is_made_anew(home: Path, few_kinds: Path) -> None:
    run = [sys.executable, "-c", CODE, "hyperscan", few_kinds]
    subprocess.run(run, capture_output=True, check=True)
    (path,) = home.glob("*.hsdb")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    subprocess.run(run, capture_output=True, check=True)
    assert path.read_bytes() == whole
