"""The prefilter's engine over a catalogue: which one, and where its compiled database comes from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from scanner import cache
from scanner.catalogue.index import Catalogue
from scanner.errors import UsageError
from scanner.records import Credential, Engine, Entry

_DATABASE = ".hsdb"
_offered: dict[str, Any] = {}


def offer(name: str, database: Any) -> None:
    """Take a database of our patterns alone that is loaded already: `scanner.gate` knows it to hold."""
    _offered[name] = database


def catalogue(patterns: Sequence[str]) -> Catalogue:
    """Ours and the users' own patterns; of ours alone the key may be known."""
    known = next(iter(_offered), "").removesuffix(_DATABASE).rpartition("-")[2]
    return Catalogue(patterns, _table, "" if patterns else known)


def _table(credentials: Sequence[Credential]) -> list[Entry]:
    from scanner.prefilter import literals  # only where the table is made, not where it is loaded

    return literals.build(credentials)


def over(name: str, kinds: Sequence[Credential]) -> Engine:
    """The engine of that name over these kinds alone, in no cache: to tell where any of them has a hit."""
    entries = _table(kinds)

    def compiled() -> Engine:
        from scanner.prefilter import hyperscan

        return hyperscan.HyperscanEngine.compile(entries)

    return _named(name, compiled, lambda: (entries, kinds))


def engine(name: str, catalogue: Catalogue) -> Engine:
    """The engine of that name; `auto` takes hyperscan where it runs."""
    return _named(name, lambda: _hyperscan(catalogue), lambda: (catalogue.entries, catalogue.credentials))


def _named(
    name: str, compiled: Callable[[], Engine], table: Callable[[], tuple[Sequence[Entry], Sequence[Credential]]]
) -> Engine:
    if name != "ahocorasick":
        try:
            return compiled()
        except ImportError:
            if name == "hyperscan":
                raise UsageError("hyperscan does not run here; install it or use --engine ahocorasick") from None
    from scanner.catalogue import widths
    from scanner.prefilter.ahocorasick import AhoCorasickEngine

    entries, kinds = table()
    return AhoCorasickEngine(entries, _words(entries, kinds), widths.leads)


def _words(entries: Sequence[Entry], kinds: Sequence[Credential]) -> list[tuple[str, ...]]:
    def of(entry: Entry) -> tuple[str, ...]:
        return tuple(word for number in entry.credentials for word in kinds[number].literals)

    return [of(entry) if entry.expression else () for entry in entries]


def database_name(catalogue: Catalogue) -> str:
    """Of the compiled database in the cache."""
    from scanner.prefilter import hyperscan

    return f"{hyperscan.stamp()}-{catalogue.key}{_DATABASE}"


def _hyperscan(catalogue: Catalogue) -> Engine:
    from scanner.prefilter import hyperscan

    name = database_name(catalogue)
    if name in _offered:
        return hyperscan.HyperscanEngine(_offered[name])
    data = cache.read(name)
    loaded = hyperscan.HyperscanEngine.load(data) if data else None
    if loaded is None:
        loaded = hyperscan.HyperscanEngine.compile(catalogue.entries)
        cache.write(name, loaded.dump())
    return loaded
