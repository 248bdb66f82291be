"""Files as a source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

from sluice.engine.base.declaration import Declaration
from sluice.engine.declare.sources.day_pattern import on_any_day
from sluice.engine.declare.sources.ready import Ready, Stable
from sluice.errors import ConfigError

MAX_SKIP = 10_000
MAX_FOOTER = 1_000
QUOTE = '"'


def is_delimiter(text: str) -> bool:
    """Whether a text can separate fields: `,` `;` tab `|`, and others such as `^` or `\\x01`."""
    return _is_sign(text) and text not in ' "'


def _is_sign(text: object) -> bool:
    """Whether it is one ASCII character that no number and no word has."""
    return isinstance(text, str) and len(text) == 1 and text.isascii() and not text.isalnum() and text not in "\0\r\n"


@dataclass(frozen=True)
class Files(Declaration):
    """Files as a source. `pattern` is a glob below the inbox (setting SLUICE_INBOX) for scheduled runs. With a date in
    it (`orders/%Y-%m-%d/*.csv`; %Y %y %m %d %j) it selects the files of one day.

    The format is detected from the content: CSV, JSON lines, Parquet or Excel (.xlsx); plain or compressed by gzip,
    bzip2, xz, Zstandard or zip. What cannot be detected is declared: an `encoding` other than UTF-8 and UTF-16
    (`"cp1252"`, `"latin-1"`); `skip`, the number of physical lines before the header; `header`, the column names of
    files without one; `sheet`, the name of the sheet to load of a workbook with several. `delimiter` is detected from
    the head of each file (`,` `;` tab or `|`) unless declared: any single ASCII character, such as `"^"`.

    A repeated header line in the middle of a file is a reject, `repeated_header`. With a declared `header`, a row of
    these names is data.

    Quotes follow RFC 4180: a row with text after a closing quote, or with a quote that is not closed, is a reject. A
    quote inside an unquoted field (`5" pipe`) is an ordinary character, unless `strict_quotes` is True. With
    `line_breaks=False` a value must not have line breaks: a quote that is not closed on its own line is a reject.
    Otherwise a quote many lines later could close it, and the lines between would become its value.

    `quote` is the character around values, if it is not `"`; None if the files have no quotes, and a `"` is text.
    `escape` is a character, such as `"\\\\"`, that makes the next one a part of the value, in quotes and outside of
    them: a delimiter, a quote, a line break or itself. A value of `\\N` is empty. Before another letter or a digit it
    is a reject: programs do not agree on what `\\t` means.

    `widths` are the numbers of characters of the columns of files without delimiters (fixed width), from the beginning
    of a line to its end. Names are those of the first line, or `header`. A line that ends before the last column, or
    that has text behind it, is a reject.

    `footer` is what is not data at the end of each file: the number of its last lines (blank ones do not count), or a
    regular expression: the last lines that begin with it, behind quotes and delimiters (`footer="Total"`). A file
    without such a line has no footer, so a pattern never takes a row for a total.

    Its files are increments: they add rows. With `snapshot=True` the files of one run together are the whole: other
    rows are deleted from the table when the run is settled.

    With `watch=True` a file is loaded soon after it is whole, by `sluice watch` or `sluice up`, and not by a schedule:
    `ready` is how it is known to be whole: `Stable()`, `Marker()` or `Renamed()`.
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
    sheet: str | None = None
    _: KW_ONLY
    quote: str | None = QUOTE
    escape: str | None = None
    footer: int | str = 0
    widths: Sequence[int] | None = None
    watch: bool = False
    ready: Ready | None = None

    header_once: ClassVar[bool] = False  # if not, a row like the header is a reject

    def __post_init__(self) -> None:
        mistakes = list(self._mistakes())
        if mistakes:
            raise ConfigError(f"Files({self.pattern!r}): " + " ".join(mistakes))

    def _mistakes(self) -> Iterator[str]:
        if not isinstance(self.pattern, str) or not self.pattern:
            yield "pattern must be a text like 'orders/*.csv'."
        if self.delimiter is not None and not is_delimiter(self.delimiter):
            yield f"delimiter must be one ASCII character, no letter, digit, blank or quote, not {self.delimiter!r}."
        if self.encoding is not None and not _is_text_encoding(self.encoding):
            yield f"encoding {self.encoding!r} is not known to Python; declare e.g. 'cp1252'."
        yield from self._quote_mistakes()
        yield from _footer_mistakes(self.footer)
        if self.widths is not None:
            yield from self._width_mistakes(tuple(self.widths))
        if not 0 <= self.skip <= MAX_SKIP:
            yield f"skip must be an integer between 0 and {MAX_SKIP:,}."
        if self.watch and self.snapshot:
            yield "watch and snapshot exclude each other: files of a snapshot belong together. Use a schedule."
        if self.watch and not {"", ".", ".."}.isdisjoint(str(self.pattern).split("/")):
            yield "pattern of watched files must be a path below the inbox (SLUICE_INBOX), such as 'orders/*.csv'."
        if self.ready is not None and not self.watch:
            yield "ready is for watched files: declare watch=True too, or leave it out."
        if self.header is not None:
            yield from _header_mistakes(self.header)

    def _quote_mistakes(self) -> Iterator[str]:
        for option, sign in (("quote", self.quote), ("escape", self.escape)):
            if sign is not None and (not _is_sign(sign) or sign in " \t"):
                yield f"{option} must be one ASCII character, no letter, digit or blank, or None, not {sign!r}."
            elif sign is not None and sign == self.delimiter:
                yield f"{option} must be another character than the delimiter."
        if self.escape is not None and self.escape == self.quote:
            yield "leave escape out: a quote that is written twice is a quote without it."
        if self.quote is None and self.strict_quotes:
            yield "strict_quotes needs a quote: with quote=None no character is one."

    def _width_mistakes(self, widths: Sequence[int]) -> Iterator[str]:
        if not widths or not all(isinstance(each, int) and each > 0 for each in widths):
            yield "widths must be the numbers of characters of all columns, in order: widths=(8, 20, 12)."
        if self.header is not None and len(self.header) != len(widths):
            yield f"header has {len(self.header)} names, and widths has {len(widths)} columns."
        signs = (self.delimiter, self.escape, None if self.quote == QUOTE else "quote", self.strict_quotes or None)
        if any(each is not None for each in signs):
            yield "widths excludes delimiter, quote, escape and strict_quotes: columns end at their widths."

    @property
    def reading(self) -> dict[str, object]:
        """The options that change which rows the same bytes give."""
        options = {
            "delimiter": self.delimiter,
            "encoding": self.encoding,
            "skip": self.skip,
            "header": None if self.header is None else list(self.header),
            "strict_quotes": self.strict_quotes,
            "sheet": self.sheet,
            "line_breaks": None if self.line_breaks else "none",
            "quote": None if self.quote == QUOTE else self.quote or "none",
            "escape": self.escape,
            "footer": self.footer,
            "widths": None if self.widths is None else list(self.widths),
        }
        return {name: value for name, value in options.items() if value}

    @property
    def whole(self) -> Ready:
        """How a watched file is known to be whole."""
        return self.ready or Stable()

    @property
    def name_pattern(self) -> str:
        """The pattern of its files' names, without folders."""
        return on_any_day(self.pattern).rpartition("/")[2]


@dataclass(frozen=True)
class Spelled(Files):
    """CSV that Sluice writes itself, from Parquet or a query: a row like the header is data."""

    header_once: ClassVar[bool] = True


def _footer_mistakes(footer: int | str) -> Iterator[str]:
    if isinstance(footer, int):
        if not 0 <= footer <= MAX_FOOTER:
            yield f"footer must be an integer between 0 and {MAX_FOOTER:,}, or a regular expression."
        return
    try:
        pattern = re.compile(footer)
    except re.error as error:
        yield f"footer {footer!r} is not a regular expression: {error}."
        return
    if pattern.match(""):
        yield f"footer {footer!r} fits every line. Name how the lines begin: footer='Total'."


def _header_mistakes(header: Sequence[str]) -> Iterator[str]:
    names = () if isinstance(header, str) else tuple(header)
    if not names or not all(isinstance(name, str) for name in names):
        yield "header must be a list of the column names, in order: header=('id', 'name')."


def _is_text_encoding(name: str) -> bool:
    try:
        return isinstance("".encode(name), bytes)
    except (LookupError, TypeError):
        return False


SPELLED = Spelled("*", delimiter=",")
