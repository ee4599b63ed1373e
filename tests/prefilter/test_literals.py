"""Every form of a literal is one that decodes back to it, and every true encoding shows one of them."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.match.decode import decode
from scanner.prefilter import literals
from scanner.records import Credential, Entry
from tests.helpers.samples import catalogue

URL_SAFE = bytes.maketrans(b"+/", b"-_")
TEXT = st.text("abcdefghijXYZ0189_-./+:", min_size=3, max_size=24)


def kind(*words: str, **more: object) -> Credential:
    return Credential("made-up", "Made up", "Any", "unconfirmed", words, "x", **more)  # type: ignore[arg-type]


def table(*words: str) -> list[Entry]:
    return literals.build([kind(*words)])


def encode(data: bytes, codecs: tuple[str, ...]) -> bytes:
    for codec in reversed(codecs):
        if codec == "base64":
            data = base64.b64encode(data)
        elif codec == "hex":
            data = data.hex().encode()
        elif codec == "percent":
            data = b"".join(b"%%%02X" % byte for byte in data)
        else:
            data = data.decode().encode(codec)
    return data


EVERY = [entry for entry in literals.build(list(catalogue().values())) if entry.codecs]


def context(entry: Entry) -> bytes:
    """The literal of `entry` in a text that puts it where its base64 form wants it."""
    inner = entry.shift % 3 if entry.codecs == ("base64", "base64") else entry.shift
    return b"x" * inner + entry.literal.encode() + b"tail of the text"


@pytest.mark.parametrize("codecs", sorted({entry.codecs for entry in EVERY}))
def test_every_form_of_every_built_in_literal_decodes_back(codecs: tuple[str, ...]) -> None:
    for entry in (item for item in EVERY if item.codecs == codecs):
        if codecs == ("base64", "base64"):
            assert entry.shift < 9
            assert any(shows(entry, b"x" * 3 * more + context(entry)) for more in range(4)), entry
        elif codecs[1:] in (("utf-16-le",), ("utf-16-be",)):
            raw = b"x" * entry.shift + entry.literal.encode(codecs[1])
            assert entry.needle.translate(bytes.maketrans(b"-_", b"+/")) in base64.b64encode(raw + b"tail"), entry
        else:
            assert shows(entry, context(entry)), entry


def shows(entry: Entry, text: bytes) -> bool:
    """Whether the needle stands in the encoded text and leads back to the literal."""
    data = encode(text, entry.codecs)
    looks = [data, data.translate(URL_SAFE), quote(text, safe="").encode()]
    if entry.codecs == ("base64", "base64"):
        looks += [encoder(base64.urlsafe_b64encode(text)) for encoder in (base64.b64encode, base64.urlsafe_b64encode)]
    for look in looks:
        folded = look.lower() if entry.caseless else look
        at = folded.find(entry.needle.lower() if entry.caseless else entry.needle)
        decoded = decode(look, at, entry.codecs, entry.shift) if at >= 0 else None
        if decoded is not None and decoded.text.startswith(entry.literal.encode(), decoded.at):
            return True
    return False


@given(TEXT, st.binary(max_size=7), st.binary(max_size=7))
def test_base64_shows_a_form_at_every_alignment(literal: str, before: bytes, after: bytes) -> None:
    raw = literal.encode()
    forms = dict.fromkeys(needle for needle, _ in literals.base64_forms(raw, 1))
    for encoder in (base64.b64encode, base64.urlsafe_b64encode):
        data = encoder(before + raw + after)
        assert any(needle in data for needle in forms if needle) or len(raw) < 3


@given(TEXT, st.integers(1, 8))
def test_no_form_is_shorter_than_asked_for(literal: str, fewest: int) -> None:
    assert all(len(needle) >= fewest for needle, _ in literals.base64_forms(literal.encode(), fewest))


def test_forms_too_short_to_mean_anything_are_left_out() -> None:
    for entry in EVERY:
        if "base64" in entry.codecs:
            assert len(entry.needle) >= (literals.FEWEST if entry.codecs == ("base64",) else literals.FEWEST_NESTED)
    assert len([entry for entry in table("EAA") if entry.codecs == ("base64",)]) == 1  # of three alignments


def test_caseless_literals_have_their_plain_form_only() -> None:
    (entry,) = literals.build([kind("madeup", caseless=True)])
    assert (entry.needle, entry.caseless, entry.codecs) == (b"madeup", True, ())


def test_an_expression_stands_for_its_literals() -> None:
    rows = literals.build([kind("madeup", caseless=True, expression="madeup[ =]x", expression_width=8)])
    assert [(row.needle, row.expression, row.width) for row in rows] == [(b"", "madeup[ =]x", 8)]


def test_kinds_with_the_same_literal_share_their_rows() -> None:
    rows = literals.build([kind("tok_"), kind("tok_", "other_")])
    assert {row.credentials for row in rows if row.literal == "tok_"} == {(0, 1)}
    assert {row.credentials for row in rows if row.literal == "other_"} == {(1,)}


def test_no_two_rows_look_for_the_same() -> None:
    rows = literals.build(list(catalogue().values()))
    looks = [(row.needle, row.caseless, row.codecs, row.literal, row.shift, row.expression) for row in rows]
    assert len(looks) == len(set(looks))


def test_the_table_is_the_same_each_time() -> None:
    kinds = list(catalogue().values())
    assert literals.build(kinds) == literals.build(kinds)
