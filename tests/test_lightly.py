"""Records made lightly behave as those of `dataclasses`, and cost neither its import nor its time."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import subprocess
import sys
from typing import Any

import pytest

from scanner import lightly


@lightly.dataclass(frozen=True, slots=True)
class Light:
    """A frozen one."""

    name: str
    size: int = 0
    key: str = lightly.field(default="k", repr=False)
    more: dict[str, int] = lightly.field(default_factory=dict)

    @property
    def label(self) -> str:
        return f"{self.name}!"


@dataclasses.dataclass(frozen=True, slots=True)
class Heavy:
    """The same by the standard library."""

    name: str
    size: int = 0
    key: str = dataclasses.field(default="k", repr=False)
    more: dict[str, int] = dataclasses.field(default_factory=dict)


@lightly.dataclass(slots=True)
class Open:
    """One that is filled."""

    count: int = 0
    rows: list[str] = lightly.field(default_factory=list)


@lightly.dataclass(frozen=True, slots=True)
class Outer:
    """One with another inside."""

    inner: Light
    rows: tuple[Light, ...] = ()


@pytest.mark.parametrize("given", [("a",), ("a", 1), ("a", 1, "x"), ("a", 1, "x", {"b": 2})])
def test_values_by_place_and_by_name_are_those_of_dataclasses(given: tuple[Any, ...]) -> None:
    named = dict(zip(("name", "size", "key", "more"), given, strict=False))
    light, heavy = Light(*given), Heavy(*given)
    assert light == Light(**named) and repr(light) == repr(heavy).replace("Heavy", "Light")
    assert dataclasses.asdict(light) == dataclasses.asdict(heavy)
    assert light.label == "a!"


def test_a_wrong_call_is_a_type_error() -> None:
    calls: tuple[tuple[tuple[Any, ...], dict[str, Any]], ...] = (
        ((), {}), (("a", 1, "x", {}, 5), {}), (("a",), {"name": "b"}), (("a",), {"nothing": 1}),
        (("a", 1, "x", {}), {"more": {}}),
    )  # fmt: skip
    for values, named in calls:
        for kind in (Light, Heavy):
            with pytest.raises(TypeError):
                kind(*values, **named)


def test_what_is_frozen_cannot_be_changed() -> None:
    light: Any = Light("a")
    with pytest.raises(dataclasses.FrozenInstanceError, match="'size'"):
        light.size = 2
    with pytest.raises(dataclasses.FrozenInstanceError, match="'size'"):
        del light.size
    with pytest.raises(AttributeError):
        light.nothing = 1
    assert not hasattr(light, "__dict__")


def test_what_is_not_frozen_can_be_and_has_its_own_defaults() -> None:
    one, two = Open(), Open()
    one.rows.append("a")
    one.count += 1
    assert two == Open(0, []) != one and not hasattr(one, "__dict__")
    with pytest.raises(TypeError):
        hash(one)


def test_equal_ones_are_of_one_kind_and_have_one_hash() -> None:
    others: tuple[object, ...] = (Outer(Light("a")), Heavy("a"), ("a", 0, "k", {}))
    assert not any(Light("a") == other for other in others)
    one, two = (lightly.replace(Outer(Light("a")), inner=Light("b", more=())) for _ in range(2))  # type: ignore[arg-type]
    assert one == two and hash(one) == hash(two) and len({one, two}) == 1


def test_copies_and_pickles_are_equal() -> None:
    outer = Outer(Light("a", 3, more={"x": 1}), (Light("b"),))
    assert copy.deepcopy(outer) == copy.copy(outer) == pickle.loads(pickle.dumps(outer)) == outer  # noqa: S301
    filled = Open(1, ["a"])
    assert copy.deepcopy(filled) == pickle.loads(pickle.dumps(filled)) == filled  # noqa: S301


def test_what_dataclasses_asks_of_them_is_answered() -> None:
    assert dataclasses.is_dataclass(Light) and dataclasses.is_dataclass(Light("a"))
    shown = [[(item.name, item.type, item.default, item.repr) for item in dataclasses.fields(kind)]
             for kind in (Light, Heavy)]  # fmt: skip
    assert shown[0] == shown[1]
    assert dataclasses.replace(Light("a", 1), size=2) == lightly.replace(Light("a", 1), size=2) == Light("a", 2)
    with pytest.raises(TypeError):
        lightly.replace(Light("a"), nothing=1)  # type: ignore[call-arg]
    outer = Outer(Light("a", more={"x": 1}), (Light("b"),))
    inner = {"name": "a", "size": 0, "key": "k", "more": {"x": 1}}
    assert dataclasses.asdict(outer) == {"inner": inner, "rows": (inner | {"name": "b", "more": {}},)}
    match outer:
        case Outer(Light(name), _):
            assert name == "a"


def test_they_import_neither_dataclasses_nor_inspect() -> None:
    code = "import sys, scanner.records, scanner.settings; print(*{'dataclasses', 'inspect'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    started = subprocess.run([sys.executable, "-c", "import sys; print(*sys.modules)"], capture_output=True, text=True)
    assert set(done.stdout.split()) <= set(started.stdout.split())
