"""What a value and its line say: placeholders, references, examples, digests."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.score import context

REFERENCES = [
    "${DB_PASSWORD}", "$DB_PASSWORD", "$(cat secret.txt)", "{{ password }}", "<%= password %>", "#{password}",
    "%(password)s", "%s", "%PASSWORD%", "%%KEY%%", "process.env.KEY", "os.environ['KEY']", "secrets.KEY",
    "vault:secret/data",
    "op://vault/item", "ref+vault://x", "ENC[AES256]", "!vault", "********", "arn:aws:secretsmanager:x", "<password>",
    "{password}", "{password!r}", "{key:>12}", "{password*12-24}",
    "[password]", "__password__", "@@password@@", ":password", "valueFrom", "file:/run/x",
    "pre_{lower*12}",
    "%{upper*4}%",
]  # fmt: skip
WORDS = ["None", "null", "TRUE", "password", "Secret", "string", "Optional", "admin", "test", "foobar", "undefined"]
MADE_UP = [
    "example-key", "changeme", "CHANGE_ME", "change-this", "replace_me", "your-api-key", "YOUR_TOKEN", "mysecret",
    "my_super_secret", "insert-key-here", "[redacted]", "TODO", "fake-key99", "not-a-real-key", "enter_key", "topsecret",  # noqa: E501
    "some_token",
]  # fmt: skip
SEQUENCES = ["abcdefgh", "98765432", "qwertyuiop", "0123456789abcdef", "stuvwxyzabcdef"]
REPEATED = [
    "aaaaaaaa",
    "11111111-2222-3333-4444-555555555555",
    "abababab",
    "xyzxyzxyz",
    "1111222233",
    "........",
    "a1a1a1a1a1a1",
]


@pytest.mark.parametrize("value", REFERENCES)
def test_a_reference_is_no_value(value: str) -> None:
    assert context.placeholder(value) == "refers to a value kept elsewhere"


@pytest.mark.parametrize("value", [*WORDS, *MADE_UP, *SEQUENCES, *REPEATED])
def test_what_stands_for_a_value_is_none(value: str) -> None:
    assert context.placeholder(value)


@pytest.mark.parametrize(
    "value",
    [
        *SEQUENCES,
        *REPEATED,
        "x_example_y",
        "aXXXXb",
        "abc...def",
        "your_key_here_1",
        "YOURKEYHEREYOURK",
        "yourapitoken1",
    ],
)
def test_filler_is_no_body_of_a_token(value: str) -> None:
    assert context.filler(value)


@pytest.mark.parametrize("length", [8, 16, 24, 40, 64])
def test_what_a_machine_drew_is_hardly_ever_taken_for_made_up(length: int) -> None:
    rnd = random.Random(length)
    drawn = ["".join(rnd.choices(string.ascii_letters + string.digits, k=length)) for _ in range(2000)]
    assert sum(bool(context.placeholder(value)) for value in drawn) <= 4
    assert sum(bool(context.filler(value)) for value in drawn) <= 2


@given(st.text(max_size=80))
def test_any_text_has_an_answer(value: str) -> None:
    context.placeholder(value)
    context.filler(value)
    context.repeated(value)


@pytest.mark.parametrize("line", ["key = {} # for example", "sample: {}", "dummy={}", "// fake {}"])
def test_a_line_that_speaks_of_an_example_counts_against(line: str) -> None:
    text, span = put(line)
    assert [reason.weight < 0 for reason in context.surroundings(text, *span)] == [True]


def test_e_g_did_not_speak_of_an_example() -> None:
    assert context.surroundings(*flat(put("key, e.g. {}")))


@pytest.mark.parametrize("line", ["key = {}", "# exampled {}", "resample={}"])
def test_other_lines_do_not(line: str) -> None:
    assert context.surroundings(*flat(put(line))) == []


def test_only_the_line_of_the_value_speaks() -> None:
    text, (start, end) = put("key = {}")
    assert context.surroundings(b"# example\n" + text + b"\n# example\n", start + 10, end + 10) == []


def test_the_value_itself_does_not_speak_for_its_line() -> None:
    text = b"key = example"
    assert context.surroundings(text, 6, len(text)) == []


@pytest.mark.parametrize("line", ["sha256: {}", "md5({})", "integrity={}", "commit {}", "checksum = {}", "ETag: {}"])
def test_a_line_that_speaks_of_a_digest_is_noticed(line: str) -> None:
    assert context.hash_named(*flat(put(line)))


def test_a_line_that_does_not_is_not() -> None:
    assert not context.hash_named(*flat(put("token = {}")))


@pytest.mark.parametrize(
    "name", [b"acme_checksum = ", b'"acme_sha256": ', b"acmeFingerprint", b"acme-md5=", b"ACME_REVISION"]
)
def test_a_name_that_is_that_of_a_digest_is_noticed(name: bytes) -> None:
    assert context.names_digest(name)


@pytest.mark.parametrize("name", [b"acme_key", b"acme_sha256_secret", b"acme_checksums_token: "])
def test_other_names_are_those_of_no_digest(name: bytes) -> None:
    assert not context.names_digest(name)


def test_binary_surroundings_count_against() -> None:
    rnd = random.Random(1)
    text = bytes(rnd.randrange(32) for _ in range(80)) + b"value" + bytes(rnd.randrange(32) for _ in range(80))
    assert "stands inside binary data" in [reason.text for reason in context.surroundings(text, 80, 85)]


def test_the_lines_of_a_match_are_all_it_touches() -> None:
    text = b"one\ntwo\nthree\nfour"
    assert context.line_of(text, 5, 10) == b"two\nthree"
    assert context.line_of(text, 15, 18) == b"four"


def put(line: str) -> tuple[bytes, tuple[int, int]]:
    value = "".join(random.Random(3).choices(string.ascii_lowercase, k=12))
    text = line.replace("{}", value).encode()
    start = text.find(value.encode())
    return text, (start, start + len(value))


def flat(found: tuple[bytes, tuple[int, int]]) -> tuple[bytes, int, int]:
    return found[0], *found[1]


CSV = b"\nservice,revision\nacme,1a2b3c\nbeta,4d5e6f\n"


def test_a_digest_below_its_heading_was_reported_for_the_name_beside_it() -> None:
    assert context.below_digest(CSV, CSV.index(b"4d5e6f"))
    assert context.below_digest(CSV, CSV.index(b"1a2b3c"))
    assert not context.below_digest(CSV.replace(b"revision", b"token"), CSV.index(b"1a2b3c"))
    assert not context.below_digest(CSV, CSV.index(b"acme"))
    assert not context.below_digest(b"\nrevision\n" + CSV[18:], 12)


@pytest.mark.parametrize(
    ("between", "told"), [(b"token is required: ", True), (b"token is ", False), (b"tokens are not ", True)]
)
def test_a_message_about_a_credential_is_told_from_what_names_it(between: bytes, told: bool) -> None:
    assert context.message(between) is told


def test_a_jocular_secret_in_the_text_of_an_installed_module_was_shown() -> None:
    assert context.placeholder("sek" + "rit") == "is a plain word that stands for a value"
