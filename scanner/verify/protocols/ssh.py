"""An SSH private key by paramiko: whether a host that stood beside it, and that the user allowed by name, lets it in.

Only authentication: no session is opened and no command is run. A signature leaves this machine, never the key, and it
is bound to the connection, so that a host that is another one gains nothing.
Source: https://www.rfc-editor.org/rfc/rfc4252#section-7
"""

from __future__ import annotations

import io

from scanner.verify import login
from scanner.verify.answer import Said
from scanner.verify.hosts import Failed
from scanner.verify.line import Line
from scanner.verify.login import Login
from scanner.verify.template import Unfit, Values, text_of

try:
    import paramiko
except ImportError:
    raise Unfit("verifying this kind needs paramiko; install it with: pip install 'keysieve[ssh]'") from None

PORT = 22
_KINDS: tuple[type[paramiko.PKey], ...] = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)


def target(parts: Values) -> tuple[str, int]:
    """Where it would go. Raises Unfit, also for a key that cannot be used at all."""
    wanted = _login(parts)
    _key(parts)
    return wanted.host, wanted.port


def ask(parts: Values, line: Line) -> Said:
    """`accepted`, `partial` where more is asked for, or `refused`. Raises Failed."""
    wanted = _login(parts)
    if not line.named(wanted.host):
        raise Failed("a key is tried only at hosts that `allow_hosts` names", fault=False)
    transport = paramiko.Transport(line.connect(wanted.host, wanted.port))
    try:
        transport.start_client(timeout=line.left)
        transport.auth_timeout = line.left
        more = transport.auth_publickey(wanted.user, _key(parts))
    except paramiko.AuthenticationException:
        return Said("refused")
    finally:
        transport.close()
    identity = (("user", wanted.user), ("privileged", "yes" if wanted.user == "root" else "no"))
    return Said("partial" if more else "accepted", identity)


def _login(parts: Values) -> Login:
    if "host" not in parts or "user" not in parts:
        raise Unfit("no host and user that it might be for were found beside it")
    return login.read({name: value for name, value in parts.items() if name != "secret"}, PORT)


def _key(parts: Values) -> paramiko.PKey:
    text = text_of(parts["secret"].reveal()).replace("\\r", "").replace("\\n", "\n").strip() + "\n"
    for kind in _KINDS:
        try:
            return kind.from_private_key(io.StringIO(text))
        except paramiko.PasswordRequiredException:
            raise Unfit("it is encrypted, and its passphrase is not known") from None
        except (paramiko.SSHException, ValueError, IndexError):
            continue
    raise Unfit("it is no key that can be used")
