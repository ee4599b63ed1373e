"""Every format that is in the folder, found as the command line finds it, on the same findings."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from scanner import report
from scanner.errors import UsageError
from scanner.records import Fault
from scanner.secrets import Secret
from scanner.settings import ReportSettings

from .made import (
    ROOT,
    Render,
    incomplete_summary,
    make_finding,
    make_place,
    make_summary,
    pem_secret,
    text_secret,
    weird_findings,
)

FORMATS = report.formats()
every_format = pytest.mark.parametrize("name", FORMATS)


def test_formats_are_the_files_of_the_folder() -> None:
    files = {path.stem for path in Path(report.__path__[0]).glob("*.py")}
    assert set(FORMATS) == {name for name in files if not name.startswith("_")}
    assert {"text", "json", "jsonl", "sarif"} <= set(FORMATS)


def test_listing_formats_imports_none() -> None:
    code = (
        "import sys; from scanner import report; report.formats(); "
        "print([name for name in sys.modules if name.startswith('scanner.report.')])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["", "yaml", "_words", "../text", "text.x"])
def test_an_unknown_format_is_a_usage_error_that_lists_the_known(name: str) -> None:
    with pytest.raises(UsageError, match="json, jsonl, .*sarif, text"):
        report.make(name, ReportSettings())


@every_format
@pytest.mark.parametrize("clear", [False, True])
@pytest.mark.parametrize("quiet", [False, True])
def test_takes_nothing_one_and_everything(name: str, clear: bool, quiet: bool, render: Render) -> None:
    for findings in ([], [make_finding()], weird_findings() * 3):
        for summary in (make_summary(), incomplete_summary()):
            text = render(name, findings, summary, show_secrets=clear, quiet=quiet)
            assert text == text.encode("utf-8").decode("utf-8")
            assert text.endswith("\n") or (quiet and not findings)
            assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u200b]", text)


@every_format
def test_a_secret_is_shown_only_when_asked(name: str, render: Render) -> None:
    secret, part = text_secret(), text_secret()
    finding = make_finding(secret, parts=(("id", Secret(part)),))
    hidden = render(name, [finding])
    shown = render(name, [finding], show_secrets=True)
    assert secret.decode() in shown
    for value in (secret.decode(), part.decode()):
        assert not [value[at : at + 6] for at in range(len(value) - 5) if value[at : at + 6] in hidden]


@every_format
def test_a_pem_key_is_shown_only_when_asked(name: str, render: Render) -> None:
    secret = pem_secret()
    lines = secret.decode().splitlines()[1:-1]
    finding = make_finding(secret)
    hidden, shown = render(name, [finding]), render(name, [finding], show_secrets=True)
    for line in lines:
        assert line in shown
        assert not [at for at in range(len(line) - 7) if line[at : at + 8] in hidden]


@every_format
def test_the_login_of_a_target_is_masked(name: str, render: Render) -> None:
    password = text_secret().decode()
    target = f"https://ann:{password}@host/repo.git"
    summary = make_summary(targets=(target, "b"), errors=(Fault(target, f"cannot fetch {target}"),))
    text = render(name, [make_finding(places=(make_place(target=target),))], summary)
    assert password not in text and "host/repo.git" in text


@every_format
def test_the_same_input_gives_the_same_output(name: str, render: Render) -> None:
    findings = weird_findings()
    assert render(name, findings) == render(name, findings)
