"""CSV: `plan_csv` streams a file once and cuts it into parts; `parse_part` turns one part into text columns.

What a record is, is what Python's csv module says; line numbers are physical lines of the file.
"""

from sluice.engine.formats.csv.dialect import DELIMITERS, Dialect, Limits
from sluice.engine.formats.csv.header import Headed, HeaderMatch, Told, match_header
from sluice.engine.formats.csv.overlong import reject_overlong
from sluice.engine.formats.csv.parse import ParsedPart, parse_part
from sluice.engine.formats.csv.plan import InputPlan, plan_csv
from sluice.engine.formats.csv.rejects import RowReject
from sluice.engine.formats.csv.spans import PartSpan

__all__ = [
    "plan_csv",
    "InputPlan",
    "PartSpan",
    "Dialect",
    "Told",
    "Headed",
    "DELIMITERS",
    "Limits",
    "match_header",
    "HeaderMatch",
    "parse_part",
    "ParsedPart",
    "RowReject",
    "reject_overlong",
]
