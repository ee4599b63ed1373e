"""A value that stands before what names it: in a comment, a sentence, a pipe, a list of settings, a column."""

from __future__ import annotations

from functools import lru_cache

import pytest

from scanner.detector import MEDIUM, Detector
from scanner.settings import DetectSettings
from tests.helpers.samples import sample

TOKEN = sample("secret-assignment")
"""32 letters and digits, drawn from a seed."""
DIGEST = sample("secret-assignment", shape=1)
"""40 digits of base 16."""

FOUND = {
    "Python comment": f'"{TOKEN}"  # acme api key',
    "bare before a comment": f"{DIGEST} # acme token",
    "setting before a comment": f"value: {TOKEN}  # the acme key",
    "JavaScript comment": f"const k = '{TOKEN}'; // Acme access token",
    "C comment": f'"{TOKEN}" /* acme secret */',
    "item of a list": f'keys = [\n    "{TOKEN}",  # key of staging\n]',
    "SQL comment": f"'{TOKEN}' -- acme key",
    "parentheses": f"{TOKEN} (Acme API key)",
    "sentence": f"`{TOKEN}` is our acme token.",
    "chat": f"can you try with {TOKEN}? it is the new acme key",
    "pipe": f'echo "{TOKEN}" | gh secret set ACME_KEY',
    "pipe without quotes": f"echo {TOKEN} | wrangler secret put ACME_KEY",
    "value before name": f'{{"value": "{TOKEN}", "name": "ACME_KEY"}}',
    "value before name on lines": f'{{\n  "value": "{TOKEN}",\n  "name": "acme_token"\n}}',
    "parameter of a template": f"AcmeToken:\n    Type: String\n    NoEcho: true\n    Default: {TOKEN}",
    "parameter in JSON": f'"AcmeApiKey": {{ "Type": "String", "Default": "{TOKEN}" }}',
    "last column": f"name,url,username,password\nAcme,https://acme.net,anna,{TOKEN[:12]}",
}

SILENT = {
    "revision before a comment": f'rev = "{DIGEST}"  # with the token fix',
    "digest told of": f"{DIGEST} is the commit of the token",
    "fingerprint": f"{TOKEN} (the fingerprint of the key)",
    "id of a key": f"{TOKEN} (the id of the acme key)",
    "commit in a list": f"{DIGEST} (fix the acme token)",
    "public key": f'"{TOKEN}"  # public key',
    "action at a commit": f"- uses: acme/login@{DIGEST} # v2 with token",
    "keyboard": f'"{TOKEN}"  # sent by the keyboard',
    "words": '"session-cache-storage-name"  # cache key',
    "search in a pipe": f'echo "{TOKEN}" | grep token',
    "variable in a pipe": 'echo "$ACME_TOKEN" | gh secret set ACME_KEY',
    "value of something else": f'{{"value": "{TOKEN}", "name": "revision"}}',
    "parameter with a plain default": "DbPassword:\n    Type: String\n    Default: password",
    "call over two lines": f"check(user,password\n  name,{TOKEN})",
}


@lru_cache(maxsize=2)
def detector(engine: str) -> Detector:
    return Detector(DetectSettings(engine=engine))


def reported(text: str, engine: str) -> list[bytes]:
    seen = detector(engine).inspect(f"first line\n{text}\nlast line\n".encode())
    return [item.secret.reveal() for item in seen if item.score >= MEDIUM]


@pytest.mark.parametrize("engine", ("hyperscan", "ahocorasick"))
@pytest.mark.parametrize("place", FOUND)
def test_what_stands_before_its_name_is_found(place: str, engine: str) -> None:
    assert reported(FOUND[place], engine) in ([TOKEN.encode()], [DIGEST.encode()], [TOKEN[:12].encode()])


@pytest.mark.parametrize("engine", ("hyperscan", "ahocorasick"))
@pytest.mark.parametrize("place", SILENT)
def test_what_only_stands_before_such_a_word_is_silent(place: str, engine: str) -> None:
    assert reported(SILENT[place], engine) == []
