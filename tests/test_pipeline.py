"""scan(): order, merging, faults and interrupts, whatever the sources are."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

import scanner
from scanner import pipeline, workers
from scanner.errors import ScanError, TargetError
from scanner.pipeline import Scan, excluder
from scanner.records import Batch, Confidence, Fault, Found, Origin, Run, Shard, Tally
from scanner.settings import DetectSettings, RunSettings, Settings, SourceSettings
from tests.helpers.repositories import Repo
from tests.helpers.samples import sample


def leak(number: int) -> str:
    return sample("github-pat-classic", seed=2000 + number)


def line(number: int) -> str:
    return f"key = {leak(number)}\n"


class MadeShard:
    """A shard of given objects; bytes that are None are a fault of the whole shard."""

    def __init__(self, objects: dict[str, bytes | None], weight: int = 10) -> None:
        self._objects = objects
        self.weight = weight
        self.label = "made shard"

    def batches(self, tally: Tally) -> Iterator[Batch]:
        for name, data in self._objects.items():
            if data is None:
                raise ScanError("out of luck")
            if data == b"die":
                os._exit(9)
            tally.objects += 1
            tally.bytes += len(data)
            yield Batch(data, (0,), (len(data),), (name,))


class MadeSource:
    target = "made"

    def __init__(self, shards: list[MadeShard]) -> None:
        self._shards = shards
        self.closed = 0

    def shards(self, tally: Tally) -> Iterator[Shard]:
        yield from self._shards

    def locate(self, found: Found, run: Run, tally: Tally) -> dict[tuple[str, str], list[Origin]] | None:
        return None

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> type[MadeSource]:
    """The next scan reads `MadeSource.now`."""
    monkeypatch.setattr(pipeline, "open_target", lambda *arguments: iter([MadeSource.now]))  # type: ignore[attr-defined]
    return MadeSource


def use(source: MadeSource) -> MadeSource:
    MadeSource.now = source  # type: ignore[attr-defined]
    return source


def test_a_fault_of_one_shard_does_not_lose_the_others(made: type[MadeSource]) -> None:
    source = use(
        made([MadeShard({"a": line(1).encode(), "b": None, "c": line(2).encode()}), MadeShard({"d": line(3).encode()})])
    )
    findings, summary = scanner.scan("made")
    assert summary.errors == (Fault("made shard", "out of luck"),)
    assert sorted(place.path for finding in findings for place in finding.places) == ["a", "d"]
    assert source.closed == 1


def test_a_worker_that_dies_loses_only_the_guilty_shard(
    made: type[MadeSource], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "SMALL", 0)
    shards = [MadeShard({f"file{number}": line(number).encode()}) for number in range(6)]
    source = use(made([*shards[:3], MadeShard({"bad": b"die"}), *shards[3:]]))
    findings, summary = scanner.scan("made", Settings(run=RunSettings(jobs=2)))
    assert sorted(place.path for finding in findings for place in finding.places) == [f"file{n}" for n in range(6)]
    assert summary.errors == (Fault("made shard", "its worker died twice"),)
    assert source.closed == 1


def test_a_target_that_cannot_be_opened_does_not_stop_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_text(line(1))
    opened = pipeline.open_target

    def opening(target: str, *rest: object) -> Iterator[object]:
        if target == "bad":
            raise TargetError("bad: cannot be opened")
        return opened(target, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(pipeline, "open_target", opening)
    findings, summary = scanner.scan(["bad", str(tmp_path)])
    assert len(findings) == 1
    assert summary.errors == (Fault("bad", "bad: cannot be opened"),)


def test_nothing_scanned_is_incomplete(made: type[MadeSource]) -> None:
    use(made([]))
    _, summary = scanner.scan("made")
    assert summary.state == "incomplete"
    assert "nothing was scanned" in summary.errors[0].problem


def test_an_interrupt_between_shards_keeps_what_was_found(made: type[MadeSource]) -> None:
    class Interrupting(MadeSource):
        def shards(self, tally: Tally) -> Iterator[Shard]:
            yield from super().shards(tally)
            raise KeyboardInterrupt

    source = use(Interrupting([MadeShard({"a": line(1).encode()})]))
    findings, summary = scanner.scan(["made", "and another"])
    assert [place.path for finding in findings for place in finding.places] == ["a"]
    assert [fault.problem for fault in summary.errors] == ["the scan was interrupted"]
    assert source.closed == 1


def test_events_come_before_the_end_and_are_those_of_the_findings(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"file{number}").write_text(line(number))
    run = Scan([str(tmp_path)], Settings())
    seen = {sighting.object for sighting in run.events()}
    assert seen == {place.path for finding in run.findings() for place in finding.places} == {"file0", "file1", "file2"}


def test_progress_only_grows(made: type[MadeSource]) -> None:
    use(made([MadeShard({str(number): b"x" * number}) for number in range(5)]))
    told: list[tuple[int, int]] = []
    scanner.scan("made", progress=lambda objects, size: told.append((objects, size)))
    assert told == [(1, 0), (2, 1), (3, 3), (4, 6), (5, 10)]


def test_one_credential_in_many_places_is_one_finding(tmp_path: Path) -> None:
    for name in ("b", "a", "c"):
        (tmp_path / name).write_text("\n" + line(1))
    findings, _ = scanner.scan(str(tmp_path))
    assert [[place.path for place in finding.places] for finding in findings] == [["a", "b", "c"]]


def test_the_same_target_twice_adds_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").write_text(line(1))
    once, _ = scanner.scan(str(tmp_path))
    twice, _ = scanner.scan([str(tmp_path), str(tmp_path)])
    assert once == twice


def test_findings_are_in_an_order_that_the_input_decides(made: type[MadeSource]) -> None:
    shards = [MadeShard({f"file{number:02}": line(number).encode()}) for number in range(20)]
    use(made(shards))
    first, _ = scanner.scan("made")
    random.Random(5).shuffle(shards)
    use(made(shards))
    assert scanner.scan("made")[0] == first


def test_the_least_confidence_counts_after_the_place_is_known(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(f"password = '{sample('password-assignment', 5)}'\n")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_app.py").write_text(f"password = '{sample('password-assignment', 6)}'\n")
    every, _ = scanner.scan(str(tmp_path), Settings(detect=DetectSettings(minimum=Confidence.LOW)))
    for least in (Confidence.MEDIUM, Confidence.HIGH, Confidence.VERIFIED):
        some, _ = scanner.scan(str(tmp_path), Settings(detect=DetectSettings(minimum=least)))
        assert some == [finding for finding in every if finding.confidence >= least]


@pytest.mark.parametrize("engine", ["hyperscan", "ahocorasick"])
def test_jobs_and_engines_agree_on_files_and_history(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
    kinds = (
        "github-pat-classic",
        "aws-access-key",
        "slack-bot-token",
        "postgres-uri",
        "jwt",
        "private-key-pem",
        "password-assignment",
    )
    repo = Repo(tmp_path / "repository")
    for number, kind in enumerate(kinds):
        repo.commit(kind, **{f"folder{number}__file": f"before\n{sample(kind, 3)}\nafter\n"})
        (repo.path / f"folder{number}/file").unlink()
    repo.write("untracked", line(1))
    monkeypatch.setattr(workers, "SMALL", 0)
    first, _ = scanner.scan(str(repo.path))
    settings = Settings(detect=DetectSettings(engine=engine), run=RunSettings(jobs=2))
    findings, summary = scanner.scan(str(repo.path), settings)
    assert findings == first
    assert len(findings) >= 4
    assert (summary.engine, summary.jobs) == (engine, 2)


def test_a_glob_is_as_in_gitignore() -> None:
    leaves_out = excluder(["*.min.js", "vendor/", "/top", "a/*/c", "deep/**"])
    wanted = ["x.min.js", "a/x.min.js", "vendor", "b/vendor/x", "top", "top/x", "a/b/c", "a/b/c/d", "deep/x/y"]
    assert [path for path in wanted if not leaves_out(path)] == []
    assert [path for path in ("min.js", "vendors", "x/a/b/c", "xdeep") if leaves_out(path)] == []


def test_a_star_does_not_cross_a_slash() -> None:
    assert not excluder(["a/*/c"])("a/x/y/c")


def test_two_stars_in_front_match_the_top_too() -> None:
    assert excluder(["**/y.py"])("y.py")


def test_an_excluded_path_leaves_the_other_places_of_a_credential(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repository")
    repo.commit("one", vendor__a=line(1), src__a=line(1))
    findings, _ = scanner.scan(str(repo.path), Settings(source=SourceSettings(exclude=("vendor",))))
    assert [place.path for finding in findings for place in finding.places] == ["src/a"]
