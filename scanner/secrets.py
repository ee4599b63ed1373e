"""The credential's bytes, held so that they cannot be shown by accident.

`Secret` masks itself wherever Python turns a value into text. Its bytes are read (`reveal`) only in
match/, score/, verify/ and here; a test greps for any other use.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from scanner.lazily import lazily

PUBLISHED_KEY = b"keysieve/fingerprint/1"
"""The key of fingerprints when neither configuration nor environment names one: public, so that two
reports of different people agree. Whoever publishes reports of weak passwords sets their own."""

_ARMOUR = lazily(rb"-----BEGIN [A-Z0-9 ]{1,40}-----")


class Secret:
    """Bytes that mask themselves in repr, str, format, logs and tracebacks."""

    __slots__ = ("_value",)

    def __init__(self, value: bytes) -> None:
        self._value = value

    def reveal(self) -> bytes:
        """The bytes in the clear."""
        return self._value

    def __len__(self) -> int:
        return len(self._value)

    def __eq__(self, other: object) -> bool:
        from hmac import compare_digest

        return isinstance(other, Secret) and compare_digest(self._value, other._value)

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return f"Secret({preview(self)!r})"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __reduce__(self) -> tuple[object, ...]:
        # Between our own processes only: a pipe, never a file.
        return (Secret, (self._value,))


class Redacted(Secret):
    """What an earlier report shows of a credential: its preview, UTF-8; there is nothing in the clear to be had."""

    __slots__ = ()

    def __reduce__(self) -> tuple[object, ...]:
        return (Redacted, (self._value,))


class Recalled(Redacted):
    """A credential that was seen before and not kept: its preview, and the keyed hash that it is known by."""

    __slots__ = ("_print",)

    def __init__(self, value: bytes, print_: str) -> None:
        super().__init__(value)
        self._print = print_

    def kept(self) -> tuple[str, str]:
        """Preview and keyed hash."""
        return (self._value.decode(), self._print)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Recalled) and self._print == other._print

    def __hash__(self) -> int:
        return hash(self._print)

    def __reduce__(self) -> tuple[object, ...]:
        return (Recalled, (self._value, self._print))


_PREVIEW = lazily(r"(?s)(?:.{0,4}|-----BEGIN [A-Z0-9 ]{1,40}-----)\*{4}")


def reread(text: str) -> Secret:
    """The credential as a report shows it, redacted or, where it was made with `--show-secrets`, in the clear."""
    value = text.encode("utf-8", "backslashreplace")
    return Redacted(value) if _PREVIEW.fullmatch(text) else Secret(value)


def entropy(secret: Secret) -> float:
    """Shannon's, in bits a byte; of a redacted credential it is not known and 0."""
    value = secret.reveal()
    if not value or isinstance(secret, Redacted):
        return 0.0
    return -sum(count / len(value) * math.log2(count / len(value)) for count in Counter(value).values())


def preview(secret: Secret) -> str:
    """A redacted form for people: at most the first four characters, and a fifth of the length."""
    value = secret.reveal()
    if isinstance(secret, Redacted):
        return value.decode("utf-8", "replace")
    armour = _ARMOUR.match(value)
    if armour:
        return armour[0].decode() + "****"
    shown = min(4, len(value) // 5)
    head = value[:shown].decode("ascii", "replace")
    return "".join(char if char.isascii() and char.isprintable() else "?" for char in head) + "****"


def clear_text(secret: Secret) -> str:
    """The credential for `--show-secrets`: text where it is UTF-8, escaped bytes where it is not."""
    return secret.reveal().decode("utf-8", "backslashreplace")


def fingerprint(secret: Secret, key: bytes) -> str:
    """HMAC-SHA256 of the credential, 64 hex digits: not of pattern, path, line or commit.

    Of one that is recalled it is what it was when it was seen, whatever `key` says.
    """
    if isinstance(secret, Recalled):
        return secret._print
    import hashlib  # dear: only where something is found
    import hmac

    return hmac.new(key, secret.reveal(), hashlib.sha256).hexdigest()


def holds(secret: Secret, expression: str) -> bool:
    """Whether a user's expression is found in the credential; of a redacted one it is not known and False."""
    return not isinstance(secret, Redacted) and bool(re.search(expression.encode(), secret.reveal()))


def digests(secret: Secret) -> tuple[str, ...]:
    """Plain SHA-1 and SHA-256 as other scanners' baselines hold them; of a redacted one none."""
    if isinstance(secret, Redacted):
        return ()
    value = secret.reveal()
    import hashlib

    sha1 = hashlib.sha1(value, usedforsecurity=False).hexdigest()
    return f"sha1:{sha1}", f"sha256:{hashlib.sha256(value).hexdigest()}"


_LOGIN = lazily(r"://[^/\s]*@")


def without_login(text: str) -> str:
    """`text` without the user and password of any URL: targets and git's messages may carry them."""
    return _LOGIN.sub("://****@", text)


def recalled(secret: Secret, key: bytes) -> Recalled:
    """What may be kept of a credential: its preview and its keyed hash."""
    return Recalled(preview(secret).encode(), fingerprint(secret, key))


def seal(secrets: Sequence[tuple[str, Secret]], key: bytes) -> bytes:
    """Named credentials as one text that only `key` opens (Fernet: AES-128-CBC and HMAC-SHA256); b"" where they are
    not known in the clear.

    Raises ValueError for a key that is none, ImportError without the package `cryptography`.
    """
    import base64
    import json

    from cryptography.fernet import Fernet

    if any(isinstance(secret, Redacted) for _, secret in secrets):
        return b""
    told = [[name, base64.b64encode(secret.reveal()).decode()] for name, secret in secrets]
    return Fernet(key).encrypt(json.dumps(told).encode())


def unseal(sealed: bytes, key: bytes) -> list[tuple[str, Secret]]:
    """What `seal` was given. Raises ValueError where `key` does not open it."""
    import base64
    import json

    from cryptography.fernet import Fernet, InvalidToken

    try:
        told = json.loads(Fernet(key).decrypt(sealed))
    except InvalidToken:
        raise ValueError("another key sealed it") from None
    return [(name, Secret(base64.b64decode(value))) for name, value in told]
