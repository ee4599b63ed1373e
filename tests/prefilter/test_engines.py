"""Both engines lead to the same findings, and every encoding that the design names is found by both."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.catalogue import widths
from scanner.detector import Detector
from scanner.errors import UsageError
from scanner.prefilter.ahocorasick import AhoCorasickEngine
from scanner.prefilter.hyperscan import HyperscanEngine
from scanner.records import Entry
from scanner.settings import DetectSettings
from tests.helpers.samples import catalogue, sample

ENGINES = ("hyperscan", "ahocorasick")
KINDS = sorted(catalogue())


@lru_cache
def detector(engine: str) -> Detector:
    return Detector(DetectSettings(engine=engine))


def told(engine: str, data: bytes) -> list[tuple[object, ...]]:
    return [
        (item.credential, item.secret.reveal(), item.span, item.encoding, item.score)
        for item in detector(engine).inspect(data)
    ]


def percent(data: bytes) -> bytes:
    return b"".join(b"%%%02X" % byte for byte in data)


def wrapped(data: bytes) -> bytes:
    return base64.encodebytes(data)


def utf16(order: str) -> Callable[[bytes], bytes]:
    return lambda data: data.decode("latin-1").encode(f"utf-16-{order}")


ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "base64": base64.b64encode,
    "url-safe base64": base64.urlsafe_b64encode,
    "base64 without padding": lambda data: base64.b64encode(data).rstrip(b"="),
    "wrapped base64": wrapped,
    "base64 of base64": lambda data: base64.b64encode(base64.b64encode(data)),
    "base64 of UTF-16, low first": lambda data: base64.b64encode(utf16("le")(data)),
    "base64 of UTF-16, high first": lambda data: base64.b64encode(utf16("be")(data)),
    "hex": lambda data: data.hex().encode(),
    "capital hex": lambda data: data.hex().upper().encode(),
    "percent": percent,
    "UTF-16, low first": utf16("le"),
    "UTF-16, high first": utf16("be"),
}

FRAMES = st.sampled_from(
    ["{}", "\n{}\n", 'key = "{}"\n', "password: {}\n", '<a token="{}"/>', "https://a.host/?x={}&y", "datadog_api_key={}",  # noqa: E501
     '{{"heroku": "{}"}}', "aws_secret_access_key={}", "  {}  # example", "{}{}", "token\x00{}\xff", "pwd={};"]
)  # fmt: skip
PIECES = st.builds(
    lambda kind, seed, frame, before, encoder: ENCODERS[encoder](
        (before + frame.replace("{}", sample(kind, seed))).replace("{{", "{").encode("latin-1")
    ),
    st.sampled_from(KINDS), st.integers(0, 20), FRAMES, st.text("ab =\n", max_size=4), st.sampled_from(sorted(ENCODERS)),  # noqa: E501
)  # fmt: skip
JUNK = st.one_of(
    st.binary(max_size=40),
    st.text(max_size=20).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.sampled_from(
        [b"\n", b" ", b'"', b"password", b"secret_key = ", b"token: ", b"://", b"A" * 30, b"\r\n", b"%", b"="]
    ),
)


@given(st.lists(st.one_of(PIECES, JUNK), max_size=8))
def test_both_engines_tell_the_same(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    assert told("hyperscan", data) == told("ahocorasick", data)


@pytest.mark.parametrize("kind", KINDS)
def test_both_engines_tell_the_same_of_each_kind(kind: str) -> None:
    rnd = random.Random(kind)
    for seed in range(2):
        for name, encoder in ENCODERS.items():
            keyword = (*catalogue()[kind].keywords, "x")[0]
            text = f'{"y" * rnd.randrange(4)} {keyword} = "{sample(kind, seed)}"\n'.encode()
            data = encoder(text)
            assert told("hyperscan", data) == told("ahocorasick", data), name


def test_both_engines_tell_the_same_of_this_repository() -> None:
    root = Path(__file__).parents[2]
    for folder in ("scanner", "patterns", "docs"):
        for path in sorted((root / folder).rglob("*.*")):
            if path.is_file() and path.suffix in (".py", ".toml", ".md"):
                data = path.read_bytes()
                assert told("hyperscan", data) == told("ahocorasick", data), path


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize(
    "kind", ["github-pat-classic", "slack-bot-token", "anthropic-api-key", "stripe-secret-key-live"]
)
def test_a_token_is_found_in_every_encoding_at_every_alignment(kind: str, encoder: str, engine: str) -> None:
    nested = encoder.startswith("base64 of")
    for shift in range(6):
        token = sample(kind, shift)
        text = ENCODERS[encoder](b"x = 12"[:shift] + b' "' + token.encode() + b'" tail')
        found = detector(engine).inspect(b"data: " + text + b"\n")
        if nested and not found and len(catalogue()[kind].literals[0]) < 5:
            continue  # too few letters remain for a nested form at some alignments
        assert [(item.credential, item.secret.reveal()) for item in found] == [(kind, token.encode())], shift


@pytest.mark.parametrize("engine", ENGINES)
def test_an_encoded_token_is_told_where_it_stands(engine: str) -> None:
    token = sample("github-pat-classic").encode()
    data = b"one\ntwo " + base64.b64encode(b"ab=" + token) + b"\n"
    (found,) = detector(engine).inspect(data)
    assert found.encoding == ("base64",)
    assert (found.span.start, found.span.line, found.span.column) == (12, 2, 9)
    stretch = data[found.span.start : found.span.end]
    assert token in base64.b64decode(stretch + b"=" * (-len(stretch) % 4))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_buffer_may_be_scanned(engine: str, kind: type) -> None:
    data = b"x " + sample("github-pat-classic").encode()
    assert sorted(detector(engine).engine.scan(kind(data))) == sorted(detector(engine).engine.scan(data)) != []


@pytest.mark.parametrize("engine", ENGINES)
def test_nothing_holds_nothing(engine: str) -> None:
    assert detector(engine).engine.scan(b"") == []
    assert detector(engine).engine.scan(memoryview(bytearray(8))[:0]) == []


def test_a_table_without_rows_finds_nothing() -> None:
    assert AhoCorasickEngine([], []).scan(b"anything") == []


def rows(*words: bytes, caseless: bool = False) -> list[Entry]:
    return [Entry(word, caseless, (), word.decode("latin-1"), 0, (0,)) for word in words]


@given(st.lists(st.binary(min_size=1, max_size=4), min_size=1, max_size=5, unique=True), st.binary(max_size=60))
def test_every_occurrence_of_every_row_is_reported(words: list[bytes], data: bytes) -> None:
    words = [bytes(byte & 3 for byte in word) for word in words]  # few different bytes, so that they occur
    data = bytes(byte & 3 for byte in data)
    table = rows(*words)
    naive = {
        (number, at + len(word))
        for number, word in enumerate(words)
        for at in range(len(data))
        if data.startswith(word, at)
    }
    assert set(HyperscanEngine.compile(table).scan(data)) == naive
    assert set(AhoCorasickEngine(table, [()] * len(table)).scan(data)) == naive


@given(st.binary(max_size=80))
def test_any_byte_may_be_part_of_a_literal(data: bytes) -> None:
    for word in {bytes([byte]) for byte in data} or {b"x"}:
        table = rows(word)
        naive = {(0, at + 1) for at in range(len(data)) if data[at : at + 1] == word}
        assert set(HyperscanEngine.compile(table).scan(data)) == naive
        assert naive <= set(AhoCorasickEngine(table, [()]).scan(data))


def test_a_database_survives_the_cache() -> None:
    table = rows(b"one", b"two")
    copy = HyperscanEngine.load(HyperscanEngine.compile(table).dump())
    assert copy is not None
    assert sorted(copy.scan(b"one two")) == [(0, 3), (1, 7)]


@pytest.mark.parametrize("data", [b"", b"junk", bytes(3000)])
def test_a_database_that_is_none_is_refused(data: bytes) -> None:
    assert HyperscanEngine.load(data) is None


def test_auto_takes_hyperscan() -> None:
    assert Detector(DetectSettings()).engine.name == "hyperscan"


@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_may_be_named(name: str) -> None:
    assert detector(name).engine.name == name


def without_hyperscan(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "hyperscan", None)
    monkeypatch.delitem(sys.modules, "scanner.prefilter.hyperscan")
    monkeypatch.delattr("scanner.prefilter.hyperscan")


def test_auto_does_without_hyperscan(monkeypatch: pytest.MonkeyPatch) -> None:
    without_hyperscan(monkeypatch)
    assert Detector(DetectSettings()).engine.name == "ahocorasick"


def test_hyperscan_that_was_asked_for_and_is_not_there_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    without_hyperscan(monkeypatch)
    with pytest.raises(UsageError, match="hyperscan does not run here"):
        Detector(DetectSettings(engine="hyperscan"))


MINE = """
[provider]
name = "Made Up"
[[credential]]
id = "made-up-key"
name = "Made-up key"
source = "unconfirmed"
keywords = ["{keyword}"]
value = "[0-9a-f]{{20}}"
shape = "{{hex*20}}"
"""


def found_by(engine: str, path: Path, keyword: str) -> bool:
    path.write_text(MINE.format(keyword=keyword), encoding="utf-8")
    value = sample("datadog-api-key")[:20]
    found = Detector(DetectSettings(engine=engine, patterns=(str(path),))).inspect(f'{keyword} = "{value}"'.encode())
    return [(item.credential, item.secret.reveal()) for item in found] == [("made-up-key", value.encode())]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_keyword_of_a_users_own_is_found(few_kinds: Path, tmp_path: Path, engine: str) -> None:
    assert found_by(engine, tmp_path / "mine.toml", "made_up")


@pytest.mark.parametrize("keyword", ["schlüssel", "ключ"])
def test_hyperscan_finds_a_keyword_of_any_language(few_kinds: Path, tmp_path: Path, keyword: str) -> None:
    assert found_by("hyperscan", tmp_path / "mine.toml", keyword)


@pytest.mark.parametrize("keyword", ["schlüssel", "ключ"])
def test_ahocorasick_missed_keywords_that_are_not_ascii(few_kinds: Path, tmp_path: Path, keyword: str) -> None:
    assert found_by("ahocorasick", tmp_path / "mine.toml", keyword)


def test_a_run_of_one_letter_is_no_token_at_each_of_its_places() -> None:
    """Base64 of zeros took half of the time that some trees took."""
    entries = detector("hyperscan").catalogue.entries
    hits = detector("hyperscan").engine.scan(b"\n" + b"A" * 20_000 + b"\n" + b"a" * 20_000 + b"\n")
    assert len([row for row, _ in hits if not entries[row].codecs]) < 100


def expressions(*texts: str) -> list[Entry]:
    return [Entry(b"", True, (), "", 0, (0,), text, widths.width(text)) for text in texts]


SCREENS = expressions("(?:ab[_-]?c|b)[a-c]{0,3}[0-9]{2}", "[a-c]{1,3}_[0-9]", "(?:a{2})b[0-9]|c[a-c]{2}")
WORDS = [("abc", "ab_c", "ab-c", "b"), ("_",), ("b", "c")]


@given(st.text("abcABC_-01", max_size=60), st.booleans())
def test_a_literal_counts_where_the_expression_of_its_row_holds_around_it(text: str, told: bool) -> None:
    """Else the portable engine has every name that stands anywhere looked at: thirty times as slow."""
    data = text.encode()
    leads = (widths.leads,) if told else ()
    hits = set(AhoCorasickEngine(SCREENS, WORDS, *leads).scan(data))
    wanted = HyperscanEngine.compile(SCREENS).scan(data)
    for row, end in wanted:
        assert any(number == row and end - SCREENS[row].width <= at <= end for number, at in hits)
    for row, at in hits:
        assert any(number == row and abs(end - at) <= SCREENS[row].width for number, end in wanted)


def test_a_name_without_a_value_near_it_is_no_hit() -> None:
    engine = AhoCorasickEngine(SCREENS, WORDS)
    assert engine.scan(b"abc and b and c") == []
    assert engine.scan(b"B12") == [(0, 1)]
