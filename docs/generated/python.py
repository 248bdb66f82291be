"""The page of the Python names, from `sluice.__all__`: signatures and docstrings."""

from __future__ import annotations

import inspect
import re
from typing import Any

import sluice
from docs.generated.markdown import plain
from sluice import preprocess, runs
from sluice.engine.ledger.runs import Run

_HEAD = """# Python names

`from sluice import NAME`. The names are in the order in which a pipeline file needs them: declarations, sources,
column types, checks, [enqueue](#enqueue) and [runs](#runs), and preprocessing steps.

What each column type does to a value is in [column types](types.md).
"""


def page() -> str:
    """The whole page."""
    names = [name for name in sluice.__all__ if name not in {"preprocess", "runs"}]
    parts = [_HEAD, *(_section("##", name, getattr(sluice, name)) for name in names)]
    parts.append(f"## runs\n\n{_words(runs)}\n")
    parts += [_section("###", f"runs.{name}", getattr(runs, name)) for name in runs.__all__]
    parts += [
        _section("###", f"Run.{name}", getattr(Run, name)) for name in ("status", "rejects", "wait", "wait_async")
    ]
    parts.append(f"## preprocess\n\n{_words(preprocess)}\n")
    parts += [_section("###", f"preprocess.{name}", getattr(preprocess, name)) for name in preprocess.__all__]
    return "\n".join(parts)


def _section(level: str, name: str, thing: Any) -> str:
    return f"{level} {name}\n\n```python\n{signature(name, thing)}\n```\n\n{_words(thing)}\n"


def _words(thing: Any) -> str:
    """The docstring; code in it stays code."""
    words = inspect.getdoc(thing) or ""
    pieces = re.split(r"(`[^`]*`)", words)
    return "".join(each if each.startswith("`") else plain(each) for each in pieces)


def signature(name: str, thing: Any) -> str:
    """A call with its parameters, over several lines where one would be long."""
    of = thing.__init__ if inspect.isclass(thing) else thing
    found = inspect.signature(of)
    wanted = [each for each in found.parameters.values() if each.name != "self"]
    shown = [_parameter(each) for each in wanted]
    stars = [n for n, each in enumerate(wanted) if each.kind is each.KEYWORD_ONLY]
    if stars:
        shown.insert(stars[0], "*")
    line = f"{name}({', '.join(shown)})"
    return line if len(line) <= 90 else f"{name}(\n" + "".join(f"    {each},\n" for each in shown) + ")"


def _parameter(parameter: inspect.Parameter) -> str:
    star = "*" if parameter.kind is parameter.VAR_POSITIONAL else ""
    kind = "" if parameter.annotation is parameter.empty else f": {_annotation(parameter.annotation)}"
    if parameter.default is parameter.empty:
        return f"{star}{parameter.name}{kind}"
    default = (
        "..."
        if "factory" in repr(parameter.default) or " at 0x" in repr(parameter.default)
        else repr(parameter.default)
    )
    return f"{star}{parameter.name}{kind}{' = ' if kind else '='}{default}"


def _annotation(found: Any) -> str:
    words = found if isinstance(found, str) else inspect.formatannotation(found)
    return words.strip("\"'")
