"""The tree of errors, and the exit code that each one leads to."""

from __future__ import annotations

import pickle

import pytest

from scanner import errors
from scanner.errors import ExitCode, GitError, KeysieveError, PatternError, ScanError, TargetError, UsageError

EVERY = [item for item in vars(errors).values() if isinstance(item, type) and issubclass(item, KeysieveError)]


def made(kind: type[KeysieveError]) -> KeysieveError:
    return PatternError("a.toml", "some-id", "regex", "is missing") if kind is PatternError else kind("it went wrong")


@pytest.mark.parametrize("kind", [UsageError, PatternError])
def test_what_cannot_be_used_ends_with_2(kind: type[KeysieveError]) -> None:
    assert made(kind).exit_code is ExitCode.USAGE


@pytest.mark.parametrize("kind", [KeysieveError, ScanError, TargetError, GitError])
def test_what_could_not_be_scanned_ends_with_3(kind: type[KeysieveError]) -> None:
    assert made(kind).exit_code is ExitCode.INCOMPLETE


def test_exit_codes_are_the_documented_numbers() -> None:
    assert {code.name: code.value for code in ExitCode} == {"CLEAN": 0, "FINDINGS": 1, "USAGE": 2, "INCOMPLETE": 3}


@pytest.mark.parametrize("kind", EVERY)
def test_every_error_crosses_a_process_border(kind: type[KeysieveError]) -> None:
    error = made(kind)
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), copy.exit_code) == (kind, str(error), error.exit_code)


@pytest.mark.parametrize("kind", EVERY)
def test_every_error_is_one_line(kind: type[KeysieveError]) -> None:
    assert "\n" not in str(made(kind))


def test_pattern_error_names_file_credential_field_and_problem() -> None:
    error = PatternError("a/b.toml", "some-id", "near_misses", "must hold strings")
    assert str(error) == "a/b.toml: credential 'some-id', field 'near_misses': must hold strings"
    assert (error.file, error.credential, error.field) == ("a/b.toml", "some-id", "near_misses")


def test_pattern_error_keeps_its_fields_across_a_process_border() -> None:
    copy = pickle.loads(pickle.dumps(PatternError("a.toml", "some-id", "regex", "is missing")))
    assert (copy.file, copy.credential, copy.field) == ("a.toml", "some-id", "regex")


def test_pattern_error_of_a_whole_file_names_no_credential() -> None:
    assert str(PatternError("a.toml", "", "provider.name", "is missing")) == "a.toml: field 'provider.name': is missing"
