"""Sightings -> findings: one credential with all its places, whatever patterns and objects showed it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from scanner.detector import confidence
from scanner.records import Credential, Finding, Origin, Place, Reason, Sighting, Suppression
from scanner.score import place as score_place
from scanner.score.allow import MARK
from scanner.secrets import Secret, fingerprint

_ALLOWED = "!"
MOST_SPOTS = 64
"""Occurrences of one credential kept for one object."""


class _Spot(NamedTuple):
    """A sighting with where it is."""

    sighting: Sighting
    score: float
    reasons: tuple[Reason, ...]
    place: Place
    rank: int


class Ledger:
    """Collects the sightings of one source at a time; `findings` joins all of them."""

    def __init__(self, key: bytes, lookup: Callable[[str], Credential]) -> None:
        self._key = key
        self._lookup = lookup
        self._pending: dict[str, dict[str, list[Sighting]]] = {}
        self._spots: dict[str, list[_Spot]] = defaultdict(list)
        self._prints: dict[Secret, str] = {}

    def add(self, sightings: Iterable[Sighting]) -> None:
        """Sightings of the current source."""
        for sighting in sightings:
            # What comments allow is kept apart: elsewhere the same credential may stand without one.
            name = self._print(sighting) + (_ALLOWED if sighting.reasons[-1:] == (MARK,) else "")
            spots = self._pending.setdefault(name, {}).setdefault(sighting.object, [])
            if len(spots) < MOST_SPOTS:
                spots.append(sighting)

    def _print(self, sighting: Sighting) -> str:
        known = self._prints.get(sighting.secret)
        if known is None:
            known = self._prints[sighting.secret] = fingerprint(sighting.secret, self._key)
        return known

    def objects(self) -> dict[str, frozenset[str]]:
        """Object -> fingerprints of the current source."""
        found: dict[str, set[str]] = defaultdict(set)
        for print_, objects in self._pending.items():
            for name in objects:
                found[name].add(print_)
        return {name: frozenset(prints) for name, prints in found.items()}

    def settle(
        self,
        target: str,
        origins: dict[tuple[str, str], list[Origin]] | None,
        excluded: Callable[[str], bool] = lambda path: False,
    ) -> None:
        """Give the current source's sightings their places, but for `excluded` ones, and end the source."""
        for print_, objects in self._pending.items():
            located = self._located(target, print_, objects, origins)
            spots = [spot for spot in located if not (spot.place.path and excluded(spot.place.path))]
            self._spots[print_] += _first_of_each_path(spots) if origins is not None else spots
        self._pending = {}

    def _located(
        self,
        target: str,
        print_: str,
        objects: dict[str, list[Sighting]],
        origins: dict[tuple[str, str], list[Origin]] | None,
    ) -> Iterator[_Spot]:
        for name, sightings in objects.items():
            found = [Origin(name)] if origins is None else origins.get((name, print_), [])
            for origin in found:
                for sighting in sightings:
                    path = self._lookup(sighting.credential).path
                    if path and not re.search(path, origin.path):
                        continue
                    yield self._spot(target, sighting, origin, "" if origins is None else name)

    def _spot(self, target: str, sighting: Sighting, origin: Origin, blob: str) -> _Spot:
        rank = self._lookup(sighting.credential).rank
        path = origin.path if origin.kind in ("file", "staged") else ""
        reasons = score_place.weigh(path, rank, score_place.MOST_USED in sighting.reasons)
        score = round(max(0.0, sighting.score + sum(reason.weight for reason in reasons)), 3)
        place = Place(
            target=target,
            path=origin.path,
            span=sighting.span,
            commit=origin.commit,
            author=origin.author,
            date=origin.date,
            blob=blob if origin.kind not in ("commit-message", "tag-message") else "",
            in_head=origin.in_head,
            kind=origin.kind,
            encoding=sighting.encoding,
        )
        return _Spot(sighting, score, (*sighting.reasons, *reasons), place, origin.rank)

    def findings(self) -> list[Finding]:
        """All findings, the most urgent first, in an order that nothing but the input decides."""
        found = [self._finding(print_, spots) for print_, spots in self._spots.items() if spots]
        return sorted(found, key=order)

    def _finding(self, print_: str, spots: list[_Spot]) -> Finding:
        best = max(spots, key=lambda spot: (spot.score, spot.sighting.credential, _negated(spot)))
        kind = self._lookup(best.sighting.credential)
        return Finding(
            suppressed=Suppression("comment", "", "allowed in the code") if print_.endswith(_ALLOWED) else None,
            fingerprint=print_.removesuffix(_ALLOWED),
            pattern=kind.id,
            name=kind.name,
            provider=kind.provider,
            severity=kind.severity,
            confidence=confidence(best.score),
            score=best.score,
            reasons=tuple(reason for reason in best.reasons if reason != MARK),
            secret=best.sighting.secret,
            parts=best.sighting.parts,
            places=tuple(_merged(spots)),
            source=kind.source,
            respond=_advice(kind),
        )


def _negated(spot: _Spot) -> tuple[int, ...]:
    """Among equals the earliest place gives the reasons."""
    text = f"{spot.place.target}\0{spot.place.path}\0{spot.place.commit}"
    return (-spot.rank, *(-ord(char) for char in text), 0x110000, -spot.place.span.start)


def _first_of_each_path(spots: list[_Spot]) -> list[_Spot]:
    """For every path the earliest commit's occurrences, told how many versions hold the credential."""
    paths: dict[tuple[str, str], list[_Spot]] = defaultdict(list)
    for spot in spots:
        # Messages and lost blobs have no path that they share.
        own = "" if spot.place.path and spot.place.kind in ("file", "note") else spot.place.blob or spot.place.commit
        paths[spot.place.path, own].append(spot)
    kept: list[_Spot] = []
    for group in paths.values():
        first = min(group, key=lambda spot: (spot.rank, spot.place.commit, spot.place.blob))
        blobs = len({spot.sighting.object for spot in group})
        here = any(spot.place.in_head for spot in group)
        kept += [
            spot._replace(place=_with(spot.place, blobs, here))
            for spot in group
            if spot.sighting.object == first.sighting.object and spot.place.commit == first.place.commit
        ]
    return kept


def _with(place: Place, blobs: int, in_head: bool) -> Place:
    from scanner.lightly import replace

    return replace(place, blobs=blobs, in_head=in_head)


def _merged(spots: list[_Spot]) -> Iterator[Place]:
    """The places in order; a file on disk is left out where the history of the same path is told."""
    told = {(s.place.target, s.place.path) for s in spots if s.place.commit and s.place.kind == "file"}
    places = {
        spot.place: None for spot in spots if spot.place.commit or (spot.place.target, spot.place.path) not in told
    }
    yield from sorted(places, key=lambda place: (place.target, place.path, place.span, place.commit, place.blob))


def order(finding: Finding) -> tuple[object, ...]:
    """The most urgent first; what its provider knows no more comes last."""
    severity = ("critical", "high", "medium", "low").index(finding.severity)
    first = finding.places[0]
    dead = finding.verdict.state == "inactive"
    place = (first.target, first.path, first.span)
    return (dead, -finding.confidence, severity, finding.pattern, *place, finding.fingerprint)


def _advice(kind: Credential) -> str:
    steps = (kind.respond.get(name, "") for name in ("revoke", "rotate", "audit"))
    return " ".join(str(step).rstrip(".") + "." for step in steps if step)
