"""The delta walk finds exactly what reading every version whole finds."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

import scanner
from scanner.deltas import BEFORE
from scanner.records import Finding, Summary
from scanner.settings import RunSettings, Settings, SourceSettings
from scanner.sources.git import delta
from tests.helpers.repositories import Repo
from tests.helpers.samples import sample

KINDS = ("github-pat-classic", "slack-bot-token", "stripe-secret-key-live", "private-key-pem", "jwt")


def scan(path: Path, whole: bool) -> tuple[list[Finding], Summary]:
    source = SourceSettings(tree=False, whole=whole)
    return scanner.scan(str(path), Settings(source=source, run=RunSettings(jobs=1)))


def told(findings: list[Finding]) -> list[object]:
    return [(f.fingerprint, f.pattern, f.score, f.reasons, f.parts, f.places) for f in findings]


@pytest.fixture(autouse=True)
def walking(monkeypatch: pytest.MonkeyPatch) -> None:
    """The walk also where the loop was not compiled."""
    monkeypatch.setenv("KEYSIEVE_WALK", "1")


def line(rnd: random.Random) -> str:
    kind = rnd.randrange(12)
    if kind == 0:
        return f"token = '{sample(rnd.choice(KINDS), rnd.randrange(6))}'"
    if kind == 1:
        return f"token = '{sample('github-pat-classic', rnd.randrange(3))}'  # keysieve:allow"
    if kind == 2:
        return (
            f"aws_access_key_id = {sample('aws-access-key', rnd.randrange(2)).split(chr(10))[0].split('= ')[-1][:20]}"
        )
    if kind == 3:
        return f'aws_secret_access_key = "{sample("aws-secret-access-key", rnd.randrange(2))}"'
    if kind == 4:
        return f"password: '{''.join(rnd.choices('abcdefghkmnpqrstuvwxyz23456789!#', k=14))}'"
    if kind == 5:
        return "this is an example of a dummy placeholder"
    if kind == 6:
        return ""  # where a long stretch is cut
    return " ".join(rnd.choice(["alpha", "beta", "gamma", "delta", "x = 1", "return", "# note"]) for _ in range(9))


def edit(rnd: random.Random, rows: list[str]) -> list[str]:
    rows = list(rows)
    for _ in range(rnd.randint(1, 4)):
        at = rnd.randrange(len(rows))
        act = rnd.randrange(6)
        if act == 0:
            rows.insert(at, line(rnd))
        elif act == 1 and len(rows) > 5:
            del rows[at : at + rnd.randint(1, 3)]
        elif act == 2:
            rows[at] = line(rnd)
        elif act == 3 and len(rows[at]) > 4:  # a cut inside of a line: two halves may come together
            cut = rnd.randrange(1, len(rows[at]))
            rows[at : at + 1] = [rows[at][:cut], rows[at][cut:]]
        elif act == 4 and at + 1 < len(rows):
            rows[at : at + 2] = [rows[at] + rows[at + 1]]
        else:
            block = rows[at : at + 8]
            rows = rows[:at] + block + rows[at:]
    return rows


def history(repo: Repo, rnd: random.Random) -> None:
    """Random edits, renames, reverts and merges of a few files."""
    files = {f"f{i}.txt": [line(rnd) for _ in range(rnd.randint(20, 240))] for i in range(2)}
    before = dict(files)
    for step in range(14):
        name = rnd.choice(sorted(files))
        if rnd.random() < 0.1:
            files[f"moved{step}.txt"] = files.pop(name)
            (repo.path / name).unlink(missing_ok=True)
        elif rnd.random() < 0.1:
            files = dict(before)
        else:
            before = dict(files)
            files[name] = edit(rnd, files[name])
        for path, rows in files.items():
            repo.write(path, "\n".join(rows) + "\n")
        repo.commit(f"step {step}")
        if rnd.random() < 0.15:
            repo.git("checkout", "-q", "-b", f"side{step}", "HEAD~1") if step else None
            repo.write(f"side{step}.txt", "\n".join(line(rnd) for _ in range(30)))
            repo.commit("side")
            repo.git("checkout", "-q", "main")
            if step:
                repo.clock += 60
                repo.git("merge", "-q", "-m", "merge", f"side{step}")


MARGINS = [(seed, BEFORE) for seed in range(16)] + [(seed, margin) for seed in (0, 1) for margin in (440, 768, 2000)]


@pytest.mark.parametrize(("seed", "margin"), MARGINS)
def test_the_walk_and_whole_versions_tell_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, margin: int
) -> None:
    """Whatever the margin; a smaller one would miss hits that a break cuts."""
    monkeypatch.setattr(delta, "LIMITS", (*delta.LIMITS[:3], margin, margin))
    rnd = random.Random(f"{seed}/{margin}" if margin != BEFORE else seed)
    repo = Repo(tmp_path / "repo")
    history(repo, rnd)
    window, depth = rnd.choice([(10, 50), (50, 200), (2, 3), (250, 4000)])
    repo.git("repack", "-q", "-a", "-d", "-f", f"--window={window}", f"--depth={depth}")
    walked, summary = scan(repo.path, whole=False)
    read, other = scan(repo.path, whole=True)
    assert walked
    assert told(walked) == told(read)
    assert (summary.objects, summary.bytes, summary.errors) == (other.objects, other.bytes, other.errors)


def test_a_change_far_away_in_a_version_carries_what_its_base_showed(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    filler = "".join(f"row {number} of nothing in particular\n" for number in range(300))
    leak = f"token = {sample('github-pat-classic')}\n"
    for number in range(5):
        repo.commit(f"{number}", file=filler + leak + filler + f"end {number}\n")
    repo.git("repack", "-q", "-a", "-d", "-f")
    (found,), _ = scan(repo.path, whole=False)
    assert [(place.path, place.blobs, place.span.line) for place in found.places] == [("file", 5, 301)]


def test_halves_that_a_deletion_brings_together_are_found(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    filler = "".join(f"row {number} of nothing in particular\n" for number in range(300))
    leak = sample("github-pat-classic")
    repo.commit("apart", file=filler + leak[:20] + "\n" + "between\n" * 40 + leak[20:] + "\n" + filler)
    repo.commit("together", file=filler + leak + "\n" + filler)
    repo.git("repack", "-q", "-a", "-d", "-f")
    (found,), _ = scan(repo.path, whole=False)
    assert [place.path for place in found.places] == ["file"]


def test_an_object_in_two_packs_is_scanned_once(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    for number in range(6):
        repo.commit(f"{number}", file="row\n" * 200 + f"{number}\n" + f"key = {sample('github-pat-classic', number)}\n")
    repo.git("repack", "-q", "-a", "-d", "-f")
    objects = repo.git("rev-list", "--objects", "--all", "--no-object-names")
    repo.git("pack-objects", "-q", ".git/objects/pack/pack", data=objects.encode())
    repo.git("pack-objects", "-q", "--window=0", ".git/objects/pack/pack", data=objects.encode())
    walked, summary = scan(repo.path, whole=False)
    read, other = scan(repo.path, whole=True)
    assert told(walked) == told(read)
    assert summary.objects == other.objects
