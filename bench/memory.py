"""Memory of a session of processes, read from /proc while it runs."""

from __future__ import annotations

import os
import threading
import time

INTERVAL = 0.05
_PSS_SHARE = 20  # reading PSS walks page tables: at most one part in this many of the time goes there
_PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024


class Sampler(threading.Thread):
    """Samples the session led by `leader` every 50 ms; stops it at the deadline."""

    def __init__(self, leader: int, timeout: float) -> None:
        super().__init__(daemon=True)
        self.timed_out = False
        self.sum_rss = self.sum_pss = self.largest = 0
        self._leader = leader
        self._deadline = time.monotonic() + timeout
        self._members = {leader}
        self._strangers: set[int] = set()
        self._next_pss = 0.0
        self._over = threading.Event()

    def run(self) -> None:
        self._look()
        while not self._over.wait(INTERVAL):
            self._look()
            if time.monotonic() > self._deadline and not self._over.is_set():
                self.timed_out = True
                self.kill()
                return

    def stop(self) -> None:
        """End sampling; to be called once the leader has been waited for."""
        self._over.set()
        self.join()

    def kill(self) -> None:
        """Kill the session that was started here, and nothing else."""
        for pid in [self._leader, *(self._session() - {self._leader})]:
            try:
                os.kill(pid, 9)
            except ProcessLookupError:
                continue

    def _look(self) -> None:
        members = self._session()
        self.sum_rss = max(self.sum_rss, sum(map(_rss, members)))
        self.largest = max(self.largest, *(_field(pid, "status", b"VmHWM:") for pid in members), 0)
        if time.monotonic() >= self._next_pss:
            started = time.monotonic()
            self.sum_pss = max(self.sum_pss, sum(_field(pid, "smaps_rollup", b"Pss:") for pid in members))
            ended = time.monotonic()
            self._next_pss = ended + _PSS_SHARE * (ended - started)

    def _session(self) -> set[int]:
        living = {int(name) for name in os.listdir("/proc") if name.isdigit()}
        for pid in living - self._members - self._strangers:
            (self._members if _session_of(pid) == self._leader else self._strangers).add(pid)
        self._members &= living
        self._strangers &= living
        return set(self._members)


def _session_of(pid: int) -> int:
    try:
        return os.getsid(pid)
    except OSError:
        return 0


def _rss(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/statm", "rb") as stream:
            return int(stream.read().split()[1]) * _PAGE_KIB
    except (OSError, IndexError):
        return 0


def _field(pid: int, file: str, name: bytes) -> int:
    try:
        with open(f"/proc/{pid}/{file}", "rb") as stream:
            return next((int(line.split()[1]) for line in stream if line.startswith(name)), 0)
    except OSError:
        return 0
