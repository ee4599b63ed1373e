"""Rules of other scanners at the command line: read as they are, and made files of ours."""

from __future__ import annotations

import os
import random
import string
from pathlib import Path

import pytest

from tests.cli.command import keysieve, report
from tests.helpers.repositories import Repo

CONFIG = """
title = "ours"
[extend]
useDefault = true
[[rules]]
id = "acme"
description = "Acme key"
regex = '''(?i)\\bacme_([a-z0-9]{20})\\b'''
keywords = ["acme_"]
entropy = 2.5
path = '''\\.py$'''
[[rules.allowlists]]
stopwords = ["sesame"]
[[allowlists]]
paths = ['''(^|/)made/''']
"""


def word(seed: int, size: int = 20) -> str:
    return "".join(random.Random(seed).choices(string.ascii_lowercase + string.digits, k=size))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "place"
    (place / "made").mkdir(parents=True)
    (place / "a.py").write_text(f'x = "ACME_{word(1)}"\ny = "acme_{"ab" * 10}"\nz = "acme_sesame{word(2, 14)}"\n')
    (place / "a.txt").write_text(f'x = "acme_{word(3)}"\n')
    (place / "made/b.py").write_text(f'x = "acme_{word(4)}"\n')
    (tmp_path / ".gitleaks.toml").write_text(CONFIG)
    return place


def found(folder: Path, *arguments: str | Path) -> list[tuple[str, int]]:
    engine = () if "--engine" in arguments else ("--engine", "ahocorasick")  # making its table is quicker
    _, told = report(*engine, *arguments, folder, cwd=folder.parent)
    assert all(finding["pattern"] == "gitleaks-acme" for finding in told["findings"])
    return [(place["path"], place["line"]) for finding in told["findings"] for place in finding["places"]]


def test_a_configuration_of_gitleaks_is_read_as_it_is(folder: Path) -> None:
    assert found(folder) == []
    assert found(folder, "--config", folder.parent / ".gitleaks.toml") == [("a.py", 1)]
    assert found(folder, "--config", folder.parent / ".gitleaks.toml", "--engine", "hyperscan") == [("a.py", 1)]


def test_a_change_of_what_it_extends_is_noticed(folder: Path) -> None:
    top = folder.parent / "top.toml"
    top.write_text("[extend]\npath = '.gitleaks.toml'\n")
    assert found(folder, "--config", top) == [("a.py", 1)]
    below = folder.parent / ".gitleaks.toml"
    below.write_text(CONFIG.replace("\\.py$", "\\.txt$"))
    os.utime(below, ns=(1, 1))
    assert found(folder, "--config", top) == [("a.txt", 1)]


def test_it_may_be_one_of_our_patterns(folder: Path) -> None:
    own = folder.parent / "keysieve.toml"
    own.write_text('patterns = [".gitleaks.toml"]\n')
    assert found(folder, "--config", own) == [("a.py", 1)]
    checked = keysieve("config", "check", own, cwd=folder.parent)
    assert checked.code == 0 and "1 rules" in checked.out


def test_import_writes_files_of_ours_that_find_the_same(folder: Path) -> None:
    done = keysieve("config", "import", ".gitleaks.toml", cwd=folder.parent)
    assert done.code == 0 and "1 of 1 rules" in done.out and "extend.useDefault" in done.out
    assert (folder.parent / "keysieve-patterns/gitleaks.toml").exists()
    assert found(folder, "--config", folder.parent / "keysieve.toml") == [("a.py", 1)]
    again = keysieve("config", "import", ".gitleaks.toml", cwd=folder.parent)
    assert again.code == 2 and "there already" in again.err
    listed = keysieve("patterns", "--config", "keysieve.toml", "show", "gitleaks-acme", cwd=folder.parent)
    assert listed.code == 0 and "Acme key" in listed.out


def test_a_dry_run_writes_nothing(folder: Path) -> None:
    before = sorted(os.listdir(folder.parent))
    assert keysieve("config", "import", ".gitleaks.toml", "--dry-run", cwd=folder.parent).code == 0
    assert sorted(os.listdir(folder.parent)) == before


def test_yaml_rules(folder: Path) -> None:
    rules = folder.parent / "rules.yml"
    rule = "{ name: Acme key, id: np.acme.1, pattern: 'acme_([a-z0-9]{20})\\b', min_entropy: 2.5 }"
    rules.write_text(f"rules:\n- {rule}\n")
    _, told = report("--engine", "ahocorasick", "--config", rules, folder, cwd=folder.parent)
    assert sorted(place["path"] for finding in told["findings"] for place in finding["places"]) == [
        "a.py", "a.txt", "made/b.py",
    ]  # fmt: skip
    assert {finding["pattern"] for finding in told["findings"]} == {"np-acme-1"}


def test_a_rule_that_takes_too_long_makes_the_scan_incomplete(folder: Path) -> None:
    slow = folder.parent / "slow.toml"
    slow.write_text("[[rules]]\nid = 'slow'\nregex = 'slow_(?:a|aa|b?a)*c(?:a|aa|b?a)*d'\nkeywords = ['slow_']\n")
    (folder / "a.txt").write_text("slow_" + "a" * 300)
    code, told = report("--engine", "ahocorasick", "--config", slow, folder, cwd=folder.parent)
    assert code == 3 and "gitleaks-slow" in str(told["scan"]["errors"])


def test_the_hook_knows_them(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit("one", a_dot_py="x = 1\n")
    repo.write(".gitleaks.toml", CONFIG)
    repo.write("keysieve.toml", 'engine = "ahocorasick"\npatterns = [".gitleaks.toml"]\n')
    repo.write("b.py", f'x = "acme_{word(1)}"\n')
    repo.git("add", "b.py")
    done = keysieve("hook", "run", "pre-commit", cwd=repo.path)
    assert done.code == 1 and "Acme key" in done.err


@pytest.mark.parametrize("text", ["[[rules]]\nregex = 'a'", "rules = 1", "[[rules]"])
def test_one_that_is_broken_is_a_usage_error(folder: Path, text: str) -> None:
    broken = folder.parent / "broken.toml"
    broken.write_text(text)
    done = keysieve("scan", "--config", broken, folder)
    assert done.code == 2 and "broken.toml" in done.err


def test_what_is_no_such_file_is_refused(folder: Path) -> None:
    assert keysieve("config", "import", "nowhere.toml", cwd=folder.parent).code == 2
    (folder.parent / "own.toml").write_text('confidence = "low"\n')
    done = keysieve("config", "import", "own.toml", cwd=folder.parent)
    assert done.code == 2 and "is no configuration of" in done.err
