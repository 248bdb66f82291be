"""The interface of kinds of sources. Each has a folder, and one line in `known.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar

from sluice.engine.declare import Pipeline, Table
from sluice.engine.declare.sources.source import Source
from sluice.engine.formats.text.plan import InputPlan
from sluice.engine.formats.text.source import Tick

S_contra = TypeVar("S_contra", bound=Source, contravariant=True)


@dataclass(frozen=True)
class AtHand:
    """All bytes of a file that was read already, and its stamp before that."""

    stamp: str
    data: bytes


@dataclass(frozen=True)
class ScanRequest:
    """An input to be read: its address, and its pipeline, table and version of the contract.

    `headers` are the headers of the table's columns. `reload`: ignore what is known of earlier inputs. `tick` is called
    with the number of bytes read, `beat` to report progress; both are called often, and may raise to stop. A file that
    is `at_hand` is not read again. `input` is its number in the ledger.
    """

    uri: str
    pipeline: str
    contract: str
    table: Table
    headers: Sequence[str]
    reload: bool
    tick: Tick
    beat: Callable[[], None]
    at_hand: AtHand | None = None
    input: int = 0


@dataclass(frozen=True)
class ScanResult:
    """The result of one pass over an input.

    `landed` is its copy in the landing, if any, `encoding` its original encoding, `names` all of the input's columns if
    the text has only the requested ones. `noted` are the notes for the next input of the source. `raw` is the identity
    of the input before unpacking and decoding; `left_out` is a sentence about rows that were left out.
    """

    plan: InputPlan
    landed: str | None = None
    encoding: str | None = None
    names: tuple[str, ...] | None = None
    noted: dict[str, str] | None = None
    raw: str | None = None
    left_out: str | None = None


class NothingNew(Exception):  # an outcome, not an error
    """Everything was loaded before, by the input of that id; `left_out` is a sentence about rows that were left out."""

    def __init__(self, same_as: int | None, left_out: str | None = None) -> None:
        super().__init__(same_as)
        self.same_as = same_as
        self.left_out = left_out


class SourceWarning(NamedTuple):
    """A warning of a probe: its subject, the finding, and what to do."""

    about: str
    found: str
    todo: str


class ProbeResult(NamedTuple):
    """The finding of a successful probe of a source, and its warnings, which are evaluated lazily."""

    found: str
    warnings: Iterable[SourceWarning] = ()


class SourceKind(Protocol[S_contra]):
    """How inputs of a declared source are read.

    `only_newest`: content that was loaded before is skipped only if it is that of the newest input.
    """

    @property
    def only_newest(self) -> bool: ...

    def stamp(self, uri: str) -> str | None:
        """A text that changes when the input changes, without reading it; None if unknown."""

    def scan(self, source: S_contra, request: ScanRequest) -> ScanResult:
        """Read an input once, and copy it to the landing if it cannot be read in place.

        Raises NothingNew, DataError, NotHere, InputChanged, TransientError, SettingMissing.
        """

    def probe(self, source: S_contra, pipeline: Pipeline) -> ProbeResult | None:
        """Check whether its inputs could be read now, without reading one. None if there is nothing to check.

        Raises SluiceError.
        """
