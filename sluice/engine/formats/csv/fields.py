"""The fields of single records, by Python's csv module and the declared quote and escape characters."""

from __future__ import annotations

import csv
import io
from typing import Any

from sluice.engine.formats.csv.escapes import hidden, readable
from sluice.engine.formats.csv.quotes import QuoteRules, find_quotes


def rules_of_python(rules: QuoteRules) -> dict[str, Any]:
    """The arguments of `csv.reader` and `csv.writer`."""
    quoting = csv.QUOTE_NONE if rules.quote is None else csv.QUOTE_MINIMAL
    return {
        "delimiter": rules.delimiter,
        "quotechar": rules.quote,
        "escapechar": rules.escape,
        "quoting": quoting,
    }


def first_fields(text: str, rules: QuoteRules) -> list[str]:
    """The fields of the first record of a text; none of an empty text. Raises csv.Error."""
    return next(_reader(text, rules), [])


def all_fields(text: str, rules: QuoteRules) -> list[list[str]]:
    """The fields of each record of a text. Raises csv.Error."""
    return [*_reader(text, rules)]


def _reader(text: str, rules: QuoteRules) -> Any:
    how = rules_of_python(rules)
    if rules.escape is not None and rules.escape in text:
        data = text.encode("utf-8", "surrogateescape")
        plain = hidden(data, rules)
        data, quote = readable(data, find_quotes(plain.data, rules, final=True), plain, rules)
        text = data.decode("utf-8", "surrogateescape")
        how |= {"quotechar": quote, "quoting": csv.QUOTE_NONE if quote is None else csv.QUOTE_MINIMAL}
    return csv.reader(io.StringIO(text, newline=""), **how)
