"""A pattern file that is wrong is refused with the file, the credential and the field."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.catalogue import schema
from scanner.errors import PatternError
from scanner.records import Credential

LITERAL: dict[str, Any] = {
    "id": "made-up-key", "name": "Made-up key", "source": "unconfirmed",
    "literals": ["mkey_"], "regex": "mkey_[0-9a-f]{20}", "shape": "mkey_{hex*20}",
}  # fmt: skip
NAMED: dict[str, Any] = {
    "id": "made-up-key", "name": "Made-up key", "source": "unconfirmed",
    "keywords": ["madeup"], "value": "[0-9a-f]{20}", "shape": "{hex*20}",
}  # fmt: skip


def parse(*tables: dict[str, Any], **top: Any) -> list[Credential]:
    document = {"provider": {"name": "Made Up"}, "credential": list(tables), **top}
    return schema.credentials(document, "made.toml")


def changed(table: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """None takes a field away."""
    return {key: value for key, value in (table | fields).items() if value is not None}


def test_the_least_that_is_needed() -> None:
    (one,) = parse(LITERAL)
    assert (one.id, one.provider, one.literals, one.rank, one.severity, one.file) == (
        "made-up-key", "Made Up", ("mkey_",), "distinctive", "high", "made.toml"
    )  # fmt: skip
    assert (one.caseless, one.leads, one.width) == (False, True, 25)


def test_keywords_make_a_named_kind() -> None:
    (one,) = parse(NAMED)
    assert (one.rank, one.caseless, one.leads, one.literals) == ("named", True, True, ("madeup",))
    assert one.expression
    assert one.expression_width < 500


def test_caseless_literals_are_kept_in_lower_case() -> None:
    assert parse(changed(LITERAL, literals=["MKEY_"], caseless=True))[0].literals == ("mkey_",)
    assert parse(changed(NAMED, keywords=["MadeUp"]))[0].literals == ("madeup",)


def test_advice_of_the_provider_holds_for_each_kind_that_says_nothing_else() -> None:
    top = {"provider": {"name": "Made Up", "respond": {"revoke": "here", "audit": "log"}}}
    (one,) = parse(changed(LITERAL, respond={"revoke": "there"}), **top)
    assert one.respond == {"revoke": "there", "audit": "log"}


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown field": (changed(LITERAL, colour="red"), "colour"),
    "no name": (changed(LITERAL, name=None), "name"),
    "an empty name": (changed(LITERAL, name=""), "name"),
    "no source": (changed(LITERAL, source=None), "source"),
    "no shape": (changed(LITERAL, shape=None), "shape"),
    "an id in capitals": (changed(LITERAL, id="Made-Up"), "id"),
    "an id with an underscore": (changed(LITERAL, id="made_up"), "id"),
    "an id that ends in a hyphen": (changed(LITERAL, id="made-"), "id"),
    "an id that ends in a newline": (changed(LITERAL, id="made\n"), "id"),
    "a number for an id": (changed(LITERAL, id=3), "id"),
    "no literals": (changed(LITERAL, literals=None), "literals"),
    "empty literals": (changed(LITERAL, literals=[]), "literals"),
    "an empty literal": (changed(LITERAL, literals=["mkey_", ""]), "literals"),
    "a number among literals": (changed(LITERAL, literals=["mkey_", 3]), "literals"),
    "text for literals": (changed(LITERAL, literals="mkey_"), "literals"),
    "no regex": (changed(LITERAL, regex=None), "regex"),
    "a regex that cannot be parsed": (changed(LITERAL, regex="mkey_[0-9"), "regex"),
    "a regex without limit": (changed(LITERAL, regex="mkey_[0-9a-f]+"), "regex"),
    "a regex that is too wide": (changed(LITERAL, regex="mkey_[0-9a-f]{20001}"), "regex"),
    "a literal that is too long": (changed(LITERAL, literals=["mkey_" * 21]), "literals"),
    "a keyword that is too long": (changed(NAMED, keywords=["acme" * 26]), "keywords"),
    "a long keyword": (changed(NAMED, keywords=["acme" * 24], rank="generic"), "keywords"),
    "an expression that is too wide": (changed(LITERAL, expression="mkey_[0-9a-f]{336}"), "expression"),
    "an expression that cannot be parsed": (changed(LITERAL, expression="(mkey_"), "expression"),
    "regex beside keywords": (changed(NAMED, regex="x"), "regex"),
    "beside without keywords": (changed(LITERAL, beside=["acme"]), "beside"),
    "beside a common name": (changed(NAMED, keywords=["api_key"], beside=["acme"]), "beside"),
    "keywords without value": (changed(NAMED, value=None), "value"),
    "a value without limit": (changed(NAMED, value="[0-9a-f]*"), "value"),
    "a value that cannot be parsed": (changed(NAMED, value="[0-9"), "value"),
    "an unknown severity": (changed(LITERAL, severity="grave"), "severity"),
    "an unknown rank": (changed(LITERAL, rank="odd"), "rank"),
    "unknown bounds": (changed(LITERAL, bounds="base99"), "bounds"),
    "a dummy in the clear": (changed(LITERAL, dummies=["hello"]), "dummies"),
    "placeholders that cannot be parsed": (changed(LITERAL, placeholders="("), "placeholders"),
    "text for a score": (changed(LITERAL, score="high"), "score"),
    "a truth value for a score": (changed(LITERAL, score=True), "score"),
    "text for caseless": (changed(LITERAL, caseless="yes"), "caseless"),
    "a part without regex": (changed(LITERAL, part=[{"name": "a"}]), "part"),
    "a part without name": (changed(LITERAL, part=[{"regex": "a"}]), "part"),
    "a part with an unknown field": (changed(LITERAL, part=[{"name": "a", "regex": "a", "x": 1}]), "part"),
    "a part that cannot be parsed": (changed(LITERAL, part=[{"name": "a", "regex": "("}]), "part"),
}


@pytest.mark.parametrize("case", WRONG)
def test_an_error_names_file_credential_and_field(case: str) -> None:
    table, field = WRONG[case]
    with pytest.raises(PatternError) as caught:
        parse(table)
    assert (caught.value.file, caught.value.field) == ("made.toml", field)
    assert caught.value.credential == str(table["id"])


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({}, "provider.name"),
        ({"provider": {}}, "provider.name"),
        ({"provider": "Made Up"}, "provider.name"),
        ({"provider": {"name": 3}}, "provider.name"),
        ({"provider": {"name": "Made Up"}}, "credential"),
        ({"provider": {"name": "Made Up"}, "credential": []}, "credential"),
        ({"provider": {"name": "Made Up"}, "credential": {"id": "x"}}, "credential"),
        ({"provider": {"name": "Made Up"}, "credential": [LITERAL], "credentials": []}, "credentials"),
    ],
)
def test_an_error_of_the_whole_file_names_the_table(document: dict[str, Any], field: str) -> None:
    with pytest.raises(PatternError) as caught:
        schema.credentials(document, "made.toml")
    assert (caught.value.file, caught.value.credential, caught.value.field) == ("made.toml", "", field)


ODD: dict[str, dict[str, Any]] = {
    "a part whose regex is a number": {"credential": [changed(LITERAL, part=[{"name": "a", "regex": 3}])]},
    "join lines that are text": {"credential": [changed(LITERAL, joins={"to": "made-up-key", "lines": "many"})]},
    "a credential that is no table": {"credential": [3]},
    "advice that is no table": {"provider": {"name": "Made Up", "respond": 3}, "credential": [LITERAL]},
}


@pytest.mark.parametrize("case", ODD)
def test_a_wrong_type_inside_a_table_was_a_traceback(case: str) -> None:
    with pytest.raises(PatternError):
        schema.credentials({"provider": {"name": "Made Up"}, **ODD[case]}, "made.toml")


@given(
    st.dictionaries(
        st.sampled_from([*sorted(schema._FIELDS), "other"]),
        st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.lists(st.integers(), max_size=2),
                  st.dictionaries(st.text(max_size=3), st.integers(), max_size=2)),
        max_size=4,
    )
)  # fmt: skip
def test_a_wrong_table_raises_nothing_but_pattern_errors(fields: dict[str, Any]) -> None:
    fields.pop("part", None)  # see ODD
    fields.pop("joins", None)
    try:
        parse(changed(LITERAL, **fields))
    except PatternError as error:
        assert error.field
