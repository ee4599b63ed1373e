"""What is written once, twice and in any order is in the store once, and no credential is."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select, text

from scanner.errors import StoreError, UsageError
from scanner.report import formats, make
from scanner.secrets import Secret, seal, unseal
from scanner.settings import ReportSettings
from scanner.store import reading, schema
from scanner.store.database import NEWEST, Database, engine_of, migrate
from scanner.store.reading import Wanted, findings, last_states, statistics, summary
from scanner.store.triage import Decision, decide
from scanner.store.writing import begin_sweep, end_sweep, record, record_unchanged, record_verdicts
from tests.store.made import T1, T2, T3, finding, place, result, said, value


@pytest.fixture
def store(url: str) -> Iterator[Database]:
    made = Database(url)
    yield made
    made.close()


def dump(store: Database, *but: str) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables, without what only says when or in which order they were written."""
    told = {}
    with store.begin() as connection:
        for name, table in schema.metadata.tables.items():
            rows = [dict(row._mapping) for row in connection.execute(select(table))]
            for row in rows:
                for key in ("at", *but):
                    row.pop(key, None)
            told[name] = sorted(rows, key=lambda row: json.dumps(row, sort_keys=True, default=str))
    return told


def test_the_steps_lead_to_the_schema(store: Database) -> None:
    with store.begin() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []


def test_the_newest_step_is_the_last_of_the_migrations(store: Database) -> None:
    with store.begin() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == NEWEST
        migrate(connection)
        assert MigrationContext.configure(connection).get_current_revision() == NEWEST


def test_a_store_of_a_newer_keysieve_is_refused_and_left_as_it_is(store: Database) -> None:
    with store.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'future'"))
    with pytest.raises(StoreError, match="a newer keysieve has used it"):
        Database(store.url)
    with store.begin() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "future"


def test_a_store_of_the_first_schema_is_brought_up_to_date_with_its_data(url: str) -> None:
    engine = engine_of(url)
    with engine.begin() as connection:
        migrate(connection, "1")
        connection.execute(text("INSERT INTO finding (fingerprint, name, confidence) VALUES ('aa', 'kept', 'high')"))
        connection.execute(text("INSERT INTO repository (name) VALUES ('r')"))
    engine.dispose()
    store = Database(url)
    number = begin_sweep(store, "s", "v")
    assert record(store, number, result("r", finding(1))) == [finding(1).fingerprint]
    with store.begin() as connection:
        assert (
            connection.execute(select(schema.finding.c.name).where(schema.finding.c.fingerprint == "aa")).scalar()
            == "kept"
        )
        assert len(connection.execute(select(schema.event)).all()) == 1
    store.close()


def test_a_repeated_result_changes_nothing(store: Database) -> None:
    number = begin_sweep(store, "s", "v")
    told = result("r", finding(1, place(1), place(2)), finding(2), sealed={finding(1).fingerprint: b"sealed"})
    assert sorted(record(store, number, told)) == sorted(item.fingerprint for item in told.findings)
    before = dump(store, "objects", "bytes")
    assert record(store, number, told) == []
    assert dump(store, "objects", "bytes") == before


@pytest.mark.parametrize("seed", range(2))
def test_the_order_of_results_does_not_matter(store: Database, seed: int) -> None:
    rnd = random.Random(seed)
    results = [
        result("a", finding(1, place(1)), started=T1),
        result("a", finding(1, place(1, False), place(2)), finding(2), started=T2),
        result("a", finding(2), started=T3),
        result("b", finding(1, place(3), score=0.6), started=T2),
    ]
    rnd.shuffle(results)
    number = begin_sweep(store, "s", "v")
    for told in [*results, *rnd.sample(results, 2)]:
        record(store, number, told)
    known = {item.finding.fingerprint: item for item in findings(store, Wanted(gone=True))}
    assert set(known) == {finding(1).fingerprint, finding(2).fingerprint}
    assert [spot.target for spot in known[finding(2).fingerprint].finding.places] == ["a"]
    assert last_states(store)["a"] == ("r" + T3, "s")


def test_what_is_gone_is_kept_with_the_time_of_its_going(store: Database) -> None:
    number = begin_sweep(store, "s", "v")
    record(store, number, result("r", finding(1), finding(2), started=T1))
    record(store, number, result("r", finding(2), started=T2))
    (left,) = findings(store, Wanted())
    assert left.finding.fingerprint == finding(2).fingerprint
    gone = next(item for item in findings(store, Wanted(gone=True)) if not item.there)
    assert (gone.exposure.last_seen, gone.exposure.in_head) == (T2, False)
    record(store, number, result("r", finding(1), finding(2), started=T3))
    assert len(findings(store, Wanted())) == 2


@pytest.mark.parametrize("state", ["incomplete", "failed", "reported"])
def test_what_was_not_looked_at_whole_takes_nothing_back(store: Database, state: str) -> None:
    number = begin_sweep(store, "s", "v")
    record(store, number, result("r", finding(1), started=T1))
    record(store, number, result("r", started=T2, state=state, errors=("it broke",)))
    assert len(findings(store, Wanted())) == 1
    assert "r" not in last_states(store)


def test_an_older_result_takes_nothing_back(store: Database) -> None:
    number = begin_sweep(store, "s", "v")
    record(store, number, result("r", finding(1), finding(2), started=T3))
    record(store, number, result("r", finding(1), started=T1))
    assert len(findings(store, Wanted())) == 2
    assert last_states(store)["r"][0] == "r" + T3


def test_time_to_exposure(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    number = begin_sweep(store, "s", "v")
    record(store, number, result("r", finding(1, place(3), place(2, False)), started=T1))
    record_unchanged(store, number, [result("r", started=T2, state="unchanged")])
    record_verdicts(store, [said(finding(1), "active", T1)])
    record_verdicts(store, [said(finding(1), "inactive", T3)])
    (known,) = findings(store, Wanted())
    shown = known.exposure
    assert (shown.first_commit, shown.first_seen, shown.last_seen, shown.in_head, shown.rotated) == (
        "2025-02-01T00:00:00+00:00", T1, T2, True, T3,
    )  # fmt: skip
    assert shown.days == pytest.approx(336, abs=0.01)  # from 1 February 2025 to 3 January 2026


def test_every_verdict_is_kept_and_an_older_one_is_not_believed(store: Database) -> None:
    number = begin_sweep(store, "s", "v")
    record(store, number, result("r", finding(1)))
    for state, at in (("inactive", T3), ("active", T2), ("active", T2)):
        record_verdicts(store, [said(finding(1), state, at)])
    known, history = reading.one(store, finding(1).fingerprint[:12])
    assert known.finding.verdict.state == "inactive"
    assert [row["what"] for row in history] == ["verdict active", "verdict inactive"]


def test_becoming_active_is_an_event_once_for_each_time(store: Database) -> None:
    number = begin_sweep(store, "s", "v")
    record(store, number, result("r", finding(1)))
    for state, at in (("active", T1), ("active", T1), ("active", T2), ("inactive", T2), ("active", T3)):
        record_verdicts(store, [said(finding(1), state, at)])
    with store.begin() as connection:
        kinds = [row.kind for row in connection.execute(select(schema.event).order_by(schema.event.c.id))]
    assert kinds == ["new", "active", "active"]


def test_triage_keeps_who_when_why(store: Database) -> None:
    number = begin_sweep(store, "s", "v")
    record(store, number, result("r", finding(1), finding(2)))
    print_ = finding(1).fingerprint
    decide(store, [print_[:10]], Decision("confirmed", "ada"))
    decide(store, [print_], Decision("accepted", "bob", "a test account", "2999-01-01"))
    known, history = reading.one(store, print_)
    assert known.triage == "accepted"
    assert known.decided[:3] == ("a test account", "2999-01-01", "bob")
    assert [(row["what"], row["by"]) for row in history] == [("triage confirmed", "ada"), ("triage accepted", "bob")]
    assert [item.finding.fingerprint for item in findings(store, Wanted(triage=("accepted",)))] == [print_]


def test_an_acceptance_expires(store: Database) -> None:
    record(store, begin_sweep(store, "s", "v"), result("r", finding(1)))
    decide(store, [finding(1).fingerprint], Decision("accepted", "bob", "for now", "2020-01-01"))
    assert [item.triage for item in findings(store, Wanted())] == ["open"]


@pytest.mark.parametrize(
    "decision",
    [
        Decision("no-such-state", "a"), Decision("accepted", "a"), Decision("accepted", "a", "why"),
        Decision("accepted", "a", "why", "soon"), Decision("open", "a", "", "2027-01-01"),
    ],
)  # fmt: skip
def test_a_decision_that_lacks_something_is_refused(store: Database, decision: Decision) -> None:
    with pytest.raises(UsageError):
        decide(store, [finding(1).fingerprint], decision)


def test_all_or_none_are_decided(store: Database) -> None:
    record(store, begin_sweep(store, "s", "v"), result("r", finding(1)))
    with pytest.raises(UsageError, match="no such finding"):
        decide(store, [finding(1).fingerprint, "0" * 64], Decision("rotated", "a"))
    assert [item.triage for item in findings(store, Wanted())] == ["open"]


def test_no_credential_is_in_the_database(store: Database, tmp_path: Path) -> None:
    key = __import__("cryptography.fernet").fernet.Fernet.generate_key()
    sealed = {finding(1).fingerprint: seal([("", Secret(value(1).encode()))], key)}
    record(store, begin_sweep(store, "s", "v"), result("r", finding(1), sealed=sealed))
    every = json.dumps(dump(store), default=lambda item: bytes(item).decode("latin-1"))
    assert finding(1).fingerprint in every
    assert value(1) not in every and value(1)[4:16] not in every
    for path in tmp_path.iterdir():
        assert value(1).encode()[4:16] not in path.read_bytes()
    with store.begin() as connection:
        kept = connection.execute(select(schema.finding.c.sealed)).scalar_one()
    assert unseal(bytes(kept), key) == [("", Secret(value(1).encode()))]
    with pytest.raises(ValueError, match="another key"):
        unseal(bytes(kept), __import__("cryptography.fernet").fernet.Fernet.generate_key())


@pytest.mark.parametrize("format_", formats())
def test_every_report_shows_what_is_stored(tmp_path: Path, format_: str) -> None:
    store = Database(str(tmp_path / "store.db"))
    number = begin_sweep(store, "s", "v")
    record(store, number, result("r", finding(1), finding(2, place(4), score=0.6)))
    end_sweep(store, number, "complete")
    report, told = make(format_, ReportSettings(format_)), summary(store)
    text_ = (
        report.begin(told) + "".join(report.finding(item.told) for item in findings(store, Wanted())) + report.end(told)
    )
    assert "src/1.py" in text_
    assert value(1) not in text_
    if format_ in ("json", "text", "csv", "html", "markdown"):
        assert "exposed" in text_


def test_awkward_names_are_stored(store: Database) -> None:
    from dataclasses import replace

    odd = replace(place(1), path="a\udcff\x00b", author="\udc80")
    record(store, begin_sweep(store, "s", "v"), result("r", finding(1, odd)))
    assert findings(store, Wanted())[0].finding.places[0].path == "a\\xff\\x00b"


def test_statistics_count_what_is_there(store: Database) -> None:
    number = begin_sweep(store, "s", "v")
    record(store, number, result("r", finding(1), finding(2)))
    record(store, number, result("q", finding(1), state="incomplete", errors=("x",)))
    told = statistics(store)
    assert (told["findings"], told["repositories"], told["triage"]) == (2, {"r": 2, "q": 1}, {"open": 2})
    assert told["last_sweep"]["repositories"] == {"complete": 1, "incomplete": 1}
    assert summary(store).errors


def test_two_writers_at_once_neither_corrupt_nor_double(url: str) -> None:
    first, second = Database(url), Database(url)
    faults: list[BaseException] = []

    def write(store: Database, order: int) -> None:
        try:
            number = begin_sweep(store, "s", "v")
            for step in range(8):
                found = [finding(seed) for seed in range(1, 6)][::order]
                record(store, number, result(f"r{step % 3}", *found, started=T1))
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=write, args=each) for each in ((first, 1), (second, -1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []
    told = dump(first)
    assert (len(told["finding"]), len(told["occurrence"]), len(told["place"]), len(told["event"])) == (5, 15, 15, 5)
    first.close()
    second.close()


def test_two_that_open_an_empty_store_at_once_both_get_it(url: str) -> None:
    code = "import sys; from scanner.store.database import Database; Database(sys.argv[1]).close()"
    started = [
        subprocess.Popen([sys.executable, "-c", code, url], stderr=subprocess.PIPE, cwd=Path(__file__).parents[2])
        for _ in range(3)
    ]
    for process in started:
        _, err = process.communicate(timeout=240)
        assert process.returncode == 0, err.decode()


@pytest.mark.parametrize("url_", ["mysql://h/d", "postgresql:///x?bad\n", "sqlite:///:memory:", "nonsense://"])
def test_an_address_that_cannot_be_used_is_a_usage_error(url_: str) -> None:
    with pytest.raises((UsageError, StoreError)):
        Database(url_)


def test_a_server_that_does_not_answer_is_told_without_its_password() -> None:
    from tests.helpers.databases import free_port

    with pytest.raises(StoreError) as told:
        Database(f"postgresql://ada:hidden-word@127.0.0.1:{free_port()}/d")
    assert "hidden-word" not in str(told.value)
