"""Credentials in what people write by hand (typographic quotes, a line of its own, tabs) and in commands and URLs."""

from __future__ import annotations

from functools import lru_cache

import pytest

from scanner.detector import MEDIUM, Detector
from scanner.settings import DetectSettings
from tests.helpers.samples import sample

TOKEN = sample("secret-assignment")
"""32 letters and digits, drawn from a seed."""

FOUND = {
    "typographic quotes": f"acme_key = \u201c{TOKEN}\u201d",
    "guillemets": f"acme_secret: \u00ab{TOKEN}\u00bb",
    "space that does not break": f"acme_token:\u00a0{TOKEN}",
    "quotes of HTML": f"&quot;acme_secret&quot;: &quot;{TOKEN}&quot;",
    "equals sign of a URL": f"/callback?next=1%26acme_key%3D{TOKEN}",
    "below its name": f"Acme API key:\r\n{TOKEN}\r\n",
    "fence below its name": f"The client secret:\n```\n{TOKEN}\n```\n",
    "tab": f"staging\tapi_key\t{TOKEN}",
    "quotes behind a blank": f'set(ACME_API_KEY "{TOKEN}")',
    "login": f"acme login -u anna -p {TOKEN}",
    "short option": f"npx acme upload -k {TOKEN} ./dist",
    "store of secrets": f'gh secret set ACME_TOKEN --body "{TOKEN}"',
    "environment of a host": f"vercel env add ACME_TOKEN production {TOKEN}",
    "configuration of a command": f"acme configure set secret_key {TOKEN}",
    "user of a URL": f"git clone https://{TOKEN}@git.acme-portal.net/a/b.git",
    "list of headers": f'{{"key": "Authorization", "value": "Bearer {TOKEN}"}}',
    "header without a scheme": f'curl -H "Authorization: {TOKEN}" https://api.acme-portal.net/',
    "equals sign inside": f"app_secret: {TOKEN[:14]}={TOKEN[14:]}",
    "middle column": f"name,api_key,created\nacme,{TOKEN},2024-03-11",
    "number before a pipe": f'app_secret = "45|{TOKEN}"',
    "long": f"app_secret: {TOKEN * 12}",
    "told to be": f"The app secret is: {TOKEN}",
    "variable that a build publishes": f"NEXT_PUBLIC_APP_SECRET={TOKEN}",
    "login of HTTPie": f"http -a anna:{TOKEN} https://api.acme-portal.net/",
    "login of libcurl": f"curl_setopt($ch, CURLOPT_USERPWD, 'anna:{TOKEN}');",
    "collection of Postman": f'"apikey": [{{"key": "value", "value": "{TOKEN}", "type": "string"}}]',
    "header named behind its value": f'request.setValue("{TOKEN}", forHTTPHeaderField: "X-Api-Key")',
    "recorded header": f"headers:\n  Authorization:\n  - Bearer {TOKEN}",
    "scheme as an argument": f"f.request :authorization, 'Bearer', '{TOKEN}'",
    "user of a URL with an empty password": f"pip install -i https://{TOKEN}:@pypi.acme-portal.net/simple a",
    "file of a token": f'echo "{TOKEN}" > ~/.acme/token',
    "dump of PHP": f'["api_key"]=>\n  string(32) "{TOKEN}"',
    "string of Android": f'<string name="acme_api_key" translatable="false">{TOKEN}</string>',
    "quotes in quotes": f'buildConfigField("String", "ACME_PASS", "\\"{TOKEN[:14]}\\"")',
    "as the key": f"use {TOKEN} as the acme key",
    "row of a table": f"| User | Password |\n|------|------|\n| anna | {TOKEN[:14]} |",
    "login in prose": f"Log in as user `anna` with the password `{TOKEN[:14]}`.",
    "default login": f"Default credentials: admin / {TOKEN[:14]}",
    "answer to a prompt": f'expect "*assword:"\nsend "{TOKEN[:14]}\\r"',
    "section of users": f"[users]\n# user = password, role\nanna = {TOKEN[:14]}, admin",
    "directive of a directory": f"binddn cn=anna\nbindpw {TOKEN[:14]}",
    "account of a queue": f"rabbitmqctl add_user anna {TOKEN[:14]}",
    "value of a template": f'"appSecret": {{\n  "value": "{TOKEN}"\n}}',
}

SILENT = {
    "words in typographic quotes": "api_key = \u201cyour-api-key\u201d",
    "public key below its name": f"Public key:\n{TOKEN}\n",
    "YAML below a key": f"key:\n{TOKEN}: 7\n",
    "words behind a blank": 'the key "user_session_cache_key_2"',
    "password from a variable": "docker login -u anna -p $PASSWORD",
    "tests by name": "pytest -k test_of_every_cache_key_2",
    "user of a URL in words": "https://anna.miller.2@git.acme-portal.net/a/b.git",
    "public key that a build publishes": f"NEXT_PUBLIC_KEY={TOKEN}",
    "text into a file of Go": f"echo {TOKEN} > token.go",
    "nonce of a page": f'<script\n  nonce="{TOKEN}">',
    "row of a table of options": f"| Option | Default |\n|---|---|\n| password | {TOKEN[:14]} |",
    "limit of a user": "[users]\nanna = max_user_connections=3",
    "placeholder beside a login": "Default credentials: user/password",
    "reference to the environment": 'acme_key = "env:ACME_API_KEY"',
}


@lru_cache(maxsize=2)
def detector(engine: str) -> Detector:
    return Detector(DetectSettings(engine=engine))


def shown(text: str, engine: str = "hyperscan") -> list[bytes]:
    seen = detector(engine).inspect(f"first line\n{text}\nlast line\n".encode())
    return [item.secret.reveal() for item in seen if item.score >= MEDIUM]


@pytest.mark.parametrize("engine", ("hyperscan", "ahocorasick"))
@pytest.mark.parametrize("place", FOUND)
def test_what_people_and_commands_tell_is_found(place: str, engine: str) -> None:
    assert any(TOKEN[:14].encode() in value for value in shown(FOUND[place], engine))


@pytest.mark.parametrize("engine", ("hyperscan", "ahocorasick"))
@pytest.mark.parametrize("place", SILENT)
def test_what_only_stands_in_such_a_place_is_silent(place: str, engine: str) -> None:
    assert shown(SILENT[place], engine) == []


def test_two_hyphens_in_a_drawn_value_made_it_an_expression() -> None:
    value = f"{TOKEN[:12]}--{TOKEN[12:]}"
    assert shown(f"app_secret={value}") == [value.encode()]
    assert shown("app_secret=count--") == []


@pytest.mark.parametrize(
    ("line", "value"),
    [("The password is `{}`.", "mari" + "gold"), ("sshpass -p {} ssh anna@host", "8392" + "17"),
     ("mysql -u anna -p{} shop", "8392" + "17"), ("mysql -u anna --password={} shop", "mari" + "gold")],
)  # fmt: skip
def test_words_and_numbers_in_prose_and_commands_were_silent(line: str, value: str) -> None:
    assert shown(line.format(value)) == [value.encode()]
