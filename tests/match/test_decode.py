"""Undoing an encoding around a hit: what was encoded comes back, and so does where it stood."""

from __future__ import annotations

import base64
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.match.decode import _STEPS, GROWTH, decode
from scanner.prefilter.literals import base64_forms

LITERAL = b"needle_"
PLAIN = st.text("abcdefXYZ0189 _=:/+{}\"'\n", max_size=30).map(str.encode)
AROUND = st.sampled_from([b"", b" ", b'"', b"key: ", b"\n", b"<a>", b"'", b"\x01", b"(", b"\xff\xfe"])
BEHIND = AROUND.filter(lambda text: not text[:1].isalnum() and text != b"\n")
CODECS = ["base64", "hex", "percent", "utf-16-le", "utf-16-be"]


def undo(data: bytes, codecs: tuple[str, ...], needle: bytes, shift: int = 0) -> bytes:
    """The decoded text if the way back leads from the literal to a stretch that holds the needle."""
    at = data.find(needle)
    assert at >= 0
    decoded = decode(data, at, codecs, shift)
    assert decoded is not None
    assert decoded.text.startswith(LITERAL, decoded.at)
    start, end = decoded.back(decoded.at, decoded.at + len(LITERAL))
    assert start <= at < end <= len(data)
    return decoded.text


def needle_in(data: bytes, codec: str, shift: int) -> bytes:
    if codec == "base64":
        return next(needle for needle, s in base64_forms(LITERAL, 1) if s == shift)
    if codec == "hex":
        return LITERAL.hex().encode()
    if codec == "percent":
        return b"".join(b"%%%02x" % byte for byte in LITERAL)
    return LITERAL.decode().encode(codec)


@given(PLAIN, PLAIN, AROUND, BEHIND)
def test_base64_comes_back(before: bytes, after: bytes, left: bytes, right: bytes) -> None:
    whole = before + LITERAL + after
    shift = len(before) % 3
    data = left + base64.b64encode(whole) + right
    assert undo(data, ("base64",), needle_in(data, "base64", shift), shift) == whole


@given(PLAIN, PLAIN, BEHIND)
def test_url_safe_base64_without_padding_comes_back(before: bytes, after: bytes, right: bytes) -> None:
    whole = before + LITERAL + after
    shift = len(before) % 3
    data = b"=" + base64.urlsafe_b64encode(whole).rstrip(b"=") + right
    assert undo(data, ("base64",), needle_in(data, "base64", shift), shift) == whole


@pytest.mark.parametrize("end", ["\n", "\r\n", "\\\n"])
@pytest.mark.parametrize("width", [64, 76])
@given(before=st.binary(max_size=300), after=st.binary(max_size=300), indent=st.integers(0, 12), left=AROUND)
def test_wrapped_base64_comes_back(width: int, end: str, before: bytes, after: bytes, indent: int, left: bytes) -> None:
    whole = before + LITERAL + after
    shift = len(before) % 3
    lines = textwrap.wrap(base64.b64encode(whole).decode(), width)
    data = left + b"\n" + end.join(" " * indent + line for line in lines).encode() + b"\n"
    needle = needle_in(data, "base64", shift)
    if needle not in data:
        return  # a line ends inside the needle
    assert undo(data, ("base64",), needle, shift) == whole


@given(PLAIN, PLAIN, AROUND)
def test_base64_of_base64_comes_back(before: bytes, after: bytes, left: bytes) -> None:
    inner = base64.b64encode(before + LITERAL + after)
    data = left + b"=" + base64.b64encode(inner)
    shift = len(before) % 3
    needle = needle_in(inner, "base64", shift)
    at = inner.find(needle)
    outer = next(form for form, s in base64_forms(needle, 1) if s == at % 3)
    assert undo(data, ("base64", "base64"), outer, at % 3 * 3 + shift) == before + LITERAL + after


@pytest.mark.parametrize("capital", [False, True])
@given(before=st.binary(max_size=20), after=st.binary(max_size=20), left=AROUND)
def test_hex_comes_back(before: bytes, after: bytes, left: bytes, capital: bool) -> None:
    data = (before + LITERAL + after).hex().encode()
    needle = LITERAL.hex().encode()
    if capital:
        data, needle = data.upper(), needle.upper()
    left = left.rstrip(b"abcdef")
    start = len(left) + 2 * len(before)
    decoded = decode(left + data, start, ("hex",), 0)
    assert decoded is not None
    assert decoded.text == before + LITERAL + after
    assert decoded.back(decoded.at, decoded.at + len(LITERAL)) == (start, start + 2 * len(LITERAL))


@given(st.text("abcXYZ019-_.%", max_size=20), st.text("abcXYZ019-_.", max_size=20))
def test_percent_comes_back(before: str, after: str) -> None:
    def encode(data: bytes) -> bytes:
        return b"".join(b"%%%02X" % byte if byte % 2 or byte == 37 else bytes([byte]) for byte in data)

    head, tail = before.encode(), after.encode()
    needle = b"".join(b"%%%02X" % byte for byte in LITERAL)
    data = b'"' + encode(head) + needle + encode(tail) + b'"'
    assert undo(data, ("percent",), needle) == head + LITERAL + tail


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@given(before=st.text("ab =\n", max_size=20), after=st.text("ab =\n", max_size=20), offset=st.binary(max_size=3))
def test_utf16_comes_back(codec: str, before: str, after: str, offset: bytes) -> None:
    whole = before + LITERAL.decode() + after
    data = offset.replace(b"\0", b"x") + b"\xff" * 2 + whole.encode(codec) + b"\xff" * 2
    needle = LITERAL.decode().encode(codec)
    at = data.find(whole.encode(codec)) + 2 * len(before)
    decoded = decode(data, at, (codec,), 0)
    assert decoded is not None
    assert decoded.text == whole.encode()
    assert decoded.back(decoded.at, decoded.at + len(LITERAL)) == (at, at + len(needle))


@pytest.mark.parametrize("codec", CODECS)
@given(data=st.data())
def test_no_bytes_raise(codec: str, data: st.DataObject) -> None:
    alphabet = st.sampled_from([b"A", b"b", b"0", b"=", b"-", b"%", b"%4", b"\n", b"\r\n", b"\0", b"\\", b" ", b"\xff"])
    window = b"".join(data.draw(st.lists(st.one_of(alphabet, st.binary(max_size=3)), max_size=40)))
    at = data.draw(st.integers(0, len(window)))
    shift = data.draw(st.integers(0, 2))
    decoded = decode(window, at, (codec,), shift)
    if decoded is not None:
        for start in range(len(decoded.text)):
            low, high = decoded.back(start, start + 1)
            assert 0 <= low < high <= len(window)


@given(st.binary(max_size=60), st.integers(0, 60), st.integers(0, 8))
def test_no_bytes_raise_in_a_chain(window: bytes, at: int, shift: int) -> None:
    at = min(at, len(window))
    decode(window, at, ("base64", "base64"), shift)
    for order in ("utf-16-le", "utf-16-be"):
        decode(window, at, ("base64", order), shift % 3)


@given(st.binary(min_size=1, max_size=400), st.sampled_from(CODECS))
def test_no_encoding_grows_by_more_than_is_said(data: bytes, codec: str) -> None:
    encoded = {
        "base64": base64.encodebytes(data).replace(b"\n", b"\r\n").rstrip(),
        "hex": data.hex().encode(),
        "percent": b"%41" * len(data),
        "utf-16-le": b"a\0" * len(data),
        "utf-16-be": b"\0a" * len(data),
    }[codec]
    assert len(encoded) <= len(data) * GROWTH[codec] + 8
    assert set(GROWTH) == set(_STEPS)
