"""Configuration and environment: what is wrong names its file and key."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any

import pytest

from scanner import settings
from scanner.errors import UsageError
from scanner.records import Confidence
from scanner.secrets import PUBLISHED_KEY


def config(folder: Path, text: str) -> str:
    path = folder / "keysieve.toml"
    path.write_text(text)
    return str(path)


def test_no_file_is_no_settings() -> None:
    assert settings.read_config("") == {}


def test_known_keys_are_read(tmp_path: Path) -> None:
    path = config(tmp_path, 'confidence = "low"\nengine = "ahocorasick"\nexclude = ["a", "b"]\njobs = 3\n')
    values = settings.read_config(path)
    assert values == {"confidence": "low", "engine": "ahocorasick", "exclude": ["a", "b"], "jobs": 3, "patterns": []}


def test_relative_patterns_start_at_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    path = config(tmp_path, 'patterns = ["mine", "/absolute"]')
    monkeypatch.chdir(elsewhere)
    assert settings.read_config(path)["patterns"] == [str(tmp_path / "mine"), "/absolute"]


WRONG = {
    "unknown key": ("colour = 1", "'colour'"),
    "a table": ("[scan]\njobs = 2", "'scan'"),
    "text for a number": ('jobs = "two"', "'jobs'"),
    "a truth value for a number": ("jobs = true", "'jobs'"),
    "a fraction for a number": ("jobs = 1.5", "'jobs'"),
    "a number for text": ("confidence = 1", "'confidence'"),
    "text for a list": ('exclude = "a"', "'exclude'"),
    "a list of numbers": ("patterns = [1]", "'patterns'"),
}


@pytest.mark.parametrize("case", WRONG)
def test_an_error_names_file_and_key(tmp_path: Path, case: str) -> None:
    text, key = WRONG[case]
    path = config(tmp_path, text)
    with pytest.raises(UsageError) as caught:
        settings.read_config(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert key in str(caught.value)


def test_what_is_not_toml_is_named(tmp_path: Path) -> None:
    path = config(tmp_path, "jobs = ")
    with pytest.raises(UsageError, match="is not TOML") as caught:
        settings.read_config(path)
    assert path in str(caught.value)


def test_what_is_not_utf8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "keysieve.toml"
    path.write_bytes(b'engine = "\xff"')
    with pytest.raises(UsageError, match="is not TOML"):
        settings.read_config(str(path))


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        settings.read_config(str(tmp_path / name))


@pytest.mark.parametrize("text", ["low", "MEDIUM", "High", "verified"])
def test_confidence_has_names(text: str) -> None:
    assert settings.confidence(text).label == text.lower()


def test_an_unknown_confidence_names_the_choices() -> None:
    with pytest.raises(UsageError, match="'sure' is no confidence; choose one of low, medium, high, verified"):
        settings.confidence("sure")


def test_environment_wins_over_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEYSIEVE_FINGERPRINT_KEY", "from the environment")
    assert settings.fingerprint_key({"fingerprint_key": "from the file"}) == b"from the environment"


def test_configuration_wins_over_the_published_key() -> None:
    assert settings.fingerprint_key({"fingerprint_key": "from the file"}) == b"from the file"
    assert settings.fingerprint_key({}) == PUBLISHED_KEY


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEYSIEVE_FINGERPRINT_KEY", "")
    assert settings.fingerprint_key({}) == PUBLISHED_KEY


def groups() -> list[Any]:
    return [settings.Settings(), settings.DetectSettings(), settings.SourceSettings(), settings.RunSettings()]


@pytest.mark.parametrize("group", groups(), ids=lambda group: type(group).__name__)
def test_settings_are_frozen_and_may_be_keys(group: Any) -> None:
    field = dataclasses.fields(group)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(group, field, None)
    assert hash(group) == hash(type(group)())


def test_the_fingerprint_key_is_not_shown() -> None:
    assert "hidden" not in repr(settings.DetectSettings(fingerprint_key=b"hidden"))


def test_medium_is_the_default() -> None:
    assert settings.Settings().detect.minimum is Confidence.MEDIUM


def test_jobs_are_the_processors_we_may_use() -> None:
    assert 1 <= settings.default_jobs() <= (os.cpu_count() or 1)
