"""Where what went wrong becomes a message and an exit code; without click, which the hook has no time for."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import NoReturn

from scanner.errors import ExitCode, KeysieveError


def ended(run: Callable[[], int | None]) -> NoReturn:
    """Run; the process ends with what it returns, or with one of `scanner.errors.ExitCode`."""
    # What modules are made of is no garbage: searching for it is a tenth of a short run.
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    _stopped_as_by_ctrl_c()
    try:
        code = run()
        sys.stdout.flush()
    except KeysieveError as error:
        say(f"keysieve: {error}")
        code = error.exit_code
    except KeyboardInterrupt:
        say("keysieve: interrupted")
        code = ExitCode.INCOMPLETE
    except Exception as error:  # one that nobody foresaw must not end in Python's own 1, which means findings
        say(f"keysieve: internal error: {type(error).__name__} at {_place(error)}; please report it")
        code = ExitCode.INCOMPLETE
    gc.freeze()  # what is left ends with the process, and is not searched once more
    sys.exit(int(code or 0))


def _stopped_as_by_ctrl_c() -> None:
    """A pipeline that is cancelled, a service that is stopped, a terminal that is closed: temporary files must go."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        with suppress(ValueError):  # not the main thread
            if number is not None and signal.getsignal(number) is signal.SIG_DFL:  # nohup ignores one
                signal.signal(number, stop)


def say(text: str) -> None:
    """A line on standard error."""
    print(text, file=sys.stderr, flush=True)


def _place(error: Exception) -> str:
    """Where it happened. Its words and values stay out: they may hold what was scanned."""
    import traceback

    where = traceback.extract_tb(error.__traceback__)[-1]
    return f"{os.path.basename(where.filename)}:{where.lineno}"
