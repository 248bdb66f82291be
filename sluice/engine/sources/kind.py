"""What a kind of source is to the rest of Sluice. Each has a folder of its own, and one line in `known.py`."""

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
class ScanRequest:
    """An input that is to be read: where it is, and for which pipeline, table and version of the contract.

    `wanted` are the headers of the table's columns. `fresh`: what is known of earlier inputs does not count. `tick`
    hears of the bytes that were read, `beat` that the work goes on; both are called often, and may raise to stop.
    """

    uri: str
    pipeline: str
    contract: str
    table: Table
    wanted: Sequence[str]
    fresh: bool
    tick: Tick
    beat: Callable[[], None]


@dataclass(frozen=True)
class ScanResult:
    """What one pass over an input found.

    `landed` is the copy in the landing if there is one, `encoding` what it was decoded from, `names` all of the input's
    columns where the text has only those that are wanted. `noted` is what the next input of the source is to know.
    `raw` is what the input is before it is unpacked and decoded; `left_out` says which rows did not come.
    """

    plan: InputPlan
    landed: str | None = None
    encoding: str | None = None
    names: tuple[str, ...] | None = None
    noted: dict[str, str] | None = None
    raw: str | None = None
    left_out: str | None = None


class NothingNew(Exception):  # an outcome, no error
    """There is nothing that was not loaded before, by the input of that id; `left_out` says which rows did not come."""

    def __init__(self, same_as: int | None, left_out: str | None = None) -> None:
        super().__init__(same_as)
        self.same_as = same_as
        self.left_out = left_out


class SourceWarning(NamedTuple):
    """What works now and may stop working: what it is about, what was found, and what to do."""

    about: str
    found: str
    todo: str


class ProbeResult(NamedTuple):
    """What a probe of a source that works found, and its warnings, which are looked for one by one."""

    found: str
    warnings: Iterable[SourceWarning] = ()


class SourceKind(Protocol[S_contra]):
    """How inputs of a declared source are read.

    `only_newest`: content that was loaded before has nothing to do only if it is the last that came.
    """

    @property
    def only_newest(self) -> bool: ...

    def stamp(self, uri: str) -> str | None:
        """By which it is seen that an input has changed, without reading it; None where nothing tells."""

    def scan(self, source: S_contra, request: ScanRequest) -> ScanResult:
        """Read an input once, and copy to the landing what cannot be read in place.

        Raises NothingNew, DataError, NotHere, InputChanged, TransientError, SettingMissing.
        """

    def probe(self, source: S_contra, pipeline: Pipeline) -> ProbeResult | None:
        """Look whether its inputs could be read now, without reading one. None where there is nothing to look at.

        Raises SluiceError.
        """
