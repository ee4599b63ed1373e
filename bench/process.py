"""One run: started in a session of its own, waited for with wait4, measured."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.memory import Sampler
from bench.records import Usage


def run(
    command: Sequence[str], env: Mapping[str, str], folder: str, files: tuple[Path, Path], timeout: float
) -> Usage:
    """Run `command` in `folder`, its output to files; a timeout ends it and everything it started."""
    with open(files[0], "wb") as stdout, open(files[1], "wb") as stderr:
        started = time.perf_counter()
        child = subprocess.Popen(
            command,
            cwd=folder,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )
        sampler = Sampler(child.pid, timeout)
        sampler.start()
        try:
            _, status, used = os.wait4(child.pid, 0)
            seconds = time.perf_counter() - started
            child.returncode = os.waitstatus_to_exitcode(status)
        finally:
            sampler.stop()
            if child.returncode is None:
                sampler.kill()
    return _usage(None if sampler.timed_out else child.returncode, seconds, used, sampler)


def _usage(code: int | None, seconds: float, used: resource.struct_rusage, sampler: Sampler) -> Usage:
    # Linux carries the peak of the process that forked into ru_maxrss of the one that it executes, so a
    # peak below our own says nothing about the child: then the sampled peak stands.
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    largest = used.ru_maxrss if used.ru_maxrss > own else sampler.largest
    cpu = used.ru_utime + used.ru_stime
    return Usage(code, round(seconds, 4), round(cpu, 3), largest, sampler.sum_rss, sampler.sum_pss)
