"""What is compressed is scanned as it stands, and named as not opened."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
from pathlib import Path

import pytest

import scanner
from scanner.records import Batch, Summary, Tally
from scanner.settings import Settings
from scanner.sources import packed
from tests.cli.command import keysieve
from tests.helpers.repositories import Repo
from tests.helpers.samples import sample


def zipped(data: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("inside", data)
    return stream.getvalue()


PACK = {"zip": zipped, "gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


def skipped(target: Path) -> dict[str, str]:
    summary: Summary
    _, summary = scanner.scan(str(target), Settings())
    assert summary.state == "complete"
    return dict(summary.skipped)


@pytest.mark.parametrize("form", PACK)
def test_an_archive_was_passed_over_in_silence(tmp_path: Path, form: str) -> None:
    (tmp_path / f"a.{form}").write_bytes(PACK[form](b"clean"))
    (tmp_path / "plain").write_bytes(b"PK is how a zip begins")
    assert skipped(tmp_path) == {f"a.{form}": packed.REASON}


def test_the_summary_counts_them(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / name).write_bytes(gzip.compress(name.encode()))
    done = keysieve("scan", tmp_path)
    assert (done.code, "Skipped: 3 compressed, not opened." in done.out) == (0, True)


def test_one_that_holds_a_secret_in_plain_bytes_is_scanned(tmp_path: Path) -> None:
    (tmp_path / "stored.zip").write_bytes(
        zipped(f"\n{sample('github-pat-classic')}\n".encode())
    )  # stored, not deflated
    found, summary = scanner.scan(str(tmp_path), Settings())
    assert [item.pattern for item in found] == ["github-pat-classic"]
    assert dict(summary.skipped) == {"stored.zip": packed.REASON}


@pytest.mark.parametrize("repacked", [False, True])
def test_those_of_a_history_are_named_by_their_blob(tmp_path: Path, repacked: bool) -> None:
    repo = Repo(tmp_path)
    repo.commit("one", archive=gzip.compress(b"clean", mtime=0), plain="text\n")
    repo.commit("two", archive=b"")
    if repacked:
        repo.git("repack", "-adq")
    blob = repo.git("rev-parse", "HEAD~1:archive").strip()
    assert skipped(tmp_path) == {blob: packed.REASON}


def test_their_names_are_bounded() -> None:
    data = gzip.compress(b"x") * 5000
    size = len(data) // 5000
    starts = [number * size for number in range(5000)]
    batch = Batch(data, starts, [start + size for start in starts], [str(start) for start in starts])
    tally = Tally()
    packed.note(batch, tally)
    packed.note(batch, tally)
    assert len(tally.skips) == packed.MOST + 1
    assert tally.skips[-1].object == "more of these"
