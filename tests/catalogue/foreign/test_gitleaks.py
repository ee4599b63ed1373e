"""Configurations in the form of gitleaks and betterleaks, written for these tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.catalogue import schema
from scanner.catalogue.foreign import file
from scanner.catalogue.foreign.draft import Imported
from scanner.errors import UsageError


def imported(tmp_path: Path, text: str, name: str = "rules.toml") -> Imported:
    path = tmp_path / name
    path.write_text(text)
    assert file.is_foreign(str(path))
    done = file.read(str(path))
    if done.tables:
        schema.credentials(done.document(), str(path))
    return done


def rule(more: str = "", name: str = "acme-key") -> str:
    return f"[[rules]]\nid = '{name}'\nregex = '''acme_([a-z]{{8}})'''\nkeywords = ['acme_']\n{more}\n"


def whys(done: Imported, gone: bool = True) -> list[tuple[str, str]]:
    return [(note.rule, note.key) for note in done.notes if note.gone is gone]


def test_a_rule_becomes_a_pattern(tmp_path: Path) -> None:
    (table,) = imported(tmp_path, rule("entropy = 3.5\ndescription = 'A key'")).tables
    assert table["id"] == "gitleaks-acme-key" and table["name"] == "A key" and table["literals"] == ["acme_"]
    assert table["unless"] == [{"entropy": 3.5}] and "(?P<secret>" in table["regex"]


def test_keys_count_in_any_case(tmp_path: Path) -> None:
    (table,) = imported(tmp_path, "[[rules]]\nID = 'x'\nRegex = '(a)kk(b)'\nsecretgroup = 2\nKeywords = ['kk']").tables
    assert table["regex"] == "(?:a)kk(?P<secret>b)"


def test_our_own_files_are_not_taken_for_it(tmp_path: Path) -> None:
    for text in ("confidence = 'low'", "extends = { path = 'x' }", "[provider]\nname = 'x'", ""):
        (tmp_path / "own.toml").write_text(text)
        assert not file.is_foreign(str(tmp_path / "own.toml"))


@pytest.mark.parametrize(
    ("lists", "unless", "allow"),
    [
        ("[[rules.allowlists]]\nstopwords = ['test']", [{"secret": "(?i:(?:test))"}], []),
        ("[rules.allowlist]\nregexes = ['a', 'b']", [{"secret": "(?:a)|(?:b)"}], []),
        ("[[rules.allowlists]]\nregexTarget = 'line'\nregexes = ['a']", [{"line": "a"}], []),
        ("[[rules.allowlists]]\npaths = ['a$']", None, [{"path_regexes": ["a\\Z"]}]),
        ("[[rules.allowlists]]\ncommits = ['ABCDEF01']", None, [{"commits": ["abcdef01"]}]),
        (
            "[[rules.allowlists]]\ncondition = 'AND'\nregexTarget = 'match'\nregexes = ['a']\nstopwords = ['b']",
            [{"match": "a", "secret": "(?i:(?:b))"}],
            [],
        ),
        (
            "[[rules.allowlists]]\ncondition = 'AND'\npaths = ['p']\nregexes = ['a']",
            None,
            [{"path_regexes": ["p"], "regexes": ["a"]}],
        ),
    ],
)
def test_allowlists_of_a_rule(tmp_path: Path, lists: str, unless: object, allow: list[dict[str, object]]) -> None:
    done = imported(tmp_path, rule(lists))
    assert done.tables[0].get("unless") == unless
    told = [{key: value for key, value in item.items() if key != "reason"} for item in done.allow]
    assert told == [{"condition": "and", "patterns": ["gitleaks-acme-key"], **item} for item in allow]
    assert whys(done) == []


def test_what_looks_at_the_line_and_the_path_is_named(tmp_path: Path) -> None:
    both = "[[rules.allowlists]]\ncondition = 'AND'\nregexTarget = 'line'\npaths = ['p']\nregexes = ['a']"
    assert whys(imported(tmp_path, rule(both))) == [("acme-key", "allowlists")]


def test_allowlists_of_the_file_count_for_all_and_for_some(tmp_path: Path) -> None:
    text = "[[allowlists]]\nregexes = ['^x$']\n[[allowlists]]\ntargetRules = ['acme-key']\npaths = ['p']\n" + rule()
    done = imported(tmp_path, text)
    assert done.allow[0]["regexes"] == ["^x\\Z"] and "patterns" not in done.allow[0]
    assert done.allow[1]["patterns"] == ["gitleaks-acme-key"] and done.allow[1]["path_regexes"] == ["p"]
    old = imported(tmp_path, "[allowlist]\nregexTarget = 'line'\nregexes = ['y']\n" + rule())
    assert old.tables[0]["unless"] == [{"line": "y"}] and whys(old, False) == [("", "allowlists")]


def test_extending_a_file_adds_to_its_rules_and_leaves_out_the_disabled(tmp_path: Path) -> None:
    base = rule("entropy = 2\n[[rules.allowlists]]\nstopwords = ['a']") + rule(name="gone") + rule(name="kept")
    (tmp_path / "base.toml").write_text(base)
    text = "[extend]\npath = 'base.toml'\ndisabledRules = ['gone', 'elsewhere']\n"
    done = imported(tmp_path, text + "[[rules]]\nid = 'acme-key'\nentropy = 3.0\nkeywords = ['other']\n")
    assert [table["id"] for table in done.tables] == ["gitleaks-acme-key", "gitleaks-kept"]
    assert done.tables[0]["unless"][0] == {"entropy": 3.0} and len(done.tables[0]["unless"]) == 2
    assert [name.rsplit("/", 1)[-1] for name in done.files] == ["rules.toml", "base.toml"]
    assert ("elsewhere", "extend.disabledRules") in whys(done)
    assert file.extended(str(tmp_path / "rules.toml")) == [str(tmp_path / "base.toml")]


def test_files_that_extend_each_other_come_to_an_end(tmp_path: Path) -> None:
    done = imported(tmp_path, "[extend]\npath = 'rules.toml'\n" + rule())
    assert len(done.tables) == 1 and ("", "extend.path") in whys(done)


def test_what_a_rule_requires_is_a_part(tmp_path: Path) -> None:
    other = "[[rules]]\nid = 'acme.id'\nregex = 'ident_([0-9]{4})'\nkeywords = ['ident_']\nskipReport = true\n"
    done = imported(tmp_path, rule("[[rules.required]]\nid = 'acme.id'\nwithinLines = 5\n") + other)
    (table,) = done.tables
    assert table["part"] == [{"name": "acme-id", "regex": "ident_(?P<secret>[0-9]{4})", "required": True}]
    assert whys(done) == [] and ("acme-key", "required") in whys(done, False)
    assert (done.rules, len(done.tables), done.parts) == (2, 1, 1)


@pytest.mark.parametrize(
    ("text", "unless"),
    [
        ('filter.entropy(finding["secret"]) <= 3.0', [{"entropy": 3.0}]),
        (
            'entropy(finding["secret"]) < 3.5 || finding["secret"] == "x"',
            [{"entropy_below": 3.5}, {"secret": ["\\A(?:(?:x))\\Z"]}],
        ),
        ('matchesAny(finding["match"], [`a`, "b\\\\.c"])', [{"match": ["(?:a)|(?:b\\.c)"]}]),
        (
            'containsAny(finding["line"], ["a b"]) && entropy(finding["secret"]) <= 4',
            [{"line": ["(?:a\\x20b)"], "entropy": 4.0}],
        ),
        ('!matchesAny(finding["secret"], ["a"])', [{"secret": ["\\A(?![\\s\\S]*?(?:a))"]}]),
        (
            'entropy(finding["secret"]) <= 2 '
            '&& (matchesAny(finding["secret"], ["a"]) or matchesAny(finding["line"], ["b"]))',
            [{"entropy": 2.0, "secret": ["a"]}, {"entropy": 2.0, "line": ["b"]}],
        ),
    ],
)  # fmt: skip
def test_filters_are_what_a_pattern_does_not_count(tmp_path: Path, text: str, unless: object) -> None:
    done = imported(tmp_path, rule(f"filter = '''{text}'''"))
    assert done.tables[0]["unless"] == unless and whys(done) == []


def test_a_filter_on_the_path_is_an_allow_table(tmp_path: Path) -> None:
    text = 'matchesAny(get(attributes, "path", ""), ["p$"]) && containsAny(finding["secret"], ["s"])'
    (table,) = imported(tmp_path, rule(f"filter = '''{text}'''")).allow
    assert table["path_regexes"] == ["p\\Z"] and table["regexes"] == ["(?:s)"] and table["condition"] == "and"
    done = imported(tmp_path, 'prefilter = \'matchesAny(attributes["path"], ["q"])\'\n' + rule())
    assert done.allow[0]["path_regexes"] == ["q"] and "patterns" not in done.allow[0]


@pytest.mark.parametrize(
    "text",
    [
        'filter.failsTokenEfficiency(finding["secret"])',
        'let a = finding["secret"]; entropy(a) < 3',
        'matchesAny(get(attributes, "git.author_name", ""), ["bot"])',
        'entropy(finding["secret"]) > 3',
        'matchesAny(finding["secret"], ["("])',
        "surprise(",
        "(((",
        "§",
    ],
)
def test_a_filter_that_cannot_be_read_is_named_and_the_rule_stays(tmp_path: Path, text: str) -> None:
    done = imported(tmp_path, rule(f"filter = '''{text}'''"))
    assert len(done.tables) == 1 and "unless" not in done.tables[0]
    assert whys(done) == [("acme-key", "filter")]


def test_of_two_alternatives_the_one_that_can_be_read_counts(tmp_path: Path) -> None:
    text = 'filter.failsTokenEfficiency(finding["secret"]) || entropy(finding["secret"]) <= 3'
    done = imported(tmp_path, rule(f"filter = '''{text}'''"))
    assert done.tables[0]["unless"] == [{"entropy": 3.0}] and whys(done) == [("acme-key", "filter")]


def test_what_has_no_counterpart_is_named(tmp_path: Path) -> None:
    text = rule("validate = 'x'\nodd = 1") + "[[rules]]\nid = 'p'\npath = 'x$'\n"
    text += "[[rules]]\nid = 'b'\nregex = '(?U)a'\nkeywords = ['a']\n"
    done = imported(tmp_path, text)
    assert done.rules == 3 and len(done.tables) == 1
    assert sorted(whys(done)) == [("acme-key", "odd"), ("acme-key", "validate"), ("b", "regex"), ("p", "path")]


def test_keywords_beside_the_match_count_near_it(tmp_path: Path) -> None:
    text = "[[rules]]\nid = 'x'\nregex = '''\\b[0-9a-f]{8}\\b'''\nkeywords = ['widget']"
    done = imported(tmp_path, text)
    assert done.tables[0]["literals"] == ["widget"] and whys(done, False) == [("x", "keywords")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[rules]]\nregex = 'a'", "rule 1"),
        ("rules = 3", "rules"),
        ("[[rules]]\nid = 'x'\nregex = 3", "'x'"),
        ("[[rules]]\nid = 'x'\nentropy = true", "entropy"),
        ("allowlists = [1]", "allowlists"),
        ("[[rules]]\nid = 'x'\nregex='a'\n[[rules.allowlists]]\npaths = 'x'", "paths"),
        ("[extend]\npath = 'nowhere.toml'", "nowhere.toml"),
    ],
)
def test_a_file_that_is_none_is_an_error_that_names_what(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        imported(tmp_path, text)


