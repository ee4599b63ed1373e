"""After the visits: providers are asked about what is sealed, and Prometheus is told."""

from __future__ import annotations

import urllib.request
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from scanner.errors import UsageError
from scanner.store.database import Database
from scanner.sweep.config import read
from scanner.sweep.metrics import Metrics
from scanner.sweep.run import Run
from scanner.sweep.workers import Local
from tests.sweep.made import KIND, Place, line, token
from tests.verify.provider import Asked, Reply, serve


def swept(place: Place, extra: str) -> None:
    settings = read(str(place.config(extra=extra)))
    store = Database(settings.store)
    run = Run(settings, store, Local(1), lambda text: None)
    run.go()
    run.verify()
    store.close()


def test_later_sweeps_ask_about_what_is_sealed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = place.repository("one")
    repo.commit("first", a_dot_py=line(1), b_dot_py=line(2))
    place.push("one")
    monkeypatch.setenv("SEALER", Fernet.generate_key().decode())
    place.options = 'seal_key_env = "SEALER"\n'
    dead: set[str] = set()

    def play(asked: Asked) -> Reply:
        word = asked.headers["authorization"].split()[-1]
        return Reply(401) if word in dead else Reply(200, b'{"login": "ada"}', {"x-oauth-scopes": "repo"})

    with serve(play) as provider:
        extra = f'[verify]\nenabled = true\npace = 0\ncache_hours = 0\n[verify.endpoints]\n{KIND} = "{provider.url}"\n'
        swept(place, extra)
        assert [item.finding.verdict.state for item in place.known()] == ["active", "active"]
        assert [item.finding.confidence.label for item in place.known()] == ["verified", "verified"]
        dead.add(token(1))
        swept(place, extra)  # nothing is scanned: what is asked about comes from the sealed copies
        states = {item.finding.verdict.state: item for item in place.known()}
        assert set(states) == {"active", "inactive"}
        assert states["inactive"].exposure.rotated
        monkeypatch.setenv("SEALER", Fernet.generate_key().decode())
        asked = sum(item.path == "/user" for item in provider.asked)
        swept(place, extra)  # another key: all is scanned again, and sealed under the new one
        assert sum(item.path == "/user" for item in provider.asked) == asked + 2
    assert token(1).encode() not in Path(place.store).read_bytes()


def test_a_key_that_is_none_is_refused(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEALER", "short")
    place.options = 'seal_key_env = "SEALER"\n'
    with pytest.raises(UsageError, match="SEALER is no key") as told:
        swept(place, "")
    assert "short" not in str(told.value)


def test_prometheus_gets_an_answer(place: Place) -> None:
    repo = place.repository("one")
    repo.commit("first", a_dot_py=line(1))
    place.push("one")
    metrics = Metrics(listen="127.0.0.1:0")
    settings = read(str(place.config()))
    store = Database(settings.store)
    run = Run(settings, store, Local(1), lambda text: None)
    run.go()
    run.measure(metrics)
    store.close()
    with urllib.request.urlopen(f"http://127.0.0.1:{metrics.port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    assert 'keysieve_findings{triage="open"} 1.0' in text
    assert "keysieve_sweep_complete 1.0" in text
    metrics.close()
