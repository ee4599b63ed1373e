"""YAML rules in the form of Nosey Parker and Kingfisher, written for these tests."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from scanner.catalogue import schema
from scanner.catalogue.foreign import file
from scanner.catalogue.foreign.draft import Imported
from scanner.errors import UsageError

RULE = """
rules:
- name: Acme key
  id: np.acme.1
  pattern: |
    (?x)
    \\b acme [-_]  # its name
    ( [a-z0-9]{12} ) \\b
  examples: ['none here']
"""


def imported(tmp_path: Path, text: str) -> Imported:
    path = tmp_path / "rules.yml"
    path.write_text(text)
    done = file.read(str(path))
    if done.tables:
        schema.credentials(done.document(), str(path))
    return done


def test_a_rule_becomes_a_pattern_found_by_what_it_must_hold(tmp_path: Path) -> None:
    (table,) = imported(tmp_path, RULE).tables
    assert table["id"] == "np-acme-1"
    assert table["literals"] == ["acme-", "acme_"]
    assert table["regex"] == r"\bacme[\-_](?P<secret>[a-z0-9]{12})\b"


def test_what_kingfisher_says_beside_it(tmp_path: Path) -> None:
    more = """
  min_entropy: 3.3
  confidence: low
  pattern_requirements: { min_digits: 2, ignore_if_contains: [test], odd: 1 }
  depends_on_rule: [{ rule_id: x, variable: Y }]
- { name: Hidden, id: own.2, pattern: 'hidden_[a-z]{9}', visible: false }
- { name: Nothing, id: own.3, pattern: '[a-f0-9]{32}' }
- { name: Other, id: own.3, pattern: 'other_(?P<n>x)(?P<TOKEN>[a-f0-9]{32})' }
"""
    done = imported(tmp_path, RULE.rstrip() + more)
    first, other = done.tables
    assert first["score"] < 0.5 and first["unless"][0] == {"entropy": 3.3}
    assert first["unless"][1] == {"secret": r"\A[^0-9]*(?:[0-9][^0-9]*){0,1}\Z"}
    assert other["id"] == "kingfisher-own-3" and "(?P<secret>[a-f0-9]{32})" in other["regex"]
    named = sorted((note.rule, note.key) for note in done.notes if note.gone)
    assert named == [
        ("np.acme.1", "depends_on_rule"), ("np.acme.1", "pattern_requirements.odd"),
        ("own.2", "visible"), ("own.3", "regex"),
    ]  # fmt: skip


def test_a_folder_of_them(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.yaml").write_text(RULE)
    (tmp_path / "in/b.yml").write_text(RULE.replace("np.acme.1", "np.acme.2"))
    assert [table["id"] for table in file.read(str(tmp_path)).tables] == ["np-acme-1", "np-acme-2"]


@pytest.mark.parametrize(
    ("text", "says"),
    [("a: [}", "line 1"), ("[]", "no list"), ("rules: [1]", "rule 1"), ("rules: [{name: x, id: y}]", "rule 1")],
)
def test_a_file_that_is_none_is_an_error(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        imported(tmp_path, text)


def test_without_the_extra_it_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(UsageError, match=r"keysieve\[yaml\]"):
        imported(tmp_path, RULE)


def test_nothing_in_a_file_is_run(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        imported(tmp_path, "rules: !!python/object/apply:os.system ['exit 1']")
