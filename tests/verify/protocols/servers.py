"""Real servers on loopback, each in a temporary folder and, where we are root, as an account without rights."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from glob import glob
from pathlib import Path
from typing import Any

import pytest

ACCOUNT = "nobody"
PATIENCE = 60.0  # seconds until a server must answer


def program(name: str, *places: str) -> str:
    """The path of a server's program; the test is skipped, by the program's name, where there is none."""
    found = shutil.which(name) or next((path for place in places for path in sorted(glob(place))), "")
    found = found or next((path for path in (f"/usr/sbin/{name}", f"/sbin/{name}") if os.path.exists(path)), "")
    if not found:
        pytest.skip(f"needs {name}")
    return os.path.realpath(found) if "postgresql" in os.path.realpath(found) else found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def unprivileged() -> list[str]:
    """What goes before a command so that it runs without root's rights."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", f"--reuid={ACCOUNT}", "--regid=nogroup", "--clear-groups"]


def account() -> str:
    """The name of whom servers run as."""
    return ACCOUNT if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


@contextmanager
def folder() -> Iterator[Path]:
    """A folder with a short name (sockets lie in it) that belongs to whom servers run as."""
    path = Path(tempfile.mkdtemp(prefix="ks-"))
    try:
        own(path)
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def own(*paths: Path) -> None:
    if os.geteuid() == 0:
        for path in paths:
            os.chown(path, pwd.getpwnam(ACCOUNT).pw_uid, pwd.getpwnam(ACCOUNT).pw_gid)


def put(path: Path, text: str | bytes) -> Path:
    """A file that only whom servers run as may read."""
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    path.chmod(0o600)
    own(path)
    return path


def certificate(into: Path, *names: str) -> tuple[Path, Path, Path]:
    """CA, certificate with its chain, and key, for `names`; files in `into`."""
    import trustme

    ca = trustme.CA()
    made = ca.issue_cert(*(names or ("localhost", "127.0.0.1")))
    chain = b"".join(piece.bytes() for piece in made.cert_chain_pems)
    return (
        put(into / "ca.pem", ca.cert_pem.bytes()),
        put(into / "server.crt", chain),
        put(into / "server.key", made.private_key_pem.bytes()),
    )


def run(command: Sequence[str | Path], cwd: Path, **changes: str) -> None:
    """Run to the end without root's rights; what it says is shown where it fails."""
    done = subprocess.run(
        [*unprivileged(), *map(str, command)], cwd=cwd, env=_environment(cwd, changes), capture_output=True, timeout=120
    )
    assert done.returncode == 0, (done.stdout + done.stderr).decode(errors="replace")[-2000:]


@contextmanager
def serving(
    command: Sequence[str | Path], cwd: Path, ready: Callable[[], bool], plain: bool = True, **changes: str
) -> Iterator[Any]:
    """A server from when `ready` says so until the end of the block."""
    log = cwd / "log"
    prefix = unprivileged() if plain else []
    with open(log, "wb") as stream:
        server = subprocess.Popen(
            [*prefix, *map(str, command)],
            cwd=cwd,
            env=_environment(cwd, changes),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )
    try:
        ends = time.monotonic() + PATIENCE
        while not ready():
            if server.poll() is not None or time.monotonic() > ends:
                pytest.fail(f"{command[0]} did not start: {log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)
        yield server
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait(20)


def _environment(home: Path, changes: dict[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LC_ALL", "TZ")}
    return {"LC_ALL": "C.UTF-8", **kept, "HOME": str(home), "TMPDIR": str(home), **changes}


def listens(port: int) -> Callable[[], bool]:
    """Whether something accepts connections at that port of loopback."""

    def ready() -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", port)) == 0

    return ready
