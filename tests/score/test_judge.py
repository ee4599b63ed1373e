"""Judgement is local: nothing further than REACH away, no window and no hit changes it."""

from __future__ import annotations

import base64
import random
import uuid
from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.detector import Detector
from scanner.records import REACH, Credential, Match
from scanner.score.judge import ALONE, BROKEN, PROVED, Judgement, judge
from scanner.score.randomness import randomness
from scanner.secrets import Secret
from scanner.settings import DetectSettings
from tests.helpers.samples import catalogue, sample

KINDS = sorted(catalogue())


@lru_cache
def detector() -> Detector:
    return Detector(DetectSettings())


def judged(kind: str, value: str, before: bytes = b"", after: bytes = b"", **parts: str) -> Judgement:
    text = before + value.encode() + after
    span = (len(before), len(before) + len(value))
    told = tuple((name, Secret(part.encode())) for name, part in parts.items())
    return judge(catalogue()[kind], Match(0, Secret(value.encode()), told, *span), text, span, span)


def test_a_uuid_whose_digits_look_little_random_was_no_bearer_token() -> None:
    value = str(uuid.UUID(int=0xC1D54A2ED0C64530A58E64F61625F5F0, version=4))
    assert randomness(value) < 0.3
    assert judged("http-authorization-bearer", value, b"Authorization: Bearer ").score >= 0.5
    assert judged("random-value-assignment", value, b"key=").silent


def test_a_valid_checksum_is_proof() -> None:
    answer = judged("github-pat-classic", sample("github-pat-classic"))
    assert (answer.score, answer.silent, answer.refuted) == (PROVED, "", False)
    assert answer.reasons


def test_a_checksum_that_is_wrong_is_low_and_says_so() -> None:
    token = sample("github-pat-classic")
    wrong = token[:-1] + ("a" if token[-1] != "a" else "b")
    answer = judged("github-pat-classic", wrong)
    assert answer.silent or answer.refuted or answer.score <= BROKEN


def test_proof_outranks_what_the_line_says() -> None:
    token = sample("github-pat-classic")
    assert judged("github-pat-classic", token, b"# for example: ", b" (dummy)").score == PROVED


def test_a_comment_allows_even_what_is_proved() -> None:
    assert judged("github-pat-classic", sample("github-pat-classic"), b"", b" # keysieve:allow").silent


def test_an_id_without_its_secret_is_low() -> None:
    identity = sample("aws-access-key").split()[2]
    assert judged("aws-access-key", identity).score <= ALONE
    assert judged("aws-access-key", identity, id="another").score > ALONE


def test_a_documented_value_is_silent() -> None:
    import hashlib
    from dataclasses import replace

    value = sample("digitalocean-pat").encode()
    kind = replace(catalogue()["digitalocean-pat"], dummies=(hashlib.sha256(value).hexdigest(),))
    match = Match(0, Secret(value), (), 0, len(value))
    assert judge(kind, match, value, (0, len(value)), (0, len(value))).silent == "is a value from documentation"


def test_nothing_is_no_credential() -> None:
    assert judged("github-pat-classic", "").refuted


def test_a_body_made_of_one_letter_is_silent() -> None:
    assert judged("digitalocean-pat", "dop_v1_" + "0" * 64).silent


@pytest.mark.parametrize("kind", KINDS)
def test_every_reason_is_in_words_and_holds_no_secret(kind: str) -> None:
    for item in detector().inspect(f"{sample(kind)}\n".encode()):
        value = item.secret.reveal()
        for reason in item.reasons:
            assert reason.text
            assert len(value) < 6 or value not in reason.text.encode()


@given(
    st.sampled_from([kind for kind in KINDS if len(sample(kind)) < 500]), st.integers(0, 20),
    st.binary(max_size=300), st.binary(max_size=300), st.binary(max_size=300), st.binary(max_size=300),
)  # fmt: skip
def test_nothing_further_than_reach_away_is_read(
    kind: str, seed: int, far: bytes, near: bytes, near_after: bytes, far_after: bytes
) -> None:
    value = sample(kind, seed)
    near, near_after = near.rjust(REACH, b" ")[-REACH:], near_after.ljust(REACH, b" ")[:REACH]
    assert judged(kind, value, near, near_after) == judged(kind, value, far + near, near_after + far_after)


@given(st.sampled_from(KINDS), st.text(max_size=100), st.binary(max_size=80), st.binary(max_size=80))
def test_any_value_has_an_answer(kind: str, value: str, before: bytes, after: bytes) -> None:
    answer = judged(kind, value, before, after)
    assert 0.0 <= answer.score <= 1.0
    assert answer.reasons or answer.silent


def told(data: bytes, low: int = 0) -> set[tuple[object, ...]]:
    return {
        (item.credential, item.secret.reveal(), item.span.start + low, item.span.end + low, item.encoding, item.score)
        for item in detector().inspect(data)
    }


def lone(kind: Credential) -> bool:
    """Pairs are joined over many lines, so they see further than judgement does."""
    return bool(kind.joins) or any(part.secret for part in kind.parts)


SURROUNDINGS = st.lists(
    st.one_of(
        st.binary(max_size=30),
        st.sampled_from([b"\n", b"# example\n", b"sha256 ", b"keysieve:allow\n", b'"', b"password = ", b"token: ",
                         b"a = 1\n", b"A" * 40, b"pragma: allowlist nextline secret\n", b"\xff\xfe\0", b"x" * 300]),
    ),
    max_size=12,
).map(b"".join)  # fmt: skip
ALONE_KINDS = [kind for kind in KINDS if not lone(catalogue()[kind]) and len(sample(kind)) < 500]
ENCODERS = [bytes, base64.b64encode, lambda data: data.hex().encode(), lambda data: data.decode().encode("utf-16-le")]


@given(
    st.sampled_from(ALONE_KINDS), st.integers(0, 20), SURROUNDINGS, SURROUNDINGS, st.sampled_from(ENCODERS),
    st.booleans(),
)  # fmt: skip
def test_a_finding_is_the_same_in_the_whole_text_and_in_the_slice_around_it(
    kind: str, seed: int, before: bytes, after: bytes, encoder: object, named: bool
) -> None:
    value = sample(kind, seed)
    keyword = catalogue()[kind].keywords
    text = f'{keyword[0]} = "{value}"' if keyword and named else value
    data = before + b"\n" + encoder(text.encode()) + b"\n" + after  # type: ignore[operator]
    for found in told(data):
        start, end = int(str(found[2])), int(str(found[3]))
        reach = 2 * REACH * (3 if found[4] else 1)
        low, high = max(0, start - reach), min(len(data), end + reach)
        if lone(catalogue()[str(found[0])]):
            continue
        assert found in told(data[low:high], low)


def test_every_hit_on_a_credential_tells_the_same() -> None:
    """Two literals of two kinds in one text, in either order of the buffer."""
    one, two = sample("github-pat-classic"), sample("slack-bot-token")
    for rnd in map(random.Random, range(20)):
        gap = "\n" * rnd.randrange(1, 40)
        first = {(item.credential, item.score) for item in detector().inspect(f"{one}{gap}{two}".encode())}
        second = {(item.credential, item.score) for item in detector().inspect(f"{two}{gap}{one}".encode())}
        assert first == second
