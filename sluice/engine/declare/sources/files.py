"""Files as a source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from sluice.engine.base.declaration import Declaration
from sluice.engine.declare.sources.day_pattern import on_any_day
from sluice.errors import ConfigError

MAX_SKIP = 10_000


@dataclass(frozen=True)
class Files(Declaration):
    """Files as a source. `pattern` is a glob below the inbox (setting SLUICE_INBOX) for scheduled runs. With
    a date in it (`orders/%Y-%m-%d/*.csv`; %Y %y %m %d %j) it tells the files of one day.

    What a file is, is told by its first bytes: CSV, JSON lines or Parquet; plain or packed by gzip, bzip2, xz,
    Zstandard or zip. What the bytes cannot tell is declared: an `encoding` other than UTF-8 and UTF-16 (`"cp1252"`,
    `"latin-1"`); `skip`, the physical lines before the header; `header`, the names of the columns of files that have
    none. `delimiter` is sniffed from the head of each file unless declared (`,` `;` tab or `|`).

    The header line again in the middle of a file is not data: a reject, `repeated_header`. Where `header` is declared
    there is none, and a row of these names is a row.

    Quotes are read as RFC 4180 has them: a row with text behind a closing quote, or with a quote that is not closed, is
    a reject. A quote inside an unquoted field (`5" pipe`) is a character like others, unless `strict_quotes` is True.
    With `line_breaks=False` no value has line breaks: a quote that is not closed on its own line is a reject, where
    otherwise a quote many lines later could close it, and the lines between would be its value.

    Its files are increments: they bring rows that are new. With `snapshot=True` the files of one run together are the
    whole: rows that they do not have are gone from the table once the run is settled.
    """

    pattern: str
    delimiter: str | None = None
    name: str = "files"
    encoding: str | None = None
    skip: int = 0
    header: Sequence[str] | None = None
    snapshot: bool = False
    strict_quotes: bool = False
    line_breaks: bool = True

    header_once: ClassVar[bool] = False  # else a row like the header is no data

    def __post_init__(self) -> None:
        mistakes = list(self._mistakes())
        if mistakes:
            raise ConfigError(f"Files({self.pattern!r}): " + " ".join(mistakes))

    def _mistakes(self) -> Iterator[str]:
        if not isinstance(self.pattern, str) or not self.pattern:
            yield "pattern must be a text like 'orders/*.csv'."
        if self.delimiter is not None and self.delimiter not in (",", ";", "\t", "|"):
            yield f"delimiter {self.delimiter!r} is not one of , ; tab |."
        if self.encoding is not None and not _is_text_encoding(self.encoding):
            yield f"encoding {self.encoding!r} is not known to Python; say e.g. 'cp1252'."
        if not 0 <= self.skip <= MAX_SKIP:
            yield f"skip must be an integer between 0 and {MAX_SKIP:,}."
        if self.header is not None:
            yield from _header_mistakes(self.header)

    @property
    def reading(self) -> dict[str, object]:
        """What is declared about how its files are read: another reading of the same bytes is other rows."""
        said = {
            "delimiter": self.delimiter,
            "encoding": self.encoding,
            "skip": self.skip,
            "header": None if self.header is None else list(self.header),
            "strict_quotes": self.strict_quotes,
            "line_breaks": None if self.line_breaks else "none",
        }
        return {name: value for name, value in said.items() if value}

    @property
    def name_pattern(self) -> str:
        """What the names of its files look like, wherever they lie."""
        return on_any_day(self.pattern).rpartition("/")[2]


@dataclass(frozen=True)
class Spelled(Files):
    """Rows that Sluice itself writes as CSV, of Parquet or of a query: one that is like the header is a row."""

    header_once: ClassVar[bool] = True


SPELLED = Spelled("*", delimiter=",")


def _header_mistakes(header: Sequence[str]) -> Iterator[str]:
    names = () if isinstance(header, str) else tuple(header)
    if not names or not all(isinstance(name, str) for name in names):
        yield "header lists the names of the columns, in their order: header=('id', 'name')."


def _is_text_encoding(name: str) -> bool:
    try:
        return isinstance("".encode(name), bytes)
    except (LookupError, TypeError):
        return False
