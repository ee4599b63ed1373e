"""`keysieve patterns`: the page of the catalogue, and what `show` tells."""

from __future__ import annotations

import re
from pathlib import Path

from scanner.catalogue import page
from scanner.detector import Detector
from scanner.settings import DetectSettings
from tests.cli.command import keysieve
from tests.helpers.samples import catalogue

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_of_the_catalogue_is_up_to_date() -> None:
    fresh = page.text(list(catalogue().values()))
    assert (DOCS / "catalogue.md").read_text(encoding="utf-8") == fresh, f"out of date; run: {page.COMMAND}"


def test_docs_writes_the_page(tmp_path: Path) -> None:
    done = keysieve("patterns", "docs", "-o", tmp_path / "page.md")
    assert done.code == 0, done.err
    assert (tmp_path / "page.md").read_text(encoding="utf-8") == page.text(list(catalogue().values()))
    refused = keysieve("patterns", "docs", "-o", tmp_path / "none" / "page.md")
    assert refused.code == 2 and "--output" in refused.err


def test_the_page_holds_nothing_that_looks_like_a_credential() -> None:
    detector = Detector(DetectSettings())
    for name in ("catalogue.md", "dropped.md"):
        seen = detector.inspect((DOCS / name).read_bytes(), name)
        assert [(item.credential, item.span.line) for item in seen if item.score >= 0.5] == []


def test_every_kind_stands_on_the_page_once_and_no_dropped_one() -> None:
    row = re.compile(r"^\| [^|]+ \| `([a-z0-9-]+)` \|", re.MULTILINE)
    told = row.findall((DOCS / "catalogue.md").read_text(encoding="utf-8"))
    assert sorted(told) == sorted(catalogue())
    dropped = re.findall(r"^\| `([a-z0-9-]+)` \|", (DOCS / "dropped.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(dropped) == len(set(dropped)) > 10
    assert catalogue().keys().isdisjoint(dropped)


def test_show_tells_weakness_and_response() -> None:
    name = next(kind.id for kind in catalogue().values() if "restrict" in kind.respond and "audit" in kind.respond)
    done = keysieve("patterns", "show", name)
    assert done.code == 0, done.err
    for label in ("revoke", "rotate", "audit", "restrict"):
        assert catalogue()[name].respond[label] in done.out
    for text in ("CWE-798", "API2:2023", "IA-5(7)", "8.6.2"):
        assert text in done.out
