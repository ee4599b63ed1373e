"""The HTML page in a real browser: 2,000 findings opened from disk, filtered, searched and sorted, nothing fetched.

Needs `playwright` (the extra `test`) and a Chromium of the system; skipped without either. axe-core, which looks
for what a screen reader or a weak eye would stumble on, comes with `axe-playwright-python`.
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


def serious_faults(page: Any) -> list[str]:
    """What axe-core calls serious or critical on the page as it stands: rule and the first place."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    found = axe.Axe().run(page).response["violations"]
    return [f"{item['id']}: {item['nodes'][0]['html']}" for item in found if item["impact"] in ("serious", "critical")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault(page: Any, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.fill("#search", "file123")  # eleven findings: the time of axe grows with what is shown
    page.wait_for_function("document.querySelectorAll('#findings tbody tr:not([hidden])').length === 11")
    page.locator("#findings tbody tr:not([hidden]) summary, #findings tbody tr:not([hidden]) button").first.click()
    assert serious_faults(page) == []


def test_axe_sees_a_fault_that_is_put_there(page: Any) -> None:
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img id=fault src=\"data:,\">')")
    assert [fault.split(":")[0] for fault in serious_faults(page)] == ["image-alt"]
    page.evaluate("document.querySelector('#fault').remove()")
