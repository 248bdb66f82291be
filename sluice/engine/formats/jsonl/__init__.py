"""JSON lines: `plan_jsonl` streams a file once and cuts it into parts; `parse_jsonl` turns one into text columns.

A record is a line that is not blank, lines end at LF or CR LF, and values become text exactly as written.
"""

from sluice.engine.formats.jsonl.dialect import JsonLines, looks_like_jsonl
from sluice.engine.formats.jsonl.parse import parse_jsonl
from sluice.engine.formats.jsonl.plan import plan_jsonl
from sluice.engine.formats.text.lines import reject_overlong_line

__all__ = ["plan_jsonl", "parse_jsonl", "JsonLines", "looks_like_jsonl", "reject_overlong_line"]
