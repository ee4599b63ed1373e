"""What is carried from a version to those made of it; test_delta.py holds it against reading all versions whole."""

from __future__ import annotations

from scanner.detector import Known, Placed, _last
from scanner.secrets import Secret
from scanner.versions import _apart


def placed(at: int, name: bytes, low: int, high: int) -> Placed:
    """A secret at 100 to 140, with an id whose literal is at `at`."""
    known = Known(3, Secret(b"s" * 40), (("id", Secret(name)),), 100 - at, 140 - at, (), 0.9, (), "")
    return Placed(known, at, low, high)


def test_of_two_ids_before_one_secret_the_one_that_was_not_carried_was_told() -> None:
    """The nearer one goes with it, whichever of them is carried and whichever a version shows anew."""
    near, far = placed(90, b"near", 60, 200), placed(10, b"far", 0, 180)
    for fresh, carried in (([near], [far]), ([far], [near]), ([far, near], [far]), ([far], [near, far])):
        both = _apart(fresh, carried)
        assert len(both) == 2
        (told,) = _last(both)
        assert told.known.parts == near.known.parts
