"""Expressions of Go and Rust mean here what they mean there; what cannot is refused with a reason."""

from __future__ import annotations

import random

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from scanner.catalogue import widths
from scanner.catalogue.foreign.expression import LIMITED, translate
from scanner.catalogue.foreign.needed import needed
from scanner.catalogue.foreign.symbols import Unmapped


def found(text: str, data: str, rust: bool = False) -> str | None:
    expression = translate(text, rust=rust).text
    match = regex.search(expression.encode(), data.encode())
    return match[0].decode() if match else None


@pytest.mark.parametrize(
    ("text", "data", "there"),
    [
        ("a(?i)b|c", "aB", "aB"),  # a flag reaches to the end of its group,
        ("a(?i)b|c", "C", "C"),  # over later branches,
        ("a(?i)b|c", "AB", None),  # and not backwards
        ("(?:(?i)a)b", "AB", None),
        ("(?i)a(?-i:b)c", "AbC", "AbC"),
        ("(?i)a(?-i:b)c", "ABC", None),
        ("a$", "a\n", None),  # the end of the text, not of its last line
        ("(?m)a$", "a\nb", "a"),
        (r"a\z", "ba", "a"),
        (r"\x{41}\x42", "AB", "AB"),
        (r"\Qa.b\E+", "a.ba.b", "a.ba.b"),
        (r"[[:alpha:]]+[[:digit:]]", "--ab1", "ab1"),
        (r"[\pL]+", "a1", "a"),
        ("x{2}{y}", "xx{y}", "xx{y}"),  # braces that count nothing
        (r"^\${[a-z]+}$", "${a}", "${a}"),
        ("{,3}", "{,3}", "{,3}"),
        ("[]a]+", "a]", "a]"),
        ("[a-]+", "a-", "a-"),
        ("(?P<n>a)(?<m>b)", "ab", "ab"),
        ("é+x", "ééx", "ééx"),  # a repetition of more than one byte
        ("[aé]x", "éx", "éx"),
        ("(?s).", "\n", "\n"),
        (".", "\n", None),
        (r"\C", "a", "a"),
        (r"(?:a|b)*?c", "abc", "abc"),
    ],
)
def test_what_is_found(text: str, data: str, there: str | None) -> None:
    assert found(text, data) == there


def test_blanks_and_comments_are_no_part_of_a_verbose_one() -> None:
    assert found("(?x) a \\  [ b c ] # a remark\n d", "a cd", rust=True) == "a cd"


@pytest.mark.parametrize(
    "text",
    ["(", "a)", "[a", "*a", "a**", "a{3,2}", r"\1", r"(a)\1", "(?U)a*", r"\p{Greek}", "[b-a]", r"\k", "[[:^alpha:]]"],
)
def test_what_is_none_or_has_no_counterpart_is_refused_without_its_text(text: str) -> None:
    with pytest.raises(Unmapped) as caught:
        translate(text)
    assert len(text) < 4 or text not in str(caught.value)


def test_a_class_inside_of_a_class_is_refused_where_it_is_one() -> None:
    with pytest.raises(Unmapped):
        translate("[a-z&&[^b]]", rust=True)
    assert found("[[a]", "[") == "["


@pytest.mark.parametrize(
    ("text", "secret", "data", "is_"),
    [
        ("k=(a+)", None, "k=aa", b"aa"),
        ("(k)=(a+)", 2, "k=aa", b"aa"),
        ("(?P<x>k)=(?P<TOKEN>a+)", "TOKEN", "k=aa", b"aa"),
        ("k=(a+)", "TOKEN", "k=aa", b"aa"),
    ],
)
def test_the_group_that_is_the_credential(text: str, secret: int | str | None, data: str, is_: bytes) -> None:
    match = regex.search(translate(text, secret).text.encode(), data.encode())
    assert match is not None and match["secret"] == is_


def test_a_group_that_is_not_there_is_refused() -> None:
    with pytest.raises(Unmapped, match="group"):
        translate("a(b)", 2)


@pytest.mark.parametrize("text", ["a+", "(?:ab*)+c", r"-----BEGIN[\s\S]{64,}?-----END", "(?:[a-z]+\\.)+x{3,}"])
def test_every_repetition_gets_a_limit_and_that_is_said(text: str) -> None:
    translated = translate(text)
    assert widths.width(translated.text) <= 20_000
    assert translated.changes == (LIMITED,)


def test_a_long_body_fits() -> None:
    body = "-----BEGIN K-----\n" + "A" * 4000 + "\n-----END K-----"
    assert found(r"-----BEGIN K-----[\s\S]{64,}?-----END K-----", body) == body


_ATOMS = st.sampled_from(["a", "b", "[ab]", "(?:a|bc)", "(?i:a)", "\\d", "."])
_EXPRESSIONS = st.recursive(
    _ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "*?"])).map("(?:{0[0]}){0[1]}".format),
    ),
    max_leaves=8,
)


@given(_EXPRESSIONS, st.text("abcABC1", max_size=12))
def test_a_plain_expression_finds_the_same_written_anew(text: str, data: str) -> None:
    ours = regex.search(translate(text).text.encode(), data.encode())
    plain = regex.search(text.encode(), data.encode())
    assert (ours and ours.span()) == (plain and plain.span())


@given(_EXPRESSIONS, st.integers())
def test_every_match_holds_a_text_of_each_set(text: str, seed: int) -> None:
    rnd = random.Random(seed)
    data = "".join(rnd.choice("abcABC1") for _ in range(200))
    sets = needed(translate(text).text)
    for match in regex.finditer(translate(text).text, data):
        for texts in sets:
            assert any(one in match[0].lower() for one in texts), (texts, match[0])


def test_a_common_beginning_of_branches_is_part_of_each() -> None:
    assert needed("(?:A3T[0-9]|AKIA|ASIA)[0-9]{4}")[0] == {"a3t", "akia", "asia"}
