"""Hits to sightings: the most specific kind, batches of many segments, pieces of huge objects."""

from __future__ import annotations

import io
import random
from collections.abc import Iterable
from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.detector import MEDIUM, SILENT, Detector, confidence
from scanner.records import Batch, Confidence, Sighting, Tally
from scanner.settings import DetectSettings
from scanner.sources import pieces
from tests.helpers.samples import catalogue, sample

ENGINES = ("hyperscan", "ahocorasick")
KINDS = sorted(catalogue())


@lru_cache
def detector(engine: str = "hyperscan") -> Detector:
    return Detector(DetectSettings(engine=engine, minimum=Confidence.LOW))


def plain(item: Sighting) -> tuple[object, ...]:
    return (item.credential, item.secret.reveal(), item.object, item.span, item.encoding, item.score)


def inspect(text: str, engine: str = "hyperscan") -> list[str]:
    return [item.credential for item in detector(engine).inspect(text.encode()) if item.score >= MEDIUM]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "kind",
    ["github-pat-classic", "slack-bot-token", "sendgrid-api-key", "digitalocean-pat", "datadog-api-key", "npm-token"],
)
@pytest.mark.parametrize("name", ["password", "secret", "api_key", "datadog_token", "Authorization: Bearer"])
def test_the_most_specific_kind_is_told_alone(kind: str, name: str, engine: str) -> None:
    prefix = "datadog_" if kind == "datadog-api-key" else ""
    assert inspect(f'{prefix}{name} = "{sample(kind)}"', engine) == [kind]


def test_a_url_with_a_token_is_told_as_the_token() -> None:
    assert inspect(f"https://x-access-token:{sample('github-pat-classic')}@github.host/a/b.git") == [
        "github-pat-classic"
    ]


@pytest.mark.parametrize("kind", ["github-pat-classic", "digitalocean-pat", "slack-bot-token"])
def test_a_placeholder_of_a_kind_silences_the_generic_one(kind: str) -> None:
    literal = catalogue()[kind].literals[0]
    token = sample(kind)
    made_up = literal + "".join("-" if char == "-" else "0" for char in token[len(literal) :])
    for name in ("password", "token", "secret"):
        assert inspect(f'{name} = "{made_up}"') == []


def test_an_allowed_token_leaves_no_generic_finding_behind() -> None:
    assert inspect(f'password = "{sample("github-pat-classic")}" # keysieve:allow') == []


@pytest.mark.parametrize("score", [0.0, 0.49, 0.5, 0.79, 0.8, 1.0])
def test_a_score_has_a_level(score: float) -> None:
    wanted = Confidence.HIGH if score >= 0.8 else Confidence.MEDIUM if score >= 0.5 else Confidence.LOW
    assert confidence(score) is wanted


def test_only_what_was_asked_for_is_told() -> None:
    identity = sample("aws-access-key").split()[2].encode()
    batch = Batch(identity, (0,), (len(identity),), ("a",))
    for least, count in ((Confidence.LOW, 1), (Confidence.MEDIUM, 0), (Confidence.HIGH, 0)):
        assert len(list(Detector(DetectSettings(minimum=least)).sightings(batch, Tally()))) == count


# ---------------------------------------------------------------- segments

SNIPPETS = st.builds(
    lambda kind, seed, form: form.replace("{}", sample(kind, seed)).encode(),
    st.sampled_from(KINDS), st.integers(0, 9),
    st.sampled_from(["{}", "\n{}\n", 'password = "{}"', "datadog_api_key={}\n", "aws_secret_access_key = {}", "x{}"]),
)  # fmt: skip
CUT = st.tuples(SNIPPETS, st.integers(0, 80)).map(
    lambda pair: pair[0][pair[1] :] if pair[1] > 40 else pair[0][: pair[1]]
)
SEGMENTS = st.lists(st.lists(st.one_of(SNIPPETS, CUT, st.binary(max_size=20)), max_size=3).map(b"".join), max_size=5)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
@given(segments=SEGMENTS, gap=st.sampled_from([b"", b"\n", b"0123 blob 40\n", b"password = "]))
def test_many_segments_tell_what_each_tells_alone(kind: type, segments: list[bytes], gap: bytes) -> None:
    buffer, starts, ends = b"", [], []
    for segment in segments:
        starts.append(len(buffer))
        buffer += segment
        ends.append(len(buffer))
        buffer += gap
    names = [f"object {number}" for number in range(len(segments))]
    together = list(detector().sightings(Batch(kind(buffer), starts, ends, names), Tally(), SILENT))
    alone = [item for name, segment in zip(names, segments, strict=True) for item in detector().inspect(segment, name)]
    assert list(map(plain, together)) == list(map(plain, alone))


@pytest.mark.parametrize(
    ("kind", "engine"), [*((kind, "hyperscan") for kind in KINDS), *((kind, "ahocorasick") for kind in KINDS[::5])]
)
def test_nothing_crosses_a_border(kind: str, engine: str) -> None:
    keyword = (*catalogue()[kind].keywords, "")[0]
    text = (f'{keyword} = "{sample(kind)}"' if keyword else sample(kind)).encode()
    for cut in sorted({1, 2, 3, len(text) // 3, len(text) // 2, len(text) - 2}):
        batch = Batch(text, (0, cut), (cut, len(text)), ("one", "two"))
        together = list(detector(engine).sightings(batch, Tally(), SILENT))
        alone = [*detector(engine).inspect(text[:cut], "one"), *detector(engine).inspect(text[cut:], "two")]
        assert list(map(plain, together)) == list(map(plain, alone)), cut


def test_what_stands_between_segments_belongs_to_none() -> None:
    token = sample("github-pat-classic").encode()
    text = b"one " + token + b" two"
    batch = Batch(text, (0, len(text) - 3), (3, len(text)), ("one", "two"))
    assert list(detector().sightings(batch, Tally(), SILENT)) == []


def test_a_batch_without_segments_is_nothing() -> None:
    assert list(detector().sightings(Batch(b"", (), (), ()), Tally(), SILENT)) == []


def test_the_answer_that_was_kept_is_the_answer() -> None:
    data = f"x = 1\n{sample('github-pat-classic')}\n".encode()
    fresh = Detector(DetectSettings())
    assert list(map(plain, fresh.inspect(data))) == list(map(plain, fresh.inspect(data)))


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    from scanner import detector as module

    monkeypatch.setattr(module, "_MEMO_BYTES", 20_000)
    fresh = Detector(DetectSettings())
    for seed in range(200):
        assert len(fresh.inspect(sample("github-pat-classic", seed).encode())) == 1
    assert sum(len(key[2]) for key in fresh._memo) <= 20_000


MINE = """
[provider]
name = "Made Up"
[[credential]]
id = "slow-key"
name = "Slow key"
source = "unconfirmed"
literals = ["slow_"]
regex = 'slow_(?:(?:a{1,30}){1,30}){1,12}b'
shape = "slow_{a*20}b"
"""


def test_an_expression_that_takes_too_long_is_a_fault_of_its_object(few_kinds: object, tmp_path: object) -> None:
    path = f"{tmp_path}/mine.toml"
    with open(path, "w") as stream:
        stream.write(MINE)
    slow = Detector(DetectSettings(patterns=(path,), timeout=0.02))
    token = sample("npm-token")
    data = f"slow_{'a' * 60}\n{token}\n".encode()
    tally = Tally()
    found = list(slow.sightings(Batch(data, (0,), (len(data),), ("a.txt",)), tally))
    assert [item.secret.reveal() for item in found] == [token.encode()]
    assert [fault.object for fault in tally.faults] == ["a.txt"]
    assert "slow-key" in tally.faults[0].problem


def test_a_second_object_with_the_same_text_was_silently_incomplete(few_kinds: object, tmp_path: object) -> None:
    path = f"{tmp_path}/mine.toml"
    with open(path, "w") as stream:
        stream.write(MINE)
    slow = Detector(DetectSettings(patterns=(path,), timeout=0.02))
    data = f"slow_{'a' * 60}\n".encode()
    for name in ("a.txt", "b.txt"):
        tally = Tally()
        list(slow.sightings(Batch(data, (0,), (len(data),), (name,)), tally))
        assert [fault.object for fault in tally.faults] == [name]


# ---------------------------------------------------------------- pieces


def in_pieces(data: bytes, piece: int) -> list[tuple[object, ...]]:
    tally = Tally()
    found = [
        plain(item)
        for batch in pieces.read_pieces(io.BytesIO(data), "huge", tally, piece)
        for item in detector().sightings(batch, tally, SILENT)
    ]
    assert (tally.objects, tally.bytes) == (1, len(data))
    return found


def huge(seed: int, kinds: list[str], size: int) -> bytes:
    rnd = random.Random(seed)
    words = ["alpha", "beta = 3", "gamma", "\n", "\n", "é", "  ", "delta()", "\t"]
    text = ""
    for kind in kinds:
        block = "".join(rnd.choice(words) for _ in range(rnd.randrange(60)))
        text += block * rnd.randrange(size)
        keyword = catalogue()[kind].keywords
        value = sample(kind, seed)
        text += f'\n{keyword[0]} = "{value}"\n' if keyword else f"\n{value}\n"
    return text.encode()


PAIRED = {kind for kind in KINDS if catalogue()[kind].joins or any(part.secret for part in catalogue()[kind].parts)}
NARROW = [kind for kind in KINDS if catalogue()[kind].width < 600 and kind not in PAIRED]


@given(st.lists(st.sampled_from(NARROW), min_size=1, max_size=6), st.integers(0, 500), st.integers(5_000, 90_000))
def test_pieces_of_any_size_tell_what_the_whole_tells(kinds: list[str], seed: int, piece: int) -> None:
    data = huge(seed, kinds, 2000)  # up to some hundred kilobytes: more than the overlap
    whole = [plain(item) for item in detector().inspect(data, "huge")]
    assert in_pieces(data, piece) == whole


@given(st.lists(st.sampled_from(NARROW), min_size=1, max_size=6), st.integers(0, 500), st.integers(50, 4_000))
def test_pieces_with_a_small_overlap_tell_what_the_whole_tells(kinds: list[str], seed: int, piece: int) -> None:
    """So small that the borders of buffers fall everywhere; still more than the widest kind drawn here."""
    data = huge(seed, kinds, 40)
    whole = [plain(item) for item in detector().inspect(data, "huge")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "OVERLAP", 3_000)
        assert in_pieces(data, piece) == whole


@pytest.mark.parametrize("kind", ["private-key-pem", "private-key-openssh", "gcp-service-account-key"])
def test_wide_kinds_are_found_wherever_a_piece_ends(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert 3 * (catalogue()[kind].width + 256) < pieces.OVERLAP
    monkeypatch.setattr(pieces, "OVERLAP", catalogue()[kind].width + 300)
    data = b"word\n" * 3_000 + huge(3, [kind], 2) + b"more\n" * 3_000
    whole = [plain(item) for item in detector().inspect(data, "huge")]
    assert whole
    for piece in range(13_000, 19_000, 397):
        assert in_pieces(data, piece) == whole


def test_pieces_really_end_inside_of_the_object(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "OVERLAP", 100)
    batches = list(pieces.read_pieces(io.BytesIO(b"x\n" * 500), "huge", Tally(), 200))
    assert [batch.pieces[0].own_start for batch in batches] == [0, 200, 400, 600, 800][: len(batches)]
    assert len(batches) >= 4


def test_a_pair_is_joined_within_a_piece_and_its_overlap(monkeypatch: pytest.MonkeyPatch) -> None:
    pair_in_pieces(monkeypatch, [8_000])


def test_a_pair_was_not_joined_across_the_border_of_two_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    pair_in_pieces(monkeypatch, range(200, 800, 40))


def pair_in_pieces(monkeypatch: pytest.MonkeyPatch, sizes: Iterable[int]) -> None:
    monkeypatch.setattr(pieces, "OVERLAP", 3_000)
    first, second = sample("aws-access-key").splitlines()[:2]
    filler = "".join(f"setting_{number} = a rather long line of plain words\n" for number in range(10))
    data = f"[default]\n{first}\n{filler}{second}\n".encode() + b"more\n" * 2_000
    whole = [plain(item) for item in detector().inspect(data, "huge")]
    assert len(whole) == 1
    for piece in sizes:
        assert in_pieces(data, piece) == whole, piece
