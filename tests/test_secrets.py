"""A credential cannot be shown by accident."""

from __future__ import annotations

import copy
import io
import logging
import pickle
import random
import string
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.records import Reason, Sighting, Span
from scanner.secrets import PUBLISHED_KEY, Secret, clear_text, fingerprint, preview, without_login
from tests.helpers.samples import sample


def value(seed: int = 1) -> bytes:
    rnd = random.Random(seed)
    return "".join(rnd.choice(string.ascii_letters + string.digits) for _ in range(40)).encode()


def shown(text: str, hidden: bytes) -> int:
    """The longest part of `hidden` that can be read in `text`."""
    whole = hidden.decode("latin-1")
    found = 0
    for start in range(len(whole)):
        while whole[start : start + found + 1] in text and start + found < len(whole):
            found += 1
    return found


TEXTS = {
    "repr": repr,
    "str": str,
    "format": lambda secret: format(secret, ">60"),
    "f-string": lambda secret: f"{secret}",
    "f-string with conversion": lambda secret: f"{secret!r:<50}",
    "f-string with equals": lambda secret: f"{secret=}",
    "percent": lambda secret: "%s %r" % (secret, secret),  # noqa: UP031
    "in a list": lambda secret: str([secret, {"key": secret}]),
    "ascii": ascii,
}


@pytest.mark.parametrize("way", TEXTS)
def test_it_masks_itself(way: str) -> None:
    assert shown(TEXTS[way](Secret(value())), value()) <= 4


def test_it_masks_itself_in_records() -> None:
    sighting = Sighting(
        "some-id", Secret(value()), (("id", Secret(value(2))),), "a.py", Span(0, 1, 1, 1, 1, 2), (), 0.9,
        (Reason("why", 0.0),),
    )  # fmt: skip
    assert shown(repr(sighting), value()) <= 4
    assert shown(repr(sighting), value(2)) <= 4


def test_it_masks_itself_in_logs() -> None:
    stream = io.StringIO()
    log = logging.getLogger("keysieve-test")
    handler = logging.StreamHandler(stream)
    log.addHandler(handler)
    try:
        log.error("found %s and %r", Secret(value()), Secret(value()))
    finally:
        log.removeHandler(handler)
    assert stream.getvalue()
    assert shown(stream.getvalue(), value()) <= 4


def test_it_masks_itself_in_tracebacks_that_capture_locals() -> None:
    def fails(secret: Secret) -> None:
        kept = [secret]
        raise ValueError(f"cannot use {kept}")

    try:
        fails(Secret(value()))
    except ValueError as error:
        text = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert "kept" in text
    assert shown(text, value()) <= 4


def test_it_has_no_dictionary_to_be_dumped() -> None:
    with pytest.raises(TypeError):
        vars(Secret(value()))


def test_it_crosses_a_process_border() -> None:
    assert pickle.loads(pickle.dumps(Secret(value()))).reveal() == value()
    assert copy.deepcopy(Secret(value())) == Secret(value())


def test_equal_bytes_are_equal_secrets() -> None:
    assert Secret(b"a") == Secret(b"a") != Secret(b"b")
    assert len({Secret(b"a"), Secret(b"a"), Secret(b"b")}) == 2
    assert Secret(b"a") != b"a"


@given(st.binary(max_size=200))
def test_preview_never_shows_more_than_four_characters_or_a_fifth(data: bytes) -> None:
    text = preview(Secret(data))
    assert text.endswith("****")
    head = text.removesuffix("****")
    assert len(head) <= min(4, len(data) // 5)
    assert shown(head, data) <= 4


@given(st.binary(max_size=200))
def test_preview_is_one_printable_line(data: bytes) -> None:
    assert preview(Secret(data)).isprintable()


@pytest.mark.parametrize("kind", ["private-key-openssh", "private-key-pem", "private-key-pgp"])
def test_preview_of_a_key_in_armour_shows_its_first_line_only(kind: str) -> None:
    text = sample(kind)
    assert preview(Secret(text.encode())) == text.splitlines()[0] + "****"


def test_clear_text_is_the_value() -> None:
    assert clear_text(Secret("pässword".encode())) == "pässword"
    assert clear_text(Secret(b"a\xff")) == "a\\xff"


@given(st.binary(max_size=60), st.binary(max_size=20))
def test_fingerprint_is_64_hex_digits_of_value_and_key(data: bytes, key: bytes) -> None:
    text = fingerprint(Secret(data), key)
    assert len(text) == 64
    assert set(text) <= set("0123456789abcdef")
    assert text == fingerprint(Secret(data), key)
    assert text != fingerprint(Secret(data + b"x"), key)


def test_fingerprint_depends_on_the_key() -> None:
    assert fingerprint(Secret(b"a"), PUBLISHED_KEY) != fingerprint(Secret(b"a"), b"another")


def test_login_is_taken_out_of_urls() -> None:
    secret = value().decode()
    for url in (f"https://me:{secret}@git.host/a.git", f"https://{secret}@git.host/a", f"x https://a:{secret}@h y"):
        assert shown(without_login(url), secret.encode()) <= 4
    assert without_login("https://git.host/a.git") == "https://git.host/a.git"
    assert without_login("git@git.host:a/b.git") == "git@git.host:a/b.git"
