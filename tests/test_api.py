"""keysieve as a library: exactly these names, and no process needed."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

import scanner
from scanner import Confidence, DetectSettings, scan, scan_events, scan_text
from tests.helpers.samples import sample

PROMISE = {
    "Confidence", "DetectSettings", "Finding", "KeysieveError", "PatternError", "Place", "RunSettings", "ScanError",
    "Secret", "Settings", "Sighting", "SourceSettings", "Summary", "UsageError", "__version__", "scan",
    "scan_events", "scan_text",
}  # fmt: skip


def test_all_is_exactly_the_promise() -> None:
    assert set(scanner.__all__) == PROMISE
    assert scanner.__all__ == sorted(scanner.__all__)


@pytest.mark.parametrize("name", sorted(PROMISE))
def test_every_name_is_there(name: str) -> None:
    assert getattr(scanner, name) is not None


def test_another_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'scanner' has no attribute 'nothing'"):
        scanner.nothing  # noqa: B018


def test_importing_it_imports_no_stage() -> None:
    code = "import sys, scanner; print(*[m for m in sys.modules if m.startswith('scanner.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["scanner.version"]


def test_it_is_typed() -> None:
    assert (Path(scanner.__file__).parent / "py.typed").is_file()


def test_scan_text_finds_a_token() -> None:
    token = sample("github-pat-classic")
    found = scan_text(f'key = "{token}"\n'.encode())
    assert [(item.credential, item.secret.reveal(), item.span.line, item.span.column) for item in found] == [
        ("github-pat-classic", token.encode(), 1, 8)
    ]


def test_scan_text_of_clean_text_finds_nothing() -> None:
    assert scan_text(b"") == scan_text(b"hello world\n") == []


def test_scan_text_keeps_the_least_confidence() -> None:
    text = f"id = {sample('aws-access-key').split()[2]}\n".encode()  # an id alone, without its secret
    assert scan_text(text) == []
    low = scan_text(text, DetectSettings(minimum=Confidence.LOW))
    assert [item.credential for item in low] == ["aws-access-key"]


def test_scan_text_may_be_called_from_threads() -> None:
    tokens = [sample("github-pat-classic", seed) for seed in range(4)]
    found: dict[int, list[bytes]] = {}

    def work(number: int) -> None:
        for _ in range(20):
            found[number] = [item.secret.reveal() for item in scan_text(tokens[number].encode())]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: [token.encode()] for number, token in enumerate(tokens)}


def test_scan_gives_findings_and_a_summary(tmp_path: Path) -> None:
    token = sample("github-pat-classic")
    (tmp_path / "a.py").write_text(f'x = 1\nkey = "{token}"\n')
    findings, summary = scan(str(tmp_path))
    assert [(item.pattern, item.secret.reveal(), [p.path for p in item.places]) for item in findings] == [
        ("github-pat-classic", token.encode(), ["a.py"])
    ]
    assert (summary.state, summary.objects) == ("complete", 1)


def test_scan_events_tells_of_each_sighting(tmp_path: Path) -> None:
    tokens = {sample("github-pat-classic", seed).encode() for seed in range(3)}
    for number, token in enumerate(sorted(tokens)):
        (tmp_path / f"{number}.txt").write_bytes(token)
    assert {item.secret.reveal() for item in scan_events([str(tmp_path)])} == tokens
