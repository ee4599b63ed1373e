"""`dataclass`, `field` and `replace` as those of `dataclasses`, always with slots, for what every start makes anew.

`dataclasses` writes and compiles source for each class, and imports the parser of Python's own source with it: a fifth
of the time that a commit waits for us. Nothing is generated here. Whatever else `dataclasses` and its users may ask of
a class (`fields`, `asdict`, `replace`) is answered too, by a twin that is made when it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass as dataclass
    from dataclasses import field as field
    from dataclasses import replace as replace

_NOTHING: Any = object()


class _Default:
    """What a field is when it is not given, and whether it is shown."""

    def __init__(self, value: Any = _NOTHING, factory: Callable[[], Any] | None = None, shown: bool = True) -> None:
        self.value = value
        self.factory = factory
        self.shown = shown


class _Twins:
    """What `dataclasses` keeps in a class, taken from a true dataclass with the same fields."""

    def __init__(self, name: str, defaults: dict[str, _Default]) -> None:
        self._name = name
        self._defaults = defaults
        self._made: dict[type, Any] = {}  # `asdict` asks for each record

    def __get__(self, _: object, owner: type) -> Any:
        if owner not in self._made:
            self._made[owner] = self._make(owner)
        return self._made[owner]

    def _make(self, owner: type) -> Any:
        import dataclasses

        made: dict[str, Any] = {"__annotations__": owner.__annotations__}
        for name, default in self._defaults.items():
            made[name] = (
                dataclasses.field(default_factory=default.factory, repr=default.shown)
                if default.factory
                else dataclasses.field(default=default.value, repr=default.shown)
            )
        twin: Any = dataclasses.dataclass(type(owner.__name__, (), made))
        return getattr(twin, self._name)


class _Record:
    """What all records do; `_fields`, `_defaults` and `_put` are the class's own."""

    __slots__ = ()
    _fields: tuple[str, ...]
    _defaults: dict[str, _Default]
    _put: tuple[Callable[[Any, Any], None], ...]

    def __init__(self, *values: Any, **named: Any) -> None:
        if named or len(values) != len(self._fields):
            values = self._completed(values, named)
        for put, value in zip(self._put, values, strict=True):
            put(self, value)

    @classmethod
    def _completed(cls, values: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
        """A value for every field. Raises TypeError as a function with these parameters does."""
        made = [named.pop(name) if name in named else cls._default(name) for name in cls._fields[len(values) :]]
        if named:
            raise TypeError(f"{cls.__name__} takes no {next(iter(named))!r}, or has it already")
        if len(values) > len(cls._fields):
            raise TypeError(f"{cls.__name__} takes {len(cls._fields)} values, not {len(values)}")
        return (*values, *made)

    @classmethod
    def _default(cls, name: str) -> Any:
        default = cls._defaults.get(name)
        if default is None:
            raise TypeError(f"{cls.__name__} needs a value for {name!r}")
        return default.factory() if default.factory else default.value

    def _values(self) -> tuple[Any, ...]:
        return tuple([getattr(self, name) for name in self._fields])

    def __repr__(self) -> str:
        hidden = {name for name, default in self._defaults.items() if not default.shown}
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._fields if name not in hidden)
        return f"{type(self).__qualname__}({shown})"

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        assert isinstance(other, _Record)
        return self._values() == other._values()

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self._values()


class _Frozen(_Record):
    __slots__ = ()

    def __hash__(self) -> int:
        return hash(self._values())

    def __setattr__(self, name: str, value: object) -> None:
        self._refuse("assign to", name)

    def __delattr__(self, name: str) -> None:
        self._refuse("delete", name)

    def _refuse(self, what: str, name: str) -> None:
        from dataclasses import FrozenInstanceError

        raise FrozenInstanceError(f"cannot {what} field {name!r}")


if not TYPE_CHECKING:

    def field(*, default=_NOTHING, default_factory=None, repr=True):
        """See `dataclasses.field`."""
        return _Default(default, default_factory, repr)

    def dataclass(*, frozen=False, slots):  # noqa: ARG001
        """See `dataclasses.dataclass`; `slots` is true always."""
        base = _Frozen if frozen else _Record
        return lambda cls: _made(cls, base)

    def replace(record, /, **changes):
        """See `dataclasses.replace`."""
        return type(record)(**{name: getattr(record, name) for name in record._fields} | changes)


def _made(cls: type, base: type[_Record]) -> Any:
    """The class anew, with slots for what it annotates."""
    names = tuple(cls.__annotations__)
    given = {name: cls.__dict__[name] for name in names if name in cls.__dict__}
    defaults = {name: value if isinstance(value, _Default) else _Default(value) for name, value in given.items()}
    rest = {
        name: value
        for name, value in cls.__dict__.items()
        if name not in given and name not in ("__dict__", "__weakref__")
    }
    rest |= {"__slots__": names, "__match_args__": names, "_fields": names, "_defaults": defaults}
    rest |= {name: _Twins(name, defaults) for name in ("__dataclass_fields__", "__dataclass_params__")}
    made: Any = type(cls.__name__, (base,), rest)
    made._put = tuple(made.__dict__[name].__set__ for name in names)
    return made
