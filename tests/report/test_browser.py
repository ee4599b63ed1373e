"""The HTML page in a real browser: 2,000 findings opened from disk, filtered, searched and sorted, nothing fetched.

Needs `playwright` (the extra `browser`) and a Chromium of the system; skipped without either.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from scanner.records import Confidence

from .made import Render, make_finding, make_place, make_summary

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")
COUNT = 2000


@pytest.fixture(scope="module")
def page(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The page, opened; `told` on it collects requests and script errors."""
    levels = (Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)
    findings = [
        make_finding(
            fingerprint=f"{number:064x}", confidence=levels[number % 3], provider=f"Provider {number % 7}",
            places=(make_place(path=f"src/file{number}.py"),),
        )
        for number in range(COUNT)
    ]  # fmt: skip
    path: Path = tmp_path_factory.mktemp("html") / "report.html"
    path.write_text(render("html", findings, make_summary()), encoding="utf-8")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        page = browser.new_page()
        page.told = []
        page.on("request", lambda request: page.told.append(request.url))
        page.on("pageerror", lambda error: page.told.append(str(error)))
        page.on("console", lambda message: page.told.append(message.text) if message.type == "error" else None)
        page.goto(path.as_uri())
        yield page
        browser.close()


def shown(page: Any) -> int:
    return int(page.evaluate("[...document.querySelectorAll('#findings tbody tr')].filter(row => !row.hidden).length"))


def test_it_opens_whole_and_asks_for_nothing_else(page: Any) -> None:
    assert shown(page) == COUNT
    assert len(page.told) == 1 and page.told[0].startswith("file://")


def test_it_is_searched_and_filtered(page: Any) -> None:
    page.fill("#search", "file1234.py")
    page.wait_for_function("document.querySelectorAll('#findings tbody tr:not([hidden])').length === 1")
    page.fill("#search", "")
    page.select_option("form select#confidence", "high")
    expected = len([number for number in range(COUNT) if number % 3 == 2])
    page.wait_for_function(f"document.querySelectorAll('#findings tbody tr:not([hidden])').length === {expected}")
    assert str(f"{expected:,}") in page.inner_text("#shown") or str(expected) in page.inner_text("#shown")
    page.select_option("form select#confidence", "")
    page.wait_for_function(f"document.querySelectorAll('#findings tbody tr:not([hidden])').length === {COUNT}")


def test_it_is_sorted_by_keyboard(page: Any) -> None:
    column = "() => [...document.querySelectorAll('#findings tbody tr')].map(row => row.cells[4].textContent)"
    names = [f"src/file{number}.py" for number in range(COUNT)]
    page.locator("#findings thead th").nth(4).locator("button").focus()
    for expected in (names, names[::-1]):
        page.keyboard.press("Enter")
        assert [text.strip().split(":")[0] for text in page.evaluate(column)] == expected
    assert page.locator("#findings thead [aria-sort]").count() >= 1


def test_nothing_went_wrong_until_here(page: Any) -> None:
    assert len(page.told) == 1
