"""Labelled cases: a value in its surroundings, true or false, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple

from bench.judgement import places, values
from bench.judgement.places import Place


class Case(NamedTuple):
    """One labelled text. `at` is where in it the value begins, in bytes."""

    text: str
    at: int
    value: str
    true: bool
    kind: str  # of value
    place: str  # surrounding


def halves(held_out: bool) -> dict[str, Place]:
    """Every other surrounding, so that what is tuned on one half is judged on the other."""
    return {name: place for number, (name, place) in enumerate(places.PLACES.items()) if number % 2 == held_out}


def made(seed: int, count: int, held_out: bool) -> Iterator[Case]:
    """`count` true and about four times as many false cases, of one half of surroundings and words."""
    rnd = random.Random(f"{seed}/{held_out}")
    table = halves(held_out)
    for number in range(count):
        password = number % 2 == 0
        yield _case(rnd, table, values.PASSWORDS if password else values.SECRETS, held_out, _names(password), True)
        yield _case(rnd, table, values.NOT_CREDENTIALS, held_out, _names(password), False)
        yield _case(rnd, places.CODE, values.NOT_QUOTED, held_out, _names(password), False)
        yield _case(rnd, places.LABELS, {"prose": values.NOT_CREDENTIALS["prose"]}, held_out, _names(password), False)
        yield _aside(rnd, table, held_out)


def _names(password: bool) -> tuple[str, ...]:
    return places.PASSWORD_NAMES if password else places.SECRET_NAMES


def _case(
    rnd: random.Random,
    table: dict[str, Place],
    makers: dict[str, values.Maker],
    held_out: bool,
    names: tuple[str, ...],
    true: bool,
) -> Case:
    kind = rnd.choice(list(makers))
    where = rnd.choice(list(table))
    value = makers[kind](rnd, held_out)
    text, at = places.lay(table[where], rnd.choice(names), value, rnd)
    return Case(text, at, value, true, kind, where)


def _aside(rnd: random.Random, table: dict[str, Place], held_out: bool) -> Case:
    """What looks drawn and is no credential, under a name that says so."""
    kind = rnd.choice(list(values.OTHERS))
    where = rnd.choice([name for name in table if not name.startswith(("SQL", "PowerShell secure"))])
    value = values.OTHERS[kind](rnd, held_out)
    text, at = places.lay(table[where], rnd.choice(places.ASIDE_NAMES[kind]), value, rnd)
    return Case(text, at, value, False, kind, where)
