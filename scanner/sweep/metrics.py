"""Prometheus metrics of the last sweep: a file for the node exporter's textfile collector, or an HTTP answer."""

from __future__ import annotations

import os
from typing import Any

from scanner.errors import UsageError

try:
    from prometheus_client import CollectorRegistry, Gauge, start_http_server, write_to_textfile
except ImportError:
    raise UsageError("metrics need prometheus-client: pip install 'keysieve[sweep]'") from None


class Metrics:
    """Gauges that are set after every sweep."""

    def __init__(self, textfile: str = "", listen: str = "") -> None:
        """Listens at once where `listen` is host:port. Raises UsageError."""
        self._textfile = textfile
        self._registry = CollectorRegistry()
        self.port = 0
        self._gauges: dict[str, Any] = {}
        if listen:
            host, _, port = listen.rpartition(":")
            try:
                self._server, self._thread = start_http_server(int(port), host or "127.0.0.1", self._registry)
            except (ValueError, OSError) as error:
                raise UsageError(f"metrics.listen {listen}: {error}") from None
            self.port = self._server.server_port

    def close(self) -> None:
        """Listen no more."""
        if self.port:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()

    def set(self, name: str, text: str, value: float, **labels: str) -> None:
        """`keysieve_<name>`; `text` says what it is."""
        gauge = self._gauges.get(name)
        if gauge is None:
            gauge = self._gauges[name] = Gauge(f"keysieve_{name}", text, list(labels), registry=self._registry)
        (gauge.labels(**labels) if labels else gauge).set(value)

    def forget(self) -> None:
        """Before a new set of values: labels that do not come again are gone."""
        for gauge in self._gauges.values():
            gauge.clear()

    def write(self) -> None:
        """Write the text file, atomically. Raises UsageError."""
        if self._textfile:
            try:
                os.makedirs(os.path.dirname(self._textfile), exist_ok=True)
                write_to_textfile(self._textfile, self._registry)
            except OSError as error:
                raise UsageError(f"metrics.textfile {self._textfile}: cannot be written: {error.strerror}") from None
