"""The ledger: one finding for each credential, with all its places."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from scanner.ledger import MOST_SPOTS, Ledger
from scanner.records import Confidence, Credential, Finding, Origin, Reason, Sighting, Span
from scanner.secrets import Secret, fingerprint

KEY = b"a key"
KINDS = {
    rank: Credential(f"{rank}-kind", rank.title(), "Any", "unconfirmed", ("x",), "x", rank=rank, respond={"revoke": "go there."})  # noqa: E501
    for rank in ("distinctive", "named", "generic")
}  # fmt: skip
BY_ID = {kind.id: kind for kind in KINDS.values()}


def ledger() -> Ledger:
    return Ledger(KEY, BY_ID.__getitem__)


def seen(secret: bytes, name: str, line: int = 1, score: float = 0.9, rank: str = "distinctive") -> Sighting:
    span = Span(10 * line, 10 * line + 5, line, 1, line, 6)
    return Sighting(KINDS[rank].id, Secret(secret), (), name, span, (), score, (Reason("why", 0.0),))


def files(*sightings: Sighting, excluded: tuple[str, ...] = ()) -> list[Finding]:
    book = ledger()
    book.add(sightings)
    book.settle("target", None, lambda path: path in excluded)
    return book.findings()


def test_one_credential_in_many_files_is_one_finding() -> None:
    (found,) = files(seen(b"one", "b.txt"), seen(b"one", "a.txt", 3), seen(b"one", "a.txt", 2))
    assert [(place.path, place.span.line) for place in found.places] == [("a.txt", 2), ("a.txt", 3), ("b.txt", 1)]
    assert found.fingerprint == fingerprint(Secret(b"one"), KEY)


def test_two_credentials_are_two_findings() -> None:
    assert len(files(seen(b"one", "a.txt"), seen(b"two", "a.txt"))) == 2


def test_the_same_sighting_twice_is_one_place() -> None:
    (found,) = files(seen(b"one", "a.txt"), seen(b"one", "a.txt"))
    assert len(found.places) == 1


def test_the_best_kind_gives_the_name() -> None:
    (found,) = files(seen(b"one", "a.txt", 1, 0.6, "generic"), seen(b"one", "b.txt", 1, 0.9))
    assert (found.pattern, found.score, found.confidence) == ("distinctive-kind", 0.9, Confidence.HIGH)


def test_a_finding_takes_its_best_places_score() -> None:
    (found,) = files(seen(b"one", "tests/a.txt", 1, 0.7, "generic"), seen(b"one", "src/a.txt", 1, 0.7, "generic"))
    assert found.score == 0.7
    (found,) = files(seen(b"one", "tests/a.txt", 1, 0.7, "generic"))
    assert found.score == 0.6
    assert "in a test" in [reason.text for reason in found.reasons]


def test_an_excluded_path_is_no_place() -> None:
    (found,) = files(seen(b"one", "a.txt"), seen(b"one", "b.txt"), excluded=("a.txt",))
    assert [place.path for place in found.places] == ["b.txt"]
    assert files(seen(b"one", "a.txt"), excluded=("a.txt",)) == []


def test_advice_is_told() -> None:
    assert files(seen(b"one", "a.txt"))[0].respond == "go there."


def test_occurrences_in_one_object_are_bounded() -> None:
    (found,) = files(*(seen(b"one", "a.txt", line) for line in range(1, 500)))
    assert [place.span.line for place in found.places] == list(range(1, MOST_SPOTS + 1))


def history(origins: dict[str, list[Origin]], *sightings: Sighting, excluded: tuple[str, ...] = ()) -> list[Finding]:
    book = ledger()
    book.add(sightings)
    marks = book.objects()
    book.settle(
        "repo",
        {(name, mark): origins[name] for name in origins for mark in marks.get(name, ())},
        lambda path: path in excluded,
    )
    return book.findings()


def test_objects_are_told_with_their_fingerprints() -> None:
    book = ledger()
    book.add([seen(b"one", "blob1"), seen(b"two", "blob1"), seen(b"two", "blob2")])
    one, two = (fingerprint(Secret(text), KEY) for text in (b"one", b"two"))
    assert book.objects() == {"blob1": frozenset({one, two}), "blob2": frozenset({two})}


def test_the_earliest_commit_of_a_path_is_its_place() -> None:
    origins = {
        "blob1": [Origin("a.txt", "c1", "Ada", "2024-01-01", 1)],
        "blob2": [Origin("a.txt", "c2", "Bob", "2024-01-02", 2, in_head=True)],
    }
    for order in (("blob1", "blob2"), ("blob2", "blob1")):
        (found,) = history(origins, *(seen(b"one", name) for name in order))
        (place,) = found.places
        assert (place.commit, place.author, place.blob, place.blobs, place.in_head) == ("c1", "Ada", "blob1", 2, True)


def test_each_path_of_a_blob_is_a_place() -> None:
    origins = {"blob1": [Origin("a.txt", "c1", rank=1), Origin("b.txt", "c2", rank=2)]}
    (found,) = history(origins, seen(b"one", "blob1"))
    assert [(place.path, place.commit) for place in found.places] == [("a.txt", "c1"), ("b.txt", "c2")]


def test_a_blob_without_origin_is_told_nowhere() -> None:
    assert history({}, seen(b"one", "blob1")) == []


def test_an_excluded_path_of_history_is_no_place() -> None:
    origins = {"blob1": [Origin("a.txt", "c1"), Origin("b.txt", "c1")]}
    (found,) = history(origins, seen(b"one", "blob1"), excluded=("a.txt",))
    assert [place.path for place in found.places] == ["b.txt"]


def test_commit_messages_stay_apart() -> None:
    origins = {name: [Origin("", name, kind="commit-message")] for name in ("c1", "c2")}
    (found,) = history(origins, seen(b"one", "c1"), seen(b"one", "c2"))
    assert [(place.commit, place.blob, place.kind) for place in found.places] == [
        ("c1", "", "commit-message"), ("c2", "", "commit-message")
    ]  # fmt: skip


def test_a_file_on_disk_is_left_out_where_history_tells_of_its_path() -> None:
    book = ledger()
    book.add([seen(b"one", "blob1")])
    mark = fingerprint(Secret(b"one"), KEY)
    book.settle("repo", {("blob1", mark): [Origin("a.txt", "c1")]})
    book.add([seen(b"one", "a.txt"), seen(b"one", "b.txt")])
    book.settle("repo", None)
    (found,) = book.findings()
    assert [(place.path, place.commit) for place in found.places] == [("a.txt", "c1"), ("b.txt", "")]


def test_a_score_never_falls_below_nothing() -> None:
    (found,) = files(seen(b"one", "yarn.lock", 1, 0.2, "generic"))
    assert found.score == 0.0


@given(
    st.lists(
        st.tuples(st.sampled_from([b"one", b"two", b"three"]), st.sampled_from(["a", "tests/b", "c.md"]),
                  st.integers(1, 5), st.sampled_from([0.3, 0.6, 0.9]), st.sampled_from(sorted(KINDS))),
        max_size=12,
    ),
    st.integers(0, 1000),
)  # fmt: skip
def test_findings_do_not_depend_on_the_order_of_arrival(
    rows: list[tuple[bytes, str, int, float, str]], seed: int
) -> None:
    one = [seen(*row) for row in rows]
    other = random.Random(seed).sample(one, len(one))
    assert files(*one) == files(*other)


def test_the_most_urgent_comes_first() -> None:
    found = files(seen(b"low", "a", 1, 0.3), seen(b"high", "z", 1, 0.9), seen(b"mid", "b", 1, 0.6))
    assert [item.secret.reveal() for item in found] == [b"high", b"mid", b"low"]
