"""A hit and a window lead to exact matches, whichever hit and whichever window."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import engines
from scanner.catalogue import relation, schema, widths
from scanner.deltas import BEFORE, BEHIND
from scanner.match.find import SOUGHT_BEFORE, Finder, Sight, Timeout
from scanner.prefilter import literals
from scanner.records import REACH

BASE: dict[str, Any] = {
    "id": "made-up-key", "name": "Made-up key", "source": "unconfirmed",
    "literals": ["mkey_"], "regex": "mkey_[0-9a-f]{20}", "shape": "mkey_{hex*20}",
}  # fmt: skip
TOKEN = "mkey_" + "".join(random.Random(4).choices("0123456789abcdef", k=20))


def finder(timeout: float = 2.0, **fields: Any) -> Finder:
    table = {key: value for key, value in (BASE | fields).items() if value is not None}
    kinds = schema.credentials({"provider": {"name": "Made Up"}, "credential": [table]}, "made.toml")
    return Finder(kinds, literals.build(kinds), timeout)


def sights(made: Finder, text: str | bytes, needle: bytes = b"mkey_", row: int = 0) -> list[Sight]:
    data = text.encode() if isinstance(text, str) else text
    found = []
    at = data.find(needle)
    while at >= 0:
        found += list(made.sights(row, data, at))
        at = data.find(needle, at + 1)
    return found


def values(found: list[Sight]) -> list[bytes]:
    return [sight.match.secret.reveal() for sight in found]


def test_the_whole_match_is_the_secret() -> None:
    (sight,) = sights(finder(), f"a = {TOKEN};")
    assert sight.match.secret.reveal() == TOKEN.encode()
    assert (sight.match.start, sight.match.end) == (4, 4 + len(TOKEN))
    assert sight.outer == (4, 4 + len(TOKEN))


def test_the_first_group_is_the_secret() -> None:
    assert values(sights(finder(regex="mkey_([0-9a-f]{20})"), TOKEN)) == [TOKEN[5:].encode()]


def test_the_group_called_secret_is_the_secret_and_others_are_parts() -> None:
    made = finder(regex="(?P<user>[a-z]{2}):mkey_(?P<secret>[0-9a-f]{20})")
    (sight,) = sights(made, f"me:{TOKEN}")
    assert sight.match.secret.reveal() == TOKEN[5:].encode()
    assert {name: part.reveal() for name, part in sight.match.parts} == {"user": b"me"}
    assert sight.outer == (0, 3 + len(TOKEN))


@pytest.mark.parametrize("text", ["x{}", "{}x", "1{}", "{}0", "{}A"])
def test_a_token_inside_a_longer_word_is_none(text: str) -> None:
    assert sights(finder(), text.format(TOKEN)) == []


@pytest.mark.parametrize("text", ["_{}", "{}_", "-{}", "{}.", "%20{}", "\\n{}", "\\t{}", "={}", "{}\n", "\xe9{}"])
def test_a_token_beside_anything_else_is_one(text: str) -> None:
    assert values(sights(finder(), text.format(TOKEN))) == [TOKEN.encode()]


def test_a_token_may_start_before_its_literal() -> None:
    made = finder(regex="[a-z]{3}mkey_[0-9a-f]{20}")
    assert values(sights(made, f" abc{TOKEN} ")) == [f"abc{TOKEN}".encode()]


def test_two_tokens_side_by_side_are_two() -> None:
    assert values(sights(finder(), f"{TOKEN},{TOKEN}")) == [TOKEN.encode()] * 2


def test_a_hit_that_began_before_the_text_leads_nowhere() -> None:
    assert finder().anchors(0, 5, TOKEN.encode()) == [0]
    assert finder().anchors(0, 4, TOKEN.encode()[1:]) == []


@given(
    st.lists(
        st.sampled_from(["madeup", "MadeUp", "other", "made", "up", " = ", "x" * 300, "\n", "'" + "0a" * 9]),
        max_size=12,
    ),
    st.integers(0, 40),
)
def test_every_keyword_with_a_value_behind_it_is_an_anchor(words: list[str], end: int) -> None:
    made = finder(literals=None, regex=None, keywords=["madeup", "up"], value="[0-9a-f]{20}")
    data = "".join(words).encode()
    end = min(end * 20, len(data))
    (row,) = [number for number, entry in enumerate(made._entries) if entry.expression]
    folded = data.lower()
    naive = [
        at
        for at in range(max(0, end - made._entries[row].width), end)
        if any(folded.startswith(word, at) and at + len(word) <= end for word in (b"madeup", b"up"))
        and made.kinds[0].is_sought(data, at)
    ]
    assert made.anchors(row, end, data) == naive


def test_a_part_beside_it_is_found_within_reach() -> None:
    made = finder(part=[{"name": "site", "regex": "site=([a-z]{2})"}])
    (sight,) = sights(made, f"site=eu {TOKEN}")
    assert dict(sight.match.parts)["site"].reveal() == b"eu"
    (sight,) = sights(made, f"{TOKEN}{' ' * (REACH - 7)}site=eu")
    assert dict(sight.match.parts)["site"].reveal() == b"eu"
    (sight,) = sights(made, f"{TOKEN}{' ' * (REACH + 1)}site=eu")
    assert sight.match.parts == ()


def test_the_nearest_part_is_taken() -> None:
    made = finder(part=[{"name": "site", "regex": "site=([a-z]{2})"}])
    (sight,) = sights(made, f"site=aa{' ' * 20}{TOKEN} site=bb")
    assert dict(sight.match.parts)["site"].reveal() == b"bb"


def test_a_part_that_leaks_becomes_the_secret() -> None:
    made = finder(part=[{"name": "secret", "regex": "secret=([a-z]{8})", "secret": True}])
    (sight,) = sights(made, f"{TOKEN} secret=abcdwxyz")
    assert sight.match.secret.reveal() == b"abcdwxyz"
    assert dict(sight.match.parts)["id"].reveal() == TOKEN.encode()
    assert sight.text[sight.start : sight.end] == b"abcdwxyz"


def test_an_expression_that_takes_too_long_is_named() -> None:
    made = finder(timeout=0.01, regex="mkey_(?:(?:a{1,30}){1,30}){1,12}b")
    with pytest.raises(Timeout) as caught:
        sights(made, "mkey_" + "a" * 60)
    assert caught.value.credential == "made-up-key"
    assert "made-up-key" in str(caught.value)


def test_every_expression_is_given_the_timeout() -> None:
    """By the source: no call of `regex` without it, whatever it runs on."""
    import ast
    import inspect

    from scanner.match import find

    without = [
        ast.unparse(call)
        for call in ast.walk(ast.parse(inspect.getsource(find)))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in ("match", "search", "finditer", "fullmatch")
        and "timeout" not in {keyword.arg for keyword in call.keywords}
        # `re`, and the loader lets only fixed counts into it
        and ast.unparse(call.func) not in ("_behind().match", "_led().search", "plain.match", "led.match")
    ]
    assert without == []


def test_encoded_text_is_told_with_its_codecs() -> None:
    made = finder()
    rows = [number for number, entry in enumerate(made._entries) if entry.codecs == ("hex",)]
    data = f"x={TOKEN}".encode().hex().encode()
    (sight,) = sights(made, data, b"mkey_".hex().encode(), rows[0])
    assert sight.match.encoding == ("hex",)
    assert sight.match.secret.reveal() == TOKEN.encode()
    assert (sight.match.start, sight.match.end) == (4, 4 + 2 * len(TOKEN))


@given(st.binary(max_size=120), st.integers(0, 120))
def test_no_window_raises(window: bytes, at: int) -> None:
    made = finder()
    for row in range(len(made._entries)):
        list(made.sights(row, window, min(at, len(window))))


@given(st.binary(max_size=400), st.binary(max_size=400))
def test_the_window_of_a_row_is_wide_enough(before: bytes, after: bytes) -> None:
    """What the whole text shows, the window around the hit shows."""
    made = finder()
    data = before + b" " + TOKEN.encode() + b" " + after
    at = len(before) + 1
    first, last = made.window(0, at, data)
    window = data[first:last]
    whole, part = (list(made.sights(0, text, place)) for text, place in ((data, at), (window, at - first)))
    assert values(whole) == values(part) == [TOKEN.encode()]
    assert [sight.match.start for sight in whole] == [sight.match.start + first for sight in part]


def test_what_stands_on_one_line_is_decided_by_the_lines_around_it() -> None:
    """Else each change near a line of code would have it looked at anew."""
    made = finder()
    line = b"x = " + TOKEN.encode() + b"\n"
    data = b"".join(b"%d\n" % number for number in range(20)) + line + b"y\n" * 20
    at = data.find(b"mkey_")
    first, last = made.window(0, at, data)
    assert data[first:last] == b"16\n17\n18\n19\n" + line + b"y\n" * 8
    assert values(list(made.sights(0, data[first:last], at - first))) == [TOKEN.encode()]
    wide = finder(regex=r"mkey_(?P<secret>[0-9a-f]{20})(?:\s{0,9}end)?")
    assert wide.window(0, at, data) == (max(0, at - wide.reach(0).before), min(len(data), at + wide.reach(0).after))


@given(st.text("ab=\n", max_size=300), st.text("ab=\n", max_size=300))
def test_a_window_of_lines_is_that_of_any_text_around_it(before: str, after: str) -> None:
    """The window alone has the same window: what it leads to depends on nothing else."""
    made = finder()
    data = f"{before}{TOKEN}{after}".encode()
    first, last = made.window(0, len(before), data)
    inside = data[first:last]
    assert made.window(0, len(before) - first, inside) == (0, len(inside))


def test_a_value_that_is_too_short_is_not_looked_for_by_the_expression() -> None:
    made = finder(literals=None, regex=None, keywords=["acme"], value="[0-9a-f]{40}", shape="{hex*40}")
    word = TOKEN[5:].encode()
    assert values(list(made.sights(0, b"acme_key = " + word * 2, 0))) == [word * 2]
    assert made.kinds[0].match_at(b"acme_key = " + word, 0) is None
    assert made.kinds[0]._may_hold(b"acme_key = " + word * 2, 0)
    assert not made.kinds[0]._may_hold(b"acme_key = " + word + b" " + word, 0)


def test_what_decides_about_a_hit_lies_within_what_is_looked_at_around_a_break() -> None:
    """Else a version of a file could show a hit that neither its base showed nor its change touches."""
    entries = engines.catalogue(()).entries
    widest = max(max(len(entry.needle), entry.width) for entry in entries)
    assert len(entries) > 10000
    assert widest <= min(BEFORE, BEHIND)
    assert widths.width(relation.LED) <= SOUGHT_BEFORE <= REACH


@given(st.text("ab:mkey_0\n ", max_size=120), st.text("ab:\n", max_size=20))
def test_what_has_no_line_break_is_sought_from_its_line_on(before: str, after: str) -> None:
    made = finder(regex="(?P<user>[a-z]{2,40}):mkey_(?P<secret>[0-9a-f]{20})")
    data = f"{before}ab:{TOKEN}\n{after}".encode()
    at = data.find(TOKEN.encode())
    line = data[data.rfind(b"\n", 0, at) + 1 :]
    found = [made.kinds[0].match_at(text, text.find(TOKEN.encode())) for text in (data, line)]
    whole, alone = (match and (match["user"], match["secret"]) for match in found)
    assert whole == alone
    assert alone or not before.endswith(("\n", " ", ":", "_")) or before.endswith("mkey_")
