"""Pieces: whatever the size, every byte is owned once and every match is whole in its piece."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as some

from scanner.detector import Detector
from scanner.records import Batch, Piece, Tally
from scanner.settings import DetectSettings
from scanner.sources import pieces
from tests.helpers.samples import sample

OVERLAP = pieces.OVERLAP


class Trickle(io.RawIOBase):
    """A pipe that gives little at a time."""

    def __init__(self, data: bytes, step: int) -> None:
        self._data = io.BytesIO(data)
        self._step = step

    def read(self, size: int = -1, /) -> bytes:
        return self._data.read(min(size, self._step))


def cut(data: bytes, piece: int, step: int = 1 << 20) -> tuple[list[tuple[bytes, Piece]], Tally]:
    tally = Tally()
    found = [
        (bytes(batch.buffer), batch.pieces[0])
        for batch in pieces.read_pieces(Trickle(data, step), "name", tally, piece)
    ]
    return found, tally


@given(some.integers(0, 3 * OVERLAP), some.integers(1, 2 * OVERLAP), some.integers(1000, OVERLAP))
def test_every_byte_is_owned_once_with_its_surroundings(size: int, piece: int, step: int) -> None:
    if size // piece > 2000:
        piece = size // 100
    data = bytes(index * 7 % 251 for index in range(size % 251)) * (size // 251 + 1)
    data = data[:size]
    found, tally = cut(data, piece, step)
    assert (tally.objects, tally.bytes) == (1, len(data))
    own = 0
    for buffer, place in found:
        assert data[place.offset : place.offset + len(buffer)] == buffer
        assert place.line == data[: place.offset].count(b"\n")
        assert place.own_start == own
        assert place.offset <= max(0, place.own_start - OVERLAP)
        assert place.offset + len(buffer) >= min(len(data), place.own_end + OVERLAP - 1)
        own = place.own_end
    assert own == (len(data) + 1 if data else 0)


def test_memory_is_bounded() -> None:
    found, _ = cut(b"x" * 2_000_000, 100_000)
    assert max(len(buffer) for buffer, _ in found) <= 100_000 + 2 * OVERLAP


@pytest.mark.parametrize("change", range(-45, 46, 5))
def test_a_credential_across_a_border_is_found_once(change: int) -> None:
    token = sample("github-pat-classic", seed=3)
    piece = 100_000
    data = bytearray(b"x" * 79 + b"\n") * 5000
    at = 2 * piece + change
    data[at - 1 : at + 41] = f" {token} ".encode()
    detector = Detector(DetectSettings())
    tally = Tally()
    stream = io.BytesIO(bytes(data))
    found = [
        sighting
        for batch in pieces.read_pieces(stream, "name", tally, piece)
        for sighting in detector.sightings(batch, tally)
    ]
    assert [sighting.span.start for sighting in found] == [at]
    whole = list(detector.sightings(Batch(bytes(data), (0,), (len(data),), ("name",)), tally))
    assert found == whole


def test_an_encoded_credential_across_a_border_is_judged_as_if_whole() -> None:
    import base64

    text = f"some words before it\ntoken={sample('github-pat-classic', seed=4)};\nand some after it\n".encode()
    wrapped = base64.encodebytes(text)
    piece = 100_000
    data = bytearray(b"y" * 79 + b"\n") * 3000
    at = piece - len(wrapped) // 2
    data[at - 1 : at + len(wrapped)] = b"\n" + wrapped
    detector = Detector(DetectSettings())
    tally = Tally()
    found = [
        sighting
        for batch in pieces.read_pieces(io.BytesIO(bytes(data)), "name", tally, piece)
        for sighting in detector.sightings(batch, tally)
    ]
    whole = list(detector.sightings(Batch(bytes(data), (0,), (len(data),), ("name",)), tally))
    assert len(found) == 1
    assert found == whole


def test_limited_ends_where_it_is_told() -> None:
    stream = io.BytesIO(b"cdefgh")
    limited = pieces.Limited(stream, 4, b"ab")
    assert [limited.read(1), limited.read(10), limited.read(10), limited.read(10)] == [b"a", b"b", b"cd", b""]
    assert limited.left == 0
    assert stream.read() == b"efgh"
