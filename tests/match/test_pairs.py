"""Parts of one credential meet within an object, in any order."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.detector import Detector
from scanner.match.pairs import JOINED, join
from scanner.records import Credential, Sighting, Span
from scanner.secrets import Secret
from scanner.settings import DetectSettings
from tests.helpers.samples import sample

MAIN = Credential("main", "Main", "Any", "unconfirmed", ("m",), "m")
LONE = Credential("lone", "Lone", "Any", "unconfirmed", ("l",), "l", joins="main", join_as="id", join_lines=10)
OTHER = Credential("other", "Other", "Any", "unconfirmed", ("o",), "o")
KINDS = {kind.id: kind for kind in (MAIN, LONE, OTHER)}


def seen(kind: str, line: int, value: str = "", parts: tuple[tuple[str, Secret], ...] = ()) -> Sighting:
    span = Span(100 * line, 100 * line + 5, line, 1, line, 6)
    return Sighting(kind, Secret((value or f"{kind}{line}").encode()), parts, "object", span, (), 0.3, ())


def joined(*sightings: Sighting) -> list[tuple[str, bytes, bytes]]:
    found = join(sightings, KINDS.__getitem__)
    return [(item.credential, item.secret.reveal(), dict(item.parts).get("id", Secret(b"")).reveal()) for item in found]


@pytest.mark.parametrize(("main", "lone"), [(1, 5), (5, 1), (1, 11), (11, 1), (3, 3)])
def test_parts_meet_in_any_order(main: int, lone: int) -> None:
    assert joined(seen("main", main), seen("lone", lone)) == [("main", b"lone%d" % lone, b"main%d" % main)]
    assert joined(seen("lone", lone), seen("main", main)) == [("main", b"lone%d" % lone, b"main%d" % main)]


def test_a_pair_is_believed() -> None:
    (one,) = join([seen("main", 1), seen("lone", 5)], KINDS.__getitem__)
    assert one.score == JOINED
    assert one.reasons[-1].text == "stands 4 lines from its other part"


@pytest.mark.parametrize(("main", "lone"), [(1, 12), (12, 1)])
def test_parts_further_apart_than_the_limit_stay_alone(main: int, lone: int) -> None:
    found = joined(seen("main", main), seen("lone", lone))
    assert sorted(kind for kind, _, _ in found) == ["lone", "main"]


def test_the_nearest_main_part_is_taken() -> None:
    found = joined(seen("main", 1), seen("lone", 6), seen("main", 7))
    assert ("main", b"lone6", b"main7") in found
    assert ("main", b"main1", b"") in found
    assert len(found) == 2


def test_a_main_part_that_found_its_secret_is_left_alone() -> None:
    whole = seen("main", 1, "secret", (("id", Secret(b"theid")),))
    assert joined(whole, seen("lone", 2)) == [("main", b"secret", b"theid"), ("lone", b"lone2", b"")]


def test_one_main_part_serves_a_rotated_key() -> None:
    found = joined(seen("main", 1), seen("lone", 2), seen("lone", 3))
    assert found == [("main", b"lone2", b"main1"), ("main", b"lone3", b"main1")]


def test_others_are_left_as_they_are() -> None:
    assert joined(seen("other", 1), seen("main", 2)) == [("other", b"other1", b""), ("main", b"main2", b"")]
    assert joined() == []


@given(st.lists(st.tuples(st.sampled_from(["main", "lone", "other"]), st.integers(1, 40)), unique=True, max_size=10))
def test_nothing_is_lost_and_nothing_is_made_up(rows: list[tuple[str, int]]) -> None:
    found = joined(*(seen(*row) for row in rows))
    told = {value for _, *values in found for value in values} - {b""}
    assert told == {f"{kind}{line}".encode() for kind, line in rows}


@given(
    st.lists(st.tuples(st.sampled_from(["main", "lone"]), st.integers(1, 40)), unique=True, max_size=8),
    st.integers(0, 99),
)
def test_the_order_of_sightings_changes_no_pair(rows: list[tuple[str, int]], seed: int) -> None:
    if len({line for _, line in rows}) != len(rows):
        return  # two parts equally near
    lines = [line for kind, line in rows if kind == "main"]
    lone = [line for kind, line in rows if kind == "lone"]
    if any(abs(a - x) == abs(b - x) for a in lines for b in lines for x in lone if a < b):
        return
    one = [seen(*row) for row in rows]
    other = random.Random(seed).sample(one, len(one))
    assert sorted(joined(*one)) == sorted(joined(*other))


ENGINES = ["hyperscan", "ahocorasick"]


def halves() -> tuple[str, str]:
    """The two lines of an AWS credential."""
    first, second = sample("aws-access-key").splitlines()[:2]
    return first, second


def filled(count: int) -> str:
    return "".join(f"setting_{number} = a rather long line of plain words to fill it\n" for number in range(count))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("distance", [0, 1, 5, 20])
def test_an_aws_id_is_joined_with_its_secret(distance: int, turned: bool, engine: str) -> None:
    first, second = halves()
    if turned:
        first, second = second, first
    text = f"[default]\n{first}\n{filled(distance)}{second}\n".encode()
    (found,) = Detector(DetectSettings(engine=engine)).inspect(text)
    identity, secret = halves()
    assert found.credential == "aws-access-key"
    assert found.secret.reveal().decode() == secret.split()[-1]
    assert dict(found.parts)["id"].reveal().decode() == identity.split()[-1]
    assert found.score >= 0.85


@pytest.mark.parametrize("engine", ENGINES)
def test_an_aws_id_too_far_from_a_secret_is_low(engine: str) -> None:
    first, second = halves()
    text = f"{first}\n{filled(60)}{second}\n".encode()
    found = {item.credential: item for item in Detector(DetectSettings(engine=engine)).inspect(text)}
    assert found["aws-access-key"].score < 0.5
    assert "id" not in dict(found["aws-access-key"].parts)


def test_two_accounts_do_not_mix() -> None:
    first, second = (sample("aws-access-key", seed).splitlines()[:2] for seed in (1, 2))
    text = "\n".join(["[one]", *first, "", "[two]", *second, ""]).encode()
    found = Detector(DetectSettings()).inspect(text)
    assert [(item.secret.reveal().decode(), dict(item.parts)["id"].reveal().decode()) for item in found] == [
        (second_line.split()[-1], first_line.split()[-1]) for first_line, second_line in (first, second)
    ]
