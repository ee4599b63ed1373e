"""What an expression tells about itself is true of what it matches."""

from __future__ import annotations

import random

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from scanner.catalogue import relation, widths
from scanner.compiled import compiled
from tests.helpers.samples import catalogue, sample


@pytest.mark.parametrize(
    ("expression", "wide"),
    [("", 0), ("abc", 3), ("a{2,5}", 5), ("a|bcd", 3), ("(?:ab){3}c?", 7), ("a(?=bcd)", 1), ("(?i:x)y", 2), ("^a$", 1)],
)
def test_width_is_the_widest_match(expression: str, wide: int) -> None:
    assert widths.width(expression) == wide


@pytest.mark.parametrize("expression", ["a+", "a*", "a{3,}", "(?:ab)+c"])
def test_what_has_no_limit_is_said_to_have_none(expression: str) -> None:
    assert widths.width(expression) == widths.UNBOUNDED


@pytest.mark.parametrize("expression", ["(", "a)", "[a", "a{3,2}", "(?P<a>x)(?P<a>y)", "(?Z)", "*a"])
def test_what_cannot_be_parsed_is_a_value_error(expression: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        widths.width(expression)


@pytest.mark.parametrize(
    ("expression", "leads"),
    [
        ("tok_[0-9]{4}", True),
        ("(?<![a-z])tok_[0-9]{4}", True),
        (r"\btok_x", True),
        ("(tok_x)", True),
        ("(?:tok_|key_)x", True),
        ("[tk]ok_x", False),
        ("(?:tok_|other_)x", False),
        ("to?k_", False),
        ("(?:key_|tok(?:en)?_)x", False),
        ("tok(?:_v2)?_x", True),
        ("(?:key_|tok_)(?:a|b)?", True),
        ("x?tok_", False),
        ("[a-z]{3}tok_", False),
        ("to(?:k|x)_", False),
    ],
)
def test_leads_is_said_where_every_match_starts_at_a_literal(expression: str, leads: bool) -> None:
    assert widths.leads(expression, ("tok_", "key_"), False) is leads


def test_leads_folds_case_where_the_kind_does() -> None:
    assert widths.leads("TOK_x", ("tok_",), True)
    assert not widths.leads("TOK_x", ("tok_",), False)


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_a_built_in_match_is_no_wider_than_said_and_leads_where_said(name: str) -> None:
    kind = catalogue()[name]
    expression = compiled(kind.regex.encode())
    for seed in range(3):
        text = sample(name, seed)
        text = f' {kind.keywords[0]} = "{text}" ' if kind.keywords else f" {text} "
        match = expression.search(text.encode())
        if match is None:
            continue  # `prove` says which samples have to match
        assert match.end() - match.start() <= kind.width
        if kind.leads:
            head = match[0].lower() if kind.caseless else match[0]
            assert head.startswith(tuple(word.encode() for word in kind.literals))


NAMED = sorted(name for name, kind in catalogue().items() if kind.keywords)


@pytest.mark.parametrize("name", NAMED[::60])
def test_the_width_of_a_kind_known_by_its_name_is_that_of_its_whole_expression(name: str) -> None:
    assert catalogue()[name].width == widths.width(catalogue()[name].regex)


def test_what_kinds_have_in_common_stands_in_all_that_are_known_by_a_name() -> None:
    """Else every one of them is parsed whole, at 10 ms each."""
    for name in NAMED:
        kind = catalogue()[name]
        assert any(shared in kind.regex for shared in relation.SHARED)


PIECES = st.sampled_from(["a", "b", "[ab]", "a{2}", "b{0,3}", "(?:a|bb)", "(a)?", r"\b", "(?=a)", "(?:ab|a){1,2}"])


@given(st.lists(PIECES, min_size=1, max_size=5), st.integers(0, 10_000))
def test_no_match_is_wider_than_the_width(pieces: list[str], seed: int) -> None:
    expression = "".join(pieces)
    rnd = random.Random(seed)
    text = "".join(rnd.choice("ab ") for _ in range(60))
    wide = widths.width(expression)
    assert all(len(match[0]) <= wide for match in regex.finditer(expression, text, overlapped=True))


@given(
    st.lists(PIECES, min_size=1, max_size=5),
    st.sampled_from([("a",), ("ab",), ("a", "b"), ("bb", "aa")]),
    st.integers(0, 99),
)
def test_what_is_said_to_lead_leads(pieces: list[str], literals: tuple[str, ...], seed: int) -> None:
    expression = "".join(pieces)
    if not widths.leads(expression, literals, False):
        return
    rnd = random.Random(seed)
    text = "".join(rnd.choice("ab ") for _ in range(60))
    assert all(match[0].startswith(literals) for match in regex.finditer(expression, text, overlapped=True))


@pytest.mark.parametrize(
    ("expression", "most"),
    [
        ("ab", 0), (r"a\nb", 1), (r"\r?\n", 1), ("[^a]{3}", 3), (r"[^a\n]{3}", 0), (r"\s{0,4}", 4), (r"[^\s]{4}", 0),
        (r"[\x00-\x20]", 1), (r"\W", 1), (r"\w", 0), ("a.c", 0), ("(?s)a.{2}c", 2), ("(?s:.)(?-s:.).", 1),
        (r"(?:a|\n\n)x", 2),
        (r"(?<=\n)a(?=\n)", 2), (r"(\n)a\1", 2), (r"(a)?b(?(1)\n|c)", 1), ("^a$", 0), ("(?>[^a])", widths.UNBOUNDED),
    ],
)  # fmt: skip
def test_breaks_are_the_most_line_breaks_of_a_match(expression: str, most: int) -> None:
    assert widths.breaks(expression) == most


LINES = st.sampled_from(["a", "[^a]", r"\n{0,2}", r"\s", "(?:a|.)", "(?s:.{2})", r"(\n)?", r"[\W]{1,3}", "(?:b|\n\n)"])


@given(st.lists(LINES, min_size=1, max_size=5), st.integers(0, 10_000))
def test_no_match_has_more_line_breaks_than_said(pieces: list[str], seed: int) -> None:
    expression = "".join(pieces)
    text = "".join(random.Random(seed).choice("ab \n") for _ in range(80))
    most = widths.breaks(expression)
    assert all(match[0].count("\n") <= most for match in regex.finditer(expression, text, overlapped=True))


@pytest.mark.parametrize(
    ("expression", "chars", "least"),
    [
        ("[0-9]{30,40}", "0123456789", 30), ("a(?:b|cc)", "aAbBcC", 2), ("(?!x)ab?", "aAbB", 1),
        (r"[^\s]{20}", "", 0), (r"\w{20}", "", 0), ("a.", "", 0), (r"(a)\1", "", 0),
    ],
)  # fmt: skip
def test_run_tells_what_every_match_is_made_of(expression: str, chars: str, least: int) -> None:
    assert widths.run(expression) == (frozenset(chars), least)


@given(st.lists(PIECES, min_size=1, max_size=5), st.integers(0, 10_000))
def test_every_match_is_made_of_what_run_tells(pieces: list[str], seed: int) -> None:
    expression = "".join(pieces)
    chars, least = widths.run(expression)
    text = "".join(random.Random(seed).choice("abAB ") for _ in range(60))
    for match in regex.finditer(f"(?i:{expression})", text, overlapped=True):
        assert len(match[0]) >= least
        assert not chars or set(match[0]) <= chars
