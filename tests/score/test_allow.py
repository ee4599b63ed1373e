"""Comments by which people allow a credential: ours, and those of the scanners they come from."""

from __future__ import annotations

from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.detector import Detector
from scanner.score.allow import allowed
from scanner.settings import DetectSettings
from tests.helpers.samples import sample

SAME_LINE = [
    "keysieve:allow", "gitleaks:allow", "betterleaks:allow", "trufflehog:ignore", "kingfisher:ignore", "ggignore",
    "pragma: allowlist secret", "pragma: whitelist secret", "pragma:allowlist secret", "secretlint-disable-line",
]  # fmt: skip
LINE_BEFORE = [
    "keysieve:allow-next", "pragma: allowlist nextline secret", "pragma: whitelist nextline secret",
    "secretlint-disable-next-line",
]  # fmt: skip


@lru_cache
def detector(**options: bool) -> Detector:
    return Detector(DetectSettings(**options))


def found(text: str, **options: bool) -> int:
    return len(detector(**options).inspect(text.replace("{}", sample("github-pat-classic")).encode()))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("opening", ["# ", "// ", "/* ", "<!-- ", "-- ", "; ", "#"])
@pytest.mark.parametrize("comment", SAME_LINE)
def test_a_comment_on_the_line_allows_it(comment: str, opening: str, end: str) -> None:
    assert found(f'a = 1{end}key = "{{}}" {opening}{comment}{end}b = 2{end}') == 0


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("comment", LINE_BEFORE)
def test_a_comment_for_the_next_line_allows_it(comment: str, end: str) -> None:
    assert found(f'a = 1{end}# {comment}{end}key = "{{}}"{end}') == 0


@pytest.mark.parametrize("comment", SAME_LINE)
def test_a_comment_on_another_line_allows_nothing(comment: str) -> None:
    assert found(f'# {comment}\nkey = "{{}}"\n') == 1
    assert found(f'key = "{{}}"\n# {comment}\n') == 1


@pytest.mark.parametrize("comment", LINE_BEFORE)
def test_a_comment_for_the_next_line_allows_no_other(comment: str) -> None:
    assert found(f'# {comment}\n\nkey = "{{}}"\n') == 1
    assert found(f'key = "{{}}"\n# {comment}\n') == 1
    assert found(f'key = "{{}}" # {comment}\n') == 1


def test_one_comment_allows_all_of_its_line() -> None:
    text = f"{sample('github-pat-classic')} {sample('slack-bot-token')} # keysieve:allow\n"
    assert detector().inspect(text.encode()) == []


def test_a_comment_stands_for_the_generic_kinds_too() -> None:
    line = f'password = "{sample("github-pat-classic")[4:24]}"'
    assert len(detector().inspect(line.encode())) == 1
    assert detector().inspect(f"{line} # gitleaks:allow".encode()) == []


def test_a_comment_on_the_first_and_last_line_of_a_key_allows_it() -> None:
    key = sample("private-key-openssh").strip()
    assert len(detector().inspect(key.encode())) == 1
    assert detector().inspect(f"{key} # keysieve:allow\n".encode()) == []
    assert detector().inspect(f"key = '''{key}''' # keysieve:allow\n".encode()) == []


@pytest.mark.parametrize("text", ["", "allow", "keysieve: allow", "gitleaks", "pragma: secret", "ignore"])
def test_other_words_allow_nothing(text: str) -> None:
    assert found(f'key = "{{}}" # {text}\n') == 1


def test_the_switch_that_ignores_comments_had_no_effect() -> None:
    assert found('key = "{}" # keysieve:allow\n', honour_allow=False) == 1


@pytest.mark.xfail(strict=True, reason="only secretlint-disable-line and -next-line are known")
@pytest.mark.parametrize(
    "text", ["/* secretlint-disable */\n{}\n/* secretlint-enable */\n", "# ggignore-next-line\n{}\n"]
)
def test_comments_of_the_field_that_were_not_known(text: str) -> None:
    assert found(text) == 0


@given(st.binary(max_size=80), st.integers(0, 80), st.integers(0, 80))
def test_any_text_has_an_answer(text: bytes, start: int, end: int) -> None:
    start, end = sorted((min(start, len(text)), min(end, len(text))))
    assert isinstance(allowed(text, start, end), str)
