"""The HTML page: whole, harmless, and usable without eyes, mouse or network."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from html.parser import HTMLParser

import pytest

from scanner.records import Confidence, Verdict

from .made import Render, incomplete_summary, make_finding, make_place, make_summary, weird_findings

VOID = {"meta", "input", "rect", "br"}


class Page(HTMLParser):
    """Every element with its attributes, and what stands in `style` and `script`."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.inside: dict[str, str] = {"style": "", "script": "", "title": ""}
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID or tag == "rect" and not (self.get_starttag_text() or "").endswith("/>"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in self.inside:
            self.inside[self.open[-1]] += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture
def page(render: Render) -> Page:
    return Page(render("html", weird_findings(), incomplete_summary()))


def test_every_element_is_closed_where_it_should_be(render: Render) -> None:
    for findings in ([], [make_finding()], weird_findings()):
        Page(render("html", findings))


def test_nothing_is_fetched_and_only_our_style_and_script_run(page: Page) -> None:
    policy = next(str(item["content"]) for item in page.all("meta") if "http-equiv" in item)
    assert policy.startswith("default-src 'none'; ")
    for kind in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(page.inside[kind].encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert not {"link", "img", "iframe", "object", "embed", "base"} & {tag for tag, _ in page.elements}
    for _, attributes in page.elements:
        assert not {name for name in attributes if name in ("src", "style", "srcset") or name.startswith("on")}
        assert re.match(r"https?://|#", attributes.get("href") or "#")
    assert not re.search(r"url\(|@import|fetch|XMLHttp|innerHTML|eval", page.inside["style"] + page.inside["script"])


def test_what_was_scanned_cannot_become_markup(render: Render) -> None:
    evil = "</td><script>alert(1)</script>\"'><b x=\""
    place = make_place(evil, author=evil, target=evil)
    finding = make_finding(
        evil.encode() * 3, name=evil, provider=evil, severity=evil, source=f"https://{evil}", respond=evil,
        places=(place,), verdict=Verdict(evil, evil, "", ((evil, evil),)),
    )  # fmt: skip
    plain = Page(render("html", [make_finding()]))
    forged = Page(render("html", [finding], make_summary(targets=(evil, "b"), started=evil), show_secrets=True))
    tags = Counter(tag for tag, _ in forged.elements)
    assert tags["script"] == 1 and tags["b"] == 0
    assert not [a for _, a in forged.elements if "x" in a and "rect" not in a and "width" not in a]
    assert {tag for tag, _ in forged.elements} <= {tag for tag, _ in plain.elements} | {"a"}


def test_it_can_be_read_aloud_and_used_by_keyboard(page: Page) -> None:
    assert page.all("html")[0]["lang"] == "en" and page.inside["title"]
    names = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(names) == len(set(names))
    fields = {item["id"] for tag in ("select", "input") for item in page.all(tag) if item.get("type") != "reset"}
    assert fields == {item["for"] for item in page.all("label")}
    assert all("scope" in item for item in page.all("th"))
    assert all("aria-hidden" in item or ("role" in item and "aria-label" in item) for item in page.all("svg"))
    assert len(page.all("button")) == 7 and len(page.all("main")) == 1
    assert not [item for _, item in page.elements if int(item.get("tabindex") or 0) > 0]


def test_without_its_script_it_shows_all_and_no_dead_controls(page: Page) -> None:
    assert "hidden" in page.all("form")[0]
    assert not [item for item in page.all("tr") if "hidden" in item]
    assert len([item for item in page.all("tr") if "data-confidence" in item]) == len(weird_findings())


def test_charts_count_all_findings(render: Render) -> None:
    findings = [make_finding(provider=f"P{at % 20}", confidence=Confidence(at % 4 + 1)) for at in range(100)]
    text = render("html", findings, make_summary(started="2024-03-01T00:00:00Z"))
    for title in ("By provider", "By confidence", "By verdict", "By age"):
        card = text.split(f"<h3>{title}</h3>")[1].split("</div>")[0]
        assert sum(map(int, re.findall(r'"number">(\d+)<', card))) == 100, title
    assert "up to a month" in text and "100 findings came in between 2024-02-03 and 2024-02-03" in text
    assert "9 others" in text


def test_an_incomplete_scan_never_says_that_nothing_was_found(render: Render) -> None:
    assert "Nothing was found" in render("html", [])
    text = render("html", [], incomplete_summary())
    assert "INCOMPLETE" in text and "Nothing was found" not in text
