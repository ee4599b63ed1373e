"""What a path says: never more than nothing for a finding, often something against it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.score.place import weigh

RANKS = ("distinctive", "named", "generic")
AGAINST = {
    "in a lock file, where hashes stand": ["package-lock.json", "a/yarn.lock", "go.sum", "x/poetry.lock", "Cargo.lock",
                                           "uv.lock", "pnpm-lock.yaml", "Gemfile.lock", ".terraform.lock.hcl"],
    "in a test": ["tests/a.py", "src/test/java/A.java", "spec/models/a.rb", "a/test_x.py", "x_test.go", "a.spec.ts",
                  "ATest.java", "a/__tests__/x.js", "pkg/testdata/key", "fixtures/x.yml", "Tests/x.cs"],
    "in documentation or an example": ["README.md", "docs/a.rst", "examples/app.py", "config.example", ".env.sample",
                                       "settings.dist.yml", "doc/x", "a/samples/x.c"],
    "in a translation": ["locales/de.json", "i18n/en.yml", "po/de.po", "messages.resx", "web/config_pl.properties",
                         "res/values-de/strings.xml"],
    "in minified or generated code": ["dist/app.min.js", "a.map", "x.svg", "note.ipynb"],
}  # fmt: skip


@pytest.mark.parametrize(("text", "path"), [(text, path) for text, paths in AGAINST.items() for path in paths])
def test_the_path_speaks_against_a_generic_finding(text: str, path: str) -> None:
    assert text in [reason.text for reason in weigh(path, "generic")]


ORDINARY = [
    "src/app.py", ".env", "config/settings.yml", "latest.py", "contest/a.py", "attest.go", "main.c", "Dockerfile",
    "block.json", "clock.py", "language.py", "", "src/mapper.js",
]  # fmt: skip


@pytest.mark.parametrize("path", ORDINARY)
def test_other_paths_say_nothing(path: str) -> None:
    assert all(weigh(path, rank) == () for rank in RANKS)


@given(st.text(max_size=60), st.sampled_from(RANKS))
def test_no_path_ever_raises_a_score(path: str, rank: str) -> None:
    assert all(reason.weight <= 0 for reason in weigh(path, rank))


@pytest.mark.parametrize("path", [path for paths in AGAINST.values() for path in paths])
def test_no_path_hides_what_has_a_form_of_its_own(path: str) -> None:
    assert sum(reason.weight for reason in weigh(path, "distinctive")) >= -0.25


@pytest.mark.parametrize("path", ["config/production.yml", "deploy/prod/app.env", "values-live.yaml"])
def test_a_most_used_password_keeps_its_score_in_a_setting_of_production(path: str) -> None:
    assert weigh(path, "generic", most_used=True) == weigh(path, "generic") == ()


@pytest.mark.parametrize("path", ["config/settings.yml", "src/product.py", "reproduction/a.env", "delivery.yml", ""])
def test_a_most_used_password_elsewhere_is_mostly_made_up(path: str) -> None:
    assert [reason.weight for reason in weigh(path, "generic", most_used=True)] == [-0.25]
