"""What the figures were measured on, without a name or a path of the machine."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime


def facts() -> dict[str, str]:
    """CPU, cores, memory, kernel, Python, load and time."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "cpu": _line("/proc/cpuinfo", "model name") or platform.machine(),
        "cores": f"{len(os.sched_getaffinity(0))} of {os.cpu_count()}",
        "memory": _line("/proc/meminfo", "MemTotal"),
        "kernel": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load before": f"{os.getloadavg()[0]:.2f}",
    }


def _line(file: str, name: str) -> str:
    try:
        with open(file, encoding="utf-8", errors="replace") as stream:
            return next((line.split(":", 1)[1].strip() for line in stream if line.startswith(name)), "")
    except OSError:
        return ""
