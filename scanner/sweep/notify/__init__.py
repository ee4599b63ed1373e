"""Who is told what is new: every channel has an outbox, and is asked to send what is in it."""

from __future__ import annotations

from typing import Protocol

from scanner.errors import ScanError, StoreError
from scanner.records import Fault
from scanner.settings import confidence
from scanner.store import outbox
from scanner.store.database import Database
from scanner.store.outbox import Message
from scanner.sweep.config import NotifyTable, Sweep
from scanner.sweep.web import Web

_DOUBT = (
    "a sweep ended while it sent a message, which is not sent again ('in_doubt'); "
    "`keysieve findings list` has what it told"
)


class Channel(Protocol):
    """One way to tell somebody."""

    def send(self, message: Message) -> None:
        """Raises StoreError where the receiver did not take it."""


class Notifier:
    """All channels of a sweep."""

    def __init__(self, sweep: Sweep, store: Database) -> None:
        """Raises UsageError for a channel whose secret is not set."""
        self._store = store
        self._web = Web(timeout=30.0)
        self._channels = [(table, _channel(table, self._web)) for table in sweep.channels]

    def tell(self) -> list[Fault]:
        """Send what is new and what is due; what could not be sent stays for the next time, and is a fault."""
        faults: list[Fault] = []
        for table, channel in self._channels:
            outbox.fill(self._store, table.name, confidence(table.confidence))
            while message := outbox.claim(self._store, table.name):
                if message.doubtful and table.in_doubt == "skip":
                    outbox.skipped(self._store, message, _DOUBT)
                    faults.append(Fault(f"notify {table.name}", _DOUBT))
                    continue
                try:
                    channel.send(message)
                except ScanError as error:
                    outbox.failed(self._store, message, str(error))
                    faults.append(Fault(f"notify {table.name}", str(error)))
                    break
                outbox.sent(self._store, message)
        return faults

    def close(self) -> None:
        """Close all connections."""
        self._web.close()


def _channel(table: NotifyTable, web: Web) -> Channel:
    if table.kind in ("webhook", "slack", "teams"):
        from scanner.sweep.notify.hooks import Hook

        return Hook(table, web)
    if table.kind == "email":
        from scanner.sweep.notify.mail import Mail

        return Mail(table)
    from scanner.sweep.notify.issues import Issues

    return Issues(table, web)


def refused(where: str, status: int) -> StoreError:
    """What to say of an answer that is no success."""
    return StoreError(f"{where} answers {status}")
