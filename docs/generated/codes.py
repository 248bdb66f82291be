"""The page of error codes: each code that the code base raises, with the message that comes with it.

Codes are found in the syntax tree, so that a new one is on the page as soon as it is in the code. `FURTHER` has those
whose message is put together elsewhere; a test fails when a code has neither.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import sluice
from docs.generated.markdown import code, plain, table

Names = dict[str, list[ast.expr]]

_ROOT = Path(sluice.__file__).parent
_ROWS = {"RowReject": 2, "InvalidLine": 1, "Invalid": 0, "_Unstorable": 0, "Refused": 1, "_Batch": 2, "one_of": -1}
"""What refuses a row, and which of its arguments is the code."""
_FOLDERS = {"remote": "sources", "sources": "sources", "forecast": "forecast"}
"""Where what refuses something else than a file of a run is."""
_INPUTS = {"DataError": 0, "NoRows": -1, "end_input": -1, "_withdraw": -1}

FURTHER = {
    "rows": {
        "key_conflict": "The same key has other values in a row that is loaded or comes first; both places are named.",
        "superseded": "The key of a replayed row has a newer row, whose place is named; the table is updated.",
        "expired": "The row is older than `expire_after` of its table: it is not loaded, and its text is not kept.",
        "record_not_loaded": "The row is of a list whose record is not in its table: another record has its key.",
        "not_a_list": "What is declared as the list of a record (`Children`) is not one.",
        "too_many_elements": "A list has more than 999,999 elements.",
        "forgotten": "A value of the row was forgotten (`sluice forget`): it is not loaded, and its text is not kept.",
        "missing": "A value that is `required` is empty.",
        "invalid_utf8": "A byte of the record is not text in the encoding of the file; the message says which one.",
        "negative": "'{value}' is below 0 (`check=at_least(0)`).",
        "not_allowed": "'{value}' is not one of the values of `check=one_of(...)`.",
        "unclosed_quote": "A quote is not closed. The row ends with its line, and the next lines are rows.",
        "text_after_quote": "Text follows the closing quote of a value.",
        "bare_quote": "A quote stands in a value that is not in quotes, and `strict_quotes` is declared.",
        "unknown_escape": "The declared `escape` character stands before a letter or a digit, not as `\\N`.",
        "dangling_escape": "The declared `escape` character ends the file, or a line with `line_breaks=False`.",
    },
    "inputs": {
        "header_only": "The input has a header and no rows.",
        "nothing_loaded": "Every row of the input was rejected. The message has the most frequent reason.",
        "over_limit": "The input has more rejects than `--max-rejects` allows; nothing of it was loaded.",
        "poison": "The same content has crashed its workers before. `sluice retry RUN` tries it once more.",
        "dead_step": "A step of the input failed too often; the message has the last error.",
        "cancelled": "The run was stopped with `sluice cancel`; nothing of the input was loaded.",
        "changed": "The file changed again and again while it was read.",
        "file_missing": "No worker has seen the file for 30 s.",
        "driver_missing": "No worker has had the library or driver that the source needs for 30 s.",
        "setting_missing": "No worker has had the setting that the source names for 30 s.",
        "not_allowed": "No worker's database role has had the right for 30 s; the message names it.",
        "table_missing": "The table is not there for the role of any worker.",
        "other_declaration": "No worker has the declaration that the run was registered with, or a newer one.",
        "unclosed_quote": "A quote in the header is not closed.",
        "text_after_quote": "Text follows a closing quote in the header.",
        "bare_quote": "A quote stands in an unquoted name in the header, and `strict_quotes` is declared.",
        "unknown_escape": "The declared `escape` character stands before a letter or a digit in the header.",
        "dangling_escape": "The declared `escape` character is the last one of the header.",
    },
}

_HEAD = """# Error codes

Codes are stable: scripts may depend on them. `sluice rejects list RUN --json` and `sluice status RUN --json` show them.
In the messages below `{value}` stands for the value of the row, `…` for what else depends on the case.

"""
_TITLES = {
    "rows": "Rejected rows\n\nThe row is not loaded. The other rows of its file are.",
    "inputs": "Refused inputs\n\nNothing of the input is loaded. The other inputs of the run go on.",
    "sources": "Refused fetches\n\nWhat to do about each is in [APIs](../how-to/declare/http-api.md),"
    " [other databases](../how-to/declare/mysql.md),"
    " [databases](../how-to/declare/sources.md) and [Python functions](../how-to/declare/rows.md) as sources.",
    "forecast": "Forecasts\n\n`sluice forecast` ends with 1.",
    "api": "Problems of the JSON API\n\nSee [the JSON API](json-api.md).",
}


@dataclass(frozen=True)
class Found:
    """A code, where it belongs, and its message; "" where the syntax tree has none."""

    kind: str
    code: str
    message: str


@cache
def found() -> list[Found]:
    """Every code in the code base, and those of FURTHER."""
    some = {each for path in sorted(_ROOT.rglob("*.py")) for each in _in_file(path)}
    some |= {Found(kind, name, words) for kind, names in FURTHER.items() for name, words in names.items()}
    described = {(each.kind, each.code) for each in some if each.message}
    return sorted(
        (each for each in some if each.message or (each.kind, each.code) not in described),
        key=lambda each: (list(_TITLES).index(each.kind), each.code, each.message),
    )


def _in_file(path: Path) -> Iterator[Found]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.Module):
            local = _assigned(function)
            for call in _calls(function):
                yield from _of_call(call, path, local)


def _calls(scope: ast.AST) -> Iterator[ast.Call]:
    """The calls in a scope; those of a function in it are that function's."""
    for child in ast.iter_child_nodes(scope):
        if isinstance(child, ast.Call):
            yield child
        if not isinstance(child, ast.FunctionDef):
            yield from _calls(child)


def _assigned(scope: ast.AST) -> Names:
    """What names stand for in a scope."""
    names: Names = {}
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            names.setdefault(node.targets[0].id, []).append(node.value)
    return names


def _of_call(call: ast.Call, path: Path, local: Names) -> Iterator[Found]:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    if name == "Problem":
        status, named, detail = call.args[:3]
        for each in _texts(named, local):
            words = _message(detail, local)
            yield Found("api", each, f"{ast.unparse(status)}: {words}" if words else ast.unparse(status))
    place = _ROWS.get(name, _INPUTS.get(name))
    if place is None:
        return
    at = next((each.value for each in call.keywords if each.arg == "code"), None)
    message = None
    if 0 <= place < len(call.args) and at is None:
        at, message = call.args[place], next(iter(call.args[place + 1 :]), None)
    for each in _texts(at, local) if at is not None else ():
        yield Found(_kind(name, path), each, _message(message, local) if message is not None else "")


def _kind(name: str, path: Path) -> str:
    if name in _ROWS:
        return "rows"
    folders = path.relative_to(_ROOT).parts
    return next((kind for folder, kind in _FOLDERS.items() if folder in folders), "inputs")


def _texts(node: ast.expr, local: Names) -> list[str]:
    """The texts that an expression may be; placeholders are written as ellipses."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) and not node.value.endswith(" ") else []
    if isinstance(node, ast.JoinedStr):
        text = "".join(str(each.value) if isinstance(each, ast.Constant) else "…" for each in node.values)
        text = re.sub(r"…\.$", "…", text)
        return [] if text.endswith(" ") else [text]  # the rest of such a sentence is put together elsewhere
    if isinstance(node, ast.IfExp):
        return _texts(node.body, local) + _texts(node.orelse, local)
    if isinstance(node, ast.Name):
        return [text for each in local.get(node.id, ()) for text in _texts(each, {})]
    return []


def _message(node: ast.expr, local: Names) -> str:
    """The message that a call gets; of a name it is what was last assigned before."""
    if isinstance(node, ast.Name):
        before = [each for each in local.get(node.id, ()) if each.lineno < node.lineno]
        return _message(max(before, key=lambda each: each.lineno), {}) if before else ""
    return next(iter(_texts(node, local)), "")


def page() -> str:
    """The whole page."""
    parts = [_HEAD.strip()]
    every = found()
    for kind, title in _TITLES.items():
        rows: dict[str, list[str]] = {}
        for each in every:
            if each.kind == kind:
                rows.setdefault(each.code, []).append(plain(each.message))
        parts += [f"## {title}", table(("code", "message"), [(code(n), "<br>".join(m)) for n, m in rows.items()])]
    return "\n\n".join([*parts, ""])
