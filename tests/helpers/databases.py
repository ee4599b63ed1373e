"""A real PostgreSQL on loopback for as long as the tests run, and empty databases in it."""

from __future__ import annotations

import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any


def free_port() -> int:
    with closing(socket.socket()) as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def program(name: str) -> str:
    """One of the server's programs, "" where it is not here: Debian keeps them out of PATH, a folder a version."""
    return shutil.which(name) or max(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"), default="")


def available() -> bool:
    """Whether a server can be started: its programs are here, and a user other than root to run it."""
    if not (program("postgres") and program("initdb")):
        return False
    if os.geteuid() != 0:
        return True
    try:
        pwd.getpwnam("postgres")
    except KeyError:
        return False
    return True


@contextmanager
def server() -> Iterator[str]:
    """A server in a temporary folder, run by the user `postgres` where this is root; its URL without a database."""
    as_user: dict[str, Any] = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
    folder = tempfile.mkdtemp(prefix="keysieve-pg-", dir="/tmp")
    if as_user:
        shutil.chown(folder, "postgres", "postgres")
    data, port = os.path.join(folder, "data"), free_port()
    subprocess.run(
        [program("initdb"), "-D", data, "-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8"],
        check=True, capture_output=True, cwd=folder, **as_user,
    )  # fmt: skip
    process = subprocess.Popen(
        [program("postgres"), "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", folder, "-F"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, **as_user,
    )  # fmt: skip
    try:
        wait(port)
        yield f"postgresql://postgres@127.0.0.1:{port}/"
    finally:
        process.send_signal(signal.SIGINT)  # a fast shutdown, which waits for no client
        process.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def wait(port: int, seconds: float = 30) -> None:
    """Until somebody listens there and answers."""
    import psycopg

    end = time.monotonic() + seconds
    while True:
        try:
            psycopg.connect(f"postgresql://postgres@127.0.0.1:{port}/postgres", connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def fresh(url: str, name: str) -> str:
    """The URL of a new, empty database of that server."""
    import psycopg

    with psycopg.connect(url + "postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return url + name
