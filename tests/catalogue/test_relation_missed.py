"""Relations of a name and a value that were missed, each told once, and what only looks like one of them."""

from __future__ import annotations

import pytest

from scanner.detector import MEDIUM
from tests.helpers.samples import sample
from tests.helpers.shown import found

ENGINES = ("hyperscan", "ahocorasick")

NAMED = {
    "an account between name and UUID, in a row": "| Heroku | acme-prod | {v} |",
    "an account between name and UUID, in CSV": '"Root","Heroku","anna@acme.net","{v}","https://heroku.com"',
    "a row of logins": "https://api.heroku.com,anna,{v},,,heroku,,0",
    "an account and a stroke": "Heroku: anna@acme.net / {v}",
    "an account and a colon": "heroku: 4711081512:{v}",
    "an account and blanks": "heroku 4711081512 {v}",
    "three lines": "Heroku\n4711081512\n{v}\n",
    "a third argument": 'c := heroku.New("https://api.heroku.com", "anna", "{v}")',
    "the name as the first of a call's arguments": 'Credentials("Heroku", "api.heroku.com", "anna", "{v}")',
    "a name and a value as a list of two": '_herokuq.push(["heroku_api_key", "{v}"]);',
    "a header set without parentheses": 'req.setRequestHeader "X-Heroku-Token", "{v}"',
    "an example in OpenAPI": "- name: X-Heroku-Token\n  in: header\n  schema:\n    type: string\n    example: {v}",
    "an example in RAML": "headers:\n  Heroku-Api-Key:\n    example: {v}",
    "a default described by its provider": "key:\n  type: string\n  description: heroku key\n  default: {v}",
    "a default of Azure": '"herokuApiKey": {{\n  "type": "securestring",\n  "defaultValue": "{v}"\n}}',
    "a default in a manual": ".B HEROKU_API_KEY\nDefault: {v}",
    "an input's label": '<label>Heroku key</label>\n<input type="text" value="{v}">',
    "a here-string": 'heroku login <<< "{v}"',
    "a here-document": "heroku_api_key = <<EOT\n{v}\nEOT",
    "a user behind the URL": "xh https://api.heroku.com/v1/me -a :{v}",
    "items of a list of arguments": "args:\n- --heroku-token\n- {v}",
    "a slice of strings": 'http.Header{{"X-Heroku-Token": []string{{"{v}"}}}}',
    "the first segment of the path": "https://api.heroku.com/v1/{v}/apps",
    "a hook": "HOOK=https://hooks.heroku.com/services/{v}",
    "below a heading that is folded": "<details><summary>Heroku</summary>\n\n`{v}`\n</details>",
    "below a heading of Jira": "h3. Heroku\n{{noformat}}{v}{{noformat}}",
    "a field below a rule": "Heroku\n----\n\n:secret key: ``{v}``",
    "the third line": "# Heroku\nuser: anna\nkey: {v}",
    "an arrow": "Heroku → {v}",
    "a full-width colon": "Heroku：{v}",
    "typographic quotes": "heroku_api_key = “{v}”",
    "a raw string of C++": 'auto heroku_key = R"({v})";',
    "a raw string of Rust": 'let heroku_key = r#"{v}"#;',
    "a scheme of the name": "dsn: heroku://{v}@default",
    "the last column of a table": "| Stage | Heroku |\n|---|---|\n| prod | `{v}` |",
    "a dash before quotes": "heroku token - '{v}'",
    "words between key and value": "Here is my heroku apikey, please don't share: {v}",
    "a default of env()": "'heroku' => [\n    'key' => env('X', '{v}'),\n],",
    "value behind another member": '{{"service": "heroku", "active": true, "value": "{v}"}}',
    "value below the equals sign": 'heroku_key =\n"{v}"',
}
"""Of a kind whose values are UUIDs, of which most are ids."""


def shown(engine: str, text: str) -> list[tuple[str, str]]:
    return [(kind, value.decode()) for kind, value in found(engine, f"\n{text}\n".encode(), MEDIUM)]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", NAMED)
def test_a_relation_was_missed(case: str, engine: str) -> None:
    value = sample("heroku-api-key-legacy")
    assert ("heroku-api-key-legacy", value) in shown(engine, NAMED[case].format(v=value))


ELSEWHERE = {
    "a version between": "heroku,1.2.3,{v}",
    "a digest in a row": "| heroku | acme-prod | sha1 {v} |",
    "an id behind what it is the id of": "https://api.heroku.com/apps/{v}",
    "a file": "https://api.heroku.com/v1/{v}.png",
    "a path": "/opt/heroku/acme-prod/{v}",
    "another column of a table": "| Heroku | Stage |\n|---|---|\n| x | {v} |",
    "a paragraph below a heading": "# Heroku\n\nThe release {v} is out.",
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", ELSEWHERE)
def test_what_only_looks_like_it_is_silent(case: str, engine: str) -> None:
    assert shown(engine, ELSEWHERE[case].format(v=sample("heroku-api-key-legacy"))) == []


KEPT = (
    "export const KEYS = {{\n  CANNY: '{v}',\n}};",
    '{{"apiKeys": {{"default": {{"canny": "{v}"}}}}}}',
    'tokens = {{ canny = "{v}" }}',
)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("text", KEPT)
def test_a_name_that_is_a_word_inside_of_keys_was_missed(text: str, engine: str) -> None:
    value = sample("cannyio-api-key")
    assert ("cannyio-api-key", value) in shown(engine, text.format(v=value))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_name_that_is_a_word_inside_of_something_else_is_silent(engine: str) -> None:
    text = "export const IDS = {\n  CANNY: '" + sample("cannyio-api-key") + "',\n};"
    assert "cannyio-api-key" not in dict(shown(engine, text))


BEFORE = ('"\\u0022{}\\u0022"', "\x1b[32m{}\x1b[0m")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("text", BEFORE)
def test_an_escape_before_a_token_was_taken_for_a_part_of_a_word(text: str, engine: str) -> None:
    value = sample("openai-api-key")
    assert value in [secret for _, secret in shown(engine, text.format(value))]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_password_exported_from_keepass_was_missed(engine: str) -> None:
    value = sample("secret-assignment")[:20]
    text = f"<String><Key>Password</Key><Value>{value}</Value></String>"
    assert value in [secret for _, secret in shown(engine, text)]


@pytest.mark.parametrize("engine", ENGINES)
def test_the_second_row_below_a_column_of_secrets_was_missed(engine: str) -> None:
    value = sample("secret-assignment")
    text = f"provider,env,secret\nacme,prod,none\nother,prod,{value}"
    assert value in [secret for _, secret in shown(engine, text)]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_value_in_a_quoted_mail_was_taken_for_what_is_behind_an_address(engine: str) -> None:
    value = sample("secret-assignment")
    assert value in [secret for _, secret in shown(engine, f"> your portal secret key is\n> {value}")]


@pytest.mark.parametrize("engine", ENGINES)
def test_an_entry_of_an_environment_as_the_kernel_keeps_it_was_taken_for_binary(engine: str) -> None:
    value = sample("secret-assignment")
    assert value in [secret for _, secret in shown(engine, f"PATH=/bin\0ACME_API_KEY={value}\0LANG=C\0")]
    assert shown(engine, f"\1\2\0\0\7ACME_API_KEY={value}\0\1\2\3") == []


@pytest.mark.parametrize("engine", ENGINES)
def test_a_dash_between_a_name_and_quotes_was_missed(engine: str) -> None:
    value = sample("secret-assignment")
    assert value in [secret for _, secret in shown(engine, f"acme token - '{value}'")]
    assert shown(engine, "acme token - 'user_session_cache_key'") == []
