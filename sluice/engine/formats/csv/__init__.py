"""CSV: `plan_csv` streams a file once and cuts it into parts; `parse_part` turns one part into text columns.

Records are those of Python's csv module; line numbers are physical lines of the file.
"""

from sluice.engine.formats.csv.dialect import DELIMITERS, Dialect
from sluice.engine.formats.csv.header import CsvOptions
from sluice.engine.formats.csv.overlong import reject_overlong
from sluice.engine.formats.csv.parse import parse_part
from sluice.engine.formats.csv.plan import plan_csv

__all__ = ["plan_csv", "parse_part", "reject_overlong", "Dialect", "CsvOptions", "DELIMITERS"]
