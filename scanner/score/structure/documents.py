"""Credentials that are documents: the match is read as what it is, and its parts are looked at.

Facts: Google's documented credential files, Docker's config.json, the Secret of Kubernetes' API reference.
"""

from __future__ import annotations

import json
import re
import string
from typing import TYPE_CHECKING, Any

from scanner.lazily import lazily
from scanner.score.structure.digits import decode64
from scanner.score.structure.evidence import Evidence
from scanner.score.structure.keymakers import pem_pkcs8
from scanner.score.structure.keys import der_key

if TYPE_CHECKING:
    import random

_ESCAPE = lazily(rb"\\(?=[\"\\])")
_TRIVIAL = lazily(rb"(?i)(?:change[-_ ]?me|password|passw0rd|secret|example|admin|user|test|foo|bar|xxx+|\W*)\Z")


def service_account(secret: bytes, whole: bytes) -> list[Evidence]:
    """The JSON object names project and account, and its private key decodes."""
    found = der_key(secret, whole)
    document = _object(whole)
    if document is None or found[0].kind != "proved":
        return found
    account = document.get("client_email")
    return [*found, Evidence("note", f"key of {account[:100]}")] if isinstance(account, str) else found


def authorized_user(_secret: bytes, whole: bytes) -> list[Evidence]:
    """The JSON object holds client id, client secret and refresh token."""
    document = _object(whole)
    if document is None:
        return []
    complete = all(isinstance(document.get(key), str) for key in ("client_id", "client_secret", "refresh_token"))
    return [Evidence("proved", "holds client, secret and refresh token")] if complete else []


def _object(text: bytes) -> dict[str, Any] | None:
    """The JSON object that `text` is, also where it stands escaped inside a string."""
    for candidate in (text, _ESCAPE.sub(b"", text.replace(b"\\\\n", b"\\n"))):
        try:
            value = json.loads(candidate, strict=False)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            return value
    return None


def kubernetes_secret(secret: bytes, whole: bytes) -> list[Evidence]:
    """The entries of a Secret: base64 under `data`, clear text under `stringData`."""
    values = re.findall(rb"(?m)[\w.\-]{1,253}[\"']?:[ \t]*[\"']?([^\s\"',{}]+)", secret)
    clear = re.search(rb"stringData[\"']?:", whole) is not None
    texts = [value if clear else decode64(value) for value in values]
    if any(b"{{" in line or b"${" in line or b"ENC[" in line for line in (secret,)):
        return [Evidence("refuted", "its values are templates or encrypted")]
    real = [text for text in texts if text and len(text) >= 4 and not _TRIVIAL.match(text.strip())]
    if not real:
        return [Evidence("refuted", "none of its values is a credential")]
    if clear:
        return [Evidence("note", f"holds {len(real)} values in clear text")]
    return [Evidence("proved", f"holds {len(real)} values in base64")]


def _name(rnd: random.Random, length: int) -> str:
    return "".join(rnd.choice(string.ascii_lowercase) for _ in range(length))


def make_service_account(rnd: random.Random) -> str:
    """As the console writes it."""
    project = f"{_name(rnd, 6)}-{rnd.randrange(100_000, 999_999)}"
    document = {
        "type": "service_account",
        "project_id": project,
        "private_key_id": rnd.randbytes(20).hex(),
        "private_key": pem_pkcs8(rnd) + "\n",
        "client_email": f"{_name(rnd, 8)}@{project}.iam.gserviceaccount.com",
        "client_id": str(rnd.randrange(10**20, 10**21)),
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    return json.dumps(document, indent=2, sort_keys=rnd.random() < 0.3)


def make_authorized_user(rnd: random.Random) -> str:
    """As `gcloud auth application-default login` writes it."""
    letters = string.ascii_letters + string.digits + "-_"
    document = {
        "client_id": f"{rnd.randrange(10**11, 10**12)}-{_name(rnd, 32)}.apps.googleusercontent.com",
        "client_secret": "".join(rnd.choice(letters) for _ in range(24)),
        "refresh_token": "1//" + "".join(rnd.choice(letters) for _ in range(100)),
        "type": "authorized_user",
    }
    return json.dumps(document, indent=2)


def make_registry_auths(rnd: random.Random) -> str:
    """As `docker login` writes it."""
    from scanner.score.structure.values import make_basic

    return json.dumps({"auths": {f"{_name(rnd, 8)}.azurecr.io": {"auth": make_basic(rnd)}}}, indent=4)


def make_kubernetes_secret(rnd: random.Random) -> str:
    """A manifest, as people write it or as `kubectl get -o yaml` sorts it."""
    from scanner.score.structure.values import make_basic

    data = f"data:\n  username: {make_basic(rnd)}\n  password: {make_basic(rnd)}\n"
    meta = f"metadata:\n  name: {_name(rnd, 7)}\n"
    if rnd.random() < 0.5:
        return f"apiVersion: v1\nkind: Secret\n{meta}type: Opaque\n{data}"
    return f"apiVersion: v1\n{data}kind: Secret\n{meta}"
