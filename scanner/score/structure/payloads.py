"""Credentials whose text, past a prefix, is base64 of JSON: who made them, for whom, where they count.

Facts: the providers' documentation and source named at each check; the rest of the fields as their tokens show them.
"""

from __future__ import annotations

import json
import string
from base64 import b64encode, urlsafe_b64encode
from typing import TYPE_CHECKING, Any

from scanner.score.structure.evidence import Evidence
from scanner.score.structure.tokens import decoded_object, shown

if TYPE_CHECKING:
    import random

_DULL = 5
"""Fewer different characters than this in a random field: someone wrote it by hand."""


def _strings(document: dict[str, Any] | None, *names: str) -> bool:
    return document is not None and all(isinstance(document.get(name), str) for name in names)


def _verdict(document: dict[str, Any] | None, secret: str, *notes: str) -> list[Evidence]:
    if document is None:
        return [Evidence("broken", "does not decode to the fields of such a token")]
    if len(set(secret)) < _DULL:
        return [Evidence("refuted", "holds a placeholder")]
    return [Evidence("proved", "decodes to the fields of such a token"), *(Evidence("note", note) for note in notes)]


def grafana_cloud(secret: bytes, _whole: bytes) -> list[Evidence]:
    """`glc_` and JSON of organisation o, name n, secret k and metadata m with region r (Grafana Cloud's tokens)."""
    document = decoded_object(secret.partition(b"_")[2])
    if document is None or not _strings(document, "k"):
        return _verdict(None, "")
    meta = document.get("m")
    region = meta.get("r") if isinstance(meta, dict) else None
    notes = [f"organisation {shown(document['o'])}"] if isinstance(document.get("o"), str) else []
    notes += [f"region {shown(region)}"] if isinstance(region, str) else []
    return _verdict(document, document["k"], *notes)


def grafana_key(secret: bytes, _whole: bytes) -> list[Evidence]:
    """JSON of secret k, name n and organisation id (Grafana: pkg/components/apikeygen)."""
    document = decoded_object(secret)
    if document is None or not _strings(document, "k", "n"):
        return _verdict(None, "")
    number = document.get("id")
    notes = [f"organisation {number}"] if isinstance(number, int) and 0 <= number < 1e9 else []
    return _verdict(document, document["k"], f"named {shown(document['n'])}", *notes)


def sentry(secret: bytes, _whole: bytes) -> list[Evidence]:
    """`sntrys_`, JSON of iat, url, region_url and org, '_' and a signature (develop.sentry.dev, RFC 0091)."""
    body, _, signature = secret.partition(b"_")[2].rpartition(b"_")
    document = decoded_object(body)
    if document is None or not _strings(document, "org") or not isinstance(document.get("iat"), (int, float)):
        return _verdict(None, "")
    place = document.get("region_url") or document.get("url")
    notes = [f"organisation {shown(document['org'])}"]
    notes += [f"at {shown(place)}"] if isinstance(place, str) else []
    return _verdict(document, signature.decode("latin-1"), *notes)


def mapbox(secret: bytes, _whole: bytes) -> list[Evidence]:
    """Three fields with dots; the second is JSON of user u and token a (Mapbox's documentation, "Token format").

    A public token, `pk.`, is told of and not proved: what makes it worth little is weighed beside.
    """
    fields = secret.split(b".")
    document = decoded_object(fields[1]) if len(fields) == 3 else None
    if document is None or not _strings(document, "u"):
        return _verdict(None, "")
    found = _verdict(document, fields[2].decode("latin-1"), f"of the user {shown(document['u'])}")
    return [item for item in found if item.kind != "proved"] if fields[0] == b"pk" else found


def onepassword(secret: bytes, _whole: bytes) -> list[Evidence]:
    """`ops_` and JSON of address, account and secret key (1Password's documentation, "Service account security")."""
    document = decoded_object(secret.partition(b"_")[2])
    if document is None or not _strings(document, "signInAddress", "email", "secretKey"):
        return _verdict(None, "")
    notes = (f"signs in at {shown(document['signInAddress'])}", f"as {shown(document['email'])}")
    return _verdict(document, document["secretKey"], *notes)


def _text(rnd: random.Random, length: int, letters: str = string.ascii_letters + string.digits) -> str:
    return "".join(rnd.choice(letters) for _ in range(length))


def _encoded(document: dict[str, Any], *, url: bool = False) -> str:
    data = json.dumps(document, separators=(",", ":")).encode()
    return urlsafe_b64encode(data).decode().rstrip("=") if url else b64encode(data).decode()


def make_grafana_cloud(rnd: random.Random) -> str:
    """What follows `glc_`."""
    number, name = str(rnd.randrange(10**5, 10**7)), _text(rnd, 12, string.ascii_lowercase)
    return _encoded({"o": number, "n": name, "k": _text(rnd, 24), "m": {"r": "us"}})


def make_grafana_key(rnd: random.Random) -> str:
    """A whole key."""
    return _encoded({"k": _text(rnd, 32), "n": _text(rnd, 8, string.ascii_lowercase), "id": rnd.randrange(1, 99)})


def make_sentry(rnd: random.Random) -> str:
    """What stands between `sntrys_` and the last '_'."""
    moment = rnd.randrange(1_680_000_000, 1_750_000_000) + 0.25
    urls = {"url": "https://sentry.io", "region_url": "https://us.sentry.io"}
    return _encoded({"iat": moment, **urls, "org": _text(rnd, rnd.randint(4, 16), string.ascii_lowercase)})


def make_mapbox(rnd: random.Random) -> str:
    """The second field."""
    user = _text(rnd, rnd.randint(5, 12), string.ascii_lowercase)
    return _encoded({"u": user, "a": "c" + _text(rnd, 24, string.ascii_lowercase + string.digits)}, url=True)


def make_onepassword(rnd: random.Random) -> str:
    """What follows `ops_`."""
    document: dict[str, Any] = {
        "signInAddress": "my.1password.com",
        "userAuth": {"method": "SRPg-4096", "alg": "PBES2g-HS256", "iterations": 650000, "salt": _text(rnd, 22)},
        "email": _text(rnd, 13, string.ascii_lowercase) + "@1passwordserviceaccounts.com",
        "srpX": rnd.randbytes(32).hex(),
        "muk": {"alg": "A256GCM", "ext": True, "k": _text(rnd, 43), "key_ops": ["encrypt", "decrypt"]},
        "secretKey": "A3-" + "-".join(_text(rnd, n, string.ascii_uppercase) for n in (6, 6, 5, 5, 5, 5)),
        "deviceUuid": _text(rnd, 26, string.ascii_lowercase),
    }
    return _encoded(document, url=True)
