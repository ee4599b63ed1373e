"""Every type that crosses a stage. Frozen, with slots, and without logic.

    Source -> Shard -> Batch -> Match -> Sighting -> (Ledger) -> Finding -> Report

Offsets are bytes and half-open; lines and columns count from 1, columns in code points.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from scanner.lightly import dataclass, field
from scanner.secrets import Secret

if TYPE_CHECKING:
    from scanner.deltas import DeltaBatch


class Confidence(IntEnum):
    """How far a finding is to be believed."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    VERIFIED = 4

    @property
    def label(self) -> str:
        return self.name.lower()


REACH = 256
"""Judgement by content reads no further than this many bytes around a match."""


@dataclass(frozen=True, slots=True)
class Part:
    """A further part of a multi-part credential, looked for beside the main one.

    `regex` finds it on its own within REACH bytes of the main part; its group ``secret`` (or 1) is the value.
    """

    name: str
    regex: str
    required: bool = False
    secret: bool = False  # this part, not the main one, is what leaks (an AWS key id is public, its secret is not)


@dataclass(frozen=True, slots=True)
class Credential:
    """One kind of credential, as a pattern file states it."""

    id: str
    name: str
    provider: str
    source: str
    literals: tuple[str, ...]
    regex: str
    caseless: bool = False
    expression: str = ""  # what hyperscan looks for instead of the literals
    expression_width: int = 0  # its widest match in bytes
    keywords: tuple[str, ...] = ()  # names that must stand in a true relation to the value
    value: str = ""
    structure: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()
    near_misses: tuple[str, ...] = ()
    severity: str = "high"
    rank: str = "distinctive"  # distinctive | named | generic
    score: float = 0.85
    dummies: tuple[str, ...] = ()  # sha256 of documented values, so that none is stored token-shaped
    placeholders: str = ""
    parts: tuple[Part, ...] = ()
    joins: str = ""  # this kind is a lone part of that credential
    join_as: str = ""
    join_lines: int = 30
    public: str = ""  # why a value of this kind may be public by design
    min_randomness: float = 0.0
    unless: tuple[dict[str, Any], ...] = ()  # what speaks against a match: each table, where all of it holds
    path: str = ""  # an expression: only where it is found in the path
    width: int = 0  # widest match in bytes, from the expression
    breaks: int = 0  # most line breaks in one; where it is known by a name, in its value
    leads: bool = True  # the match starts at the literal
    verify: dict[str, Any] = field(default_factory=dict)
    revoke: dict[str, Any] = field(default_factory=dict)
    respond: dict[str, Any] = field(default_factory=dict)
    file: str = ""


class Entry(NamedTuple):
    """One row of the prefilter's table, referred to by its position.

    `codecs` is the chain that has to be undone to read the literal, outermost first; () is plain text.
    `needle` is what stands in the input (b"" for an expression); `skip` is how many bytes of the decoded
    text lie before the literal where the encoded letters begin.
    """

    needle: bytes
    caseless: bool
    codecs: tuple[str, ...]
    literal: str
    shift: int
    credentials: tuple[int, ...]
    expression: str = ""
    width: int = 0


class Engine(Protocol):
    """A prefilter engine. Every occurrence of every row is reported; order does not matter."""

    name: str

    def scan(self, buffer: bytes | bytearray | memoryview) -> list[tuple[int, int]]:
        """The hits in `buffer` as (row, end offset)."""


class Piece(NamedTuple):
    """What a segment that is not a whole object knows about its place in it."""

    offset: int  # where in the object the segment starts
    line: int  # newlines before it
    own_start: int  # matches that start in [own_start, own_end) of the object belong to this piece
    own_end: int


@dataclass(frozen=True, slots=True)
class Batch:
    """One contiguous buffer and its segments' table, `starts` ascending; between them may stand git's headers."""
    buffer: bytes | bytearray | memoryview
    starts: Sequence[int]
    ends: Sequence[int]
    objects: Sequence[str]
    pieces: dict[int, Piece] = field(default_factory=dict)


class Fault(NamedTuple):
    """Something that could not be looked at: an object id or a path, and why."""

    object: str
    problem: str


class Skip(NamedTuple):
    """Something that was left out on purpose."""

    object: str
    reason: str


@dataclass(slots=True)
class Tally:
    """What a shard looked at. The one mutable record: it is filled while a shard is read."""

    objects: int = 0
    bytes: int = 0
    faults: list[Fault] = field(default_factory=list)
    skips: list[Skip] = field(default_factory=list)
    settled: bool = False  # it is known that there was nothing to read

    def add(self, other: Tally) -> None:
        self.objects += other.objects
        self.bytes += other.bytes
        self.faults += other.faults
        self.skips += other.skips
        self.settled = self.settled or other.settled


class Shard(Protocol):
    """A share of a source's work: picklable, read in whichever process it lands in."""

    @property
    def weight(self) -> int:
        """Bytes to read, as far as known."""

    @property
    def label(self) -> str:
        """What to call it when it could not be scanned."""

    def batches(self, tally: Tally) -> Iterator[Batch | DeltaBatch]:
        """The shard's bytes; what cannot be read goes into `tally`."""


class Origin(NamedTuple):
    """Where an object was found: a path, and the commit that brought it there."""

    path: str
    commit: str = ""
    author: str = ""
    date: str = ""
    rank: int = 0  # position in history, earliest first
    in_head: bool = False
    kind: str = "file"  # ... commit-message | tag-message | note | staged | unreachable | object


Found = dict[str, frozenset[str]]
"""Object -> fingerprints found in it: what attribution may need to tell old from new."""


class Source(Protocol):
    """One readable thing: a tree of files, a repository's objects, standard input."""

    target: str

    def shards(self, tally: Tally) -> Iterator[Shard]:
        """The work, in an order that suits reading."""

    def locate(self, found: Found, run: Run, tally: Tally) -> dict[tuple[str, str], list[Origin]] | None:
        """(object, fingerprint) -> its origins; None where the object's name is its path."""

    def close(self) -> None:
        """Let go of temporary things."""


Run = Callable[[Callable[..., Any], Iterable[tuple[Any, ...]]], Iterator[Any]]
"""Runs a function over argument tuples on the walker's processes, results in any order."""


class Span(NamedTuple):
    """A stretch of an object: byte offsets, half-open, and its lines and columns."""

    start: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int


DO_NOT_VERIFY = ": do not verify"
"""Ends the reason of a credential that exists to be tripped: asking about it warns its owner."""


class Reason(NamedTuple):
    """One piece of evidence in words, and how far it moved the score."""

    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class Match:
    """An exact match in a window: offsets are relative to the window it was found in."""

    credential: int
    secret: Secret
    parts: tuple[tuple[str, Secret], ...]
    start: int
    end: int
    encoding: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sighting:
    """A judged match in its object, as it leaves a worker."""

    credential: str
    secret: Secret
    parts: tuple[tuple[str, Secret], ...]
    object: str
    span: Span
    encoding: tuple[str, ...]
    score: float
    reasons: tuple[Reason, ...]


@dataclass(slots=True)
class ShardResult:
    """What a worker sends back."""

    sightings: list[Sighting]
    tally: Tally


@dataclass(frozen=True, slots=True)
class Place:
    """A path and the first commit that brought the credential there."""

    target: str
    path: str
    span: Span
    commit: str = ""
    author: str = ""
    date: str = ""
    blob: str = ""
    blobs: int = 1
    in_head: bool = False
    kind: str = "file"
    encoding: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the provider said."""

    state: str = "not_checked"
    why: str = ""
    at: str = ""
    identity: tuple[tuple[str, str], ...] = ()


class Suppression(NamedTuple):
    """Why a finding is not counted: by which kind of rule, where it stands, and what people wrote there."""

    kind: str  # baseline | ignore | config | comment
    where: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One credential with all its places."""

    fingerprint: str
    pattern: str
    name: str
    provider: str
    severity: str
    confidence: Confidence
    score: float
    reasons: tuple[Reason, ...]
    secret: Secret
    parts: tuple[tuple[str, Secret], ...]
    places: tuple[Place, ...]
    verdict: Verdict = Verdict()
    source: str = ""
    respond: str = ""
    suppressed: Suppression | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """What was looked at, and what was not."""

    targets: tuple[str, ...]
    objects: int
    bytes: int
    seconds: float
    skipped: tuple[Skip, ...] = ()
    errors: tuple[Fault, ...] = ()
    suppressed: int = 0
    engine: str = ""
    jobs: int = 1
    started: str = ""

    @property
    def state(self) -> str:
        return "incomplete" if self.errors else "complete"


class Report(Protocol):
    """A format: begin, each finding, end. What it returns is written as it is."""

    def begin(self, summary: Summary) -> str: ...
    def finding(self, finding: Finding) -> str: ...
    def end(self, summary: Summary) -> str: ...
