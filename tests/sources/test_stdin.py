"""Standard input as a target."""

from __future__ import annotations

import subprocess

from scanner.sources.pieces import OVERLAP, PIECE
from tests.cli.command import COMMAND, environment, keysieve, report
from tests.helpers.samples import sample


def leak(number: int) -> str:
    return sample("github-pat-classic", seed=4000 + number)


def test_a_credential_in_standard_input_is_found_with_its_line() -> None:
    code, document = report("-", data=f"\n\nkey = {leak(1)}\n".encode())
    assert code == 1
    (place,) = document["findings"][0]["places"]
    assert (place["target"], place["path"], place["line"], place["column"]) == ("<stdin>", "<stdin>", 3, 7)
    assert document["scan"]["targets"] == ["-"]
    assert (document["scan"]["objects"], document["scan"]["bytes"]) == (1, 49)


def test_more_than_a_piece_is_read_to_its_end() -> None:
    data = bytearray(b"x" * 99 + b"\n") * ((2 * PIECE + OVERLAP) // 100 + 1000)
    spots = [0, PIECE - 20, PIECE + 100, PIECE + OVERLAP - 20, 2 * PIECE - 41, len(data) - 42]
    for number, offset in enumerate(spots):
        data[offset : offset + 42] = f" {leak(number)}\n".encode()
    code, document = report("-", data=bytes(data))
    lines = [data[: offset + 1].count(b"\n") + 1 for offset in spots]
    assert code == 1
    assert document["scan"]["bytes"] == len(data)
    assert sorted(place["line"] for finding in document["findings"] for place in finding["places"]) == lines


def test_input_that_ends_at_a_piece_is_read_once() -> None:
    data = b"x" * (PIECE - 41) + b"\n" + leak(1).encode()
    code, document = report("-", data=data)
    assert (code, document["scan"]["bytes"]) == (1, PIECE)
    assert [len(finding["places"]) for finding in document["findings"]] == [1]


def test_empty_input_was_looked_at() -> None:
    assert report("-", data=b"")[0] == 0


def test_closed_input_is_incomplete() -> None:
    done = subprocess.run(
        f"exec {' '.join(COMMAND)} scan - <&-",
        shell=True,
        capture_output=True,
        env=environment(),
        check=False,
        timeout=240,
    )
    assert b"Traceback" not in done.stderr
    assert done.returncode == 3


def test_input_beside_other_targets_is_read() -> None:
    done = keysieve("scan", "-f", "json", "-", "-", data=leak(1).encode())
    assert done.code == 1


def test_two_processes_do_not_lose_the_input() -> None:
    data = (b"x" * 99 + b"\n") * 200_000 + leak(1).encode()
    done = keysieve("scan", "-j", "2", "-q", "-", data=data)
    assert done.code == 1
    assert "<stdin>:200001:1" in done.out
