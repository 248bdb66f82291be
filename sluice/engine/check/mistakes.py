"""All mistakes of a pipeline's file. A worker stops at the first one; here the file is read on behind each.

What has a mistake is replaced by something that stands in for it. A misspelt name is taken for the nearest one, so that
what is declared with it is checked, too. A sentence may appear only where the file is really wrong: what depends on
something wrong is not judged.
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import sluice
from sluice.engine.base.collecting import BROKEN, collecting
from sluice.engine.declare import Pipeline
from sluice.engine.registry.pipeline_files import module_for
from sluice.engine.registry.reading import read
from sluice.errors import ConfigError, DeclarationError

_MOST = 50  # names that are not defined, of one file
_NAMES = [name for name in sluice.__all__ if name != "enqueue"]


class Mistake(NamedTuple):
    """What is wrong, and where: `file:line`, or the file."""

    place: str
    sentence: str


def check_file(path: Path) -> tuple[Pipeline | None, list[Mistake]]:
    """The pipeline of a file, or its mistakes; neither for a folder of modules that others import."""
    outcome = read(path).outcome
    if not isinstance(outcome, ConfigError):
        return outcome, []
    first = _placed(str(outcome), path)
    found = sorted({*_found(path)}, key=_by_line)
    return None, found if any(each.place == first.place for each in found) else [first, *found]


def _found(path: Path) -> Iterator[Mistake]:
    try:
        content = path.read_bytes()
        tree = ast.parse(content, str(path))
    except (OSError, SyntaxError, ValueError):
        return  # the reading has said so
    mistakes: list[Mistake] = []
    stand_ins = dict(_wrong_imports(path, tree, mistakes))
    yield from mistakes
    for _ in range(_MOST):
        noted, unknown = _executed(path, tree, stand_ins)
        if unknown is None:
            yield from (Mistake(each.place, each.sentence) for each in noted)
            return
        mistake, stand_in = unknown
        yield mistake
        stand_ins |= stand_in


def _wrong_imports(path: Path, tree: ast.Module, into: list[Mistake]) -> Iterator[tuple[str, Any]]:
    """Names that the file imports from sluice and that are not there, with what stands in; they leave the tree."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or node.module != "sluice" or node.level:
            continue
        wrong = [each for each in node.names if each.name != "*" and not hasattr(sluice, each.name)]
        for each in wrong:
            near = next(iter(get_close_matches(each.name, _NAMES, 1)), None)
            meant = f"; did you mean {near}?" if near else "."
            into.append(Mistake(f"{path}:{each.lineno}", f"sluice has no {each.name!r}{meant}"))
            yield each.asname or each.name, getattr(sluice, near) if near else BROKEN
        node.names = [each for each in node.names if each not in wrong] or [ast.alias("__version__")]


def _executed(
    path: Path, tree: ast.Module, stand_ins: dict[str, Any]
) -> tuple[list[DeclarationError], tuple[Mistake, dict[str, Any]] | None]:
    """Execute the file. Returns the mistakes of declarations, or a name that is not defined and what stands in."""
    module = module_for(path, "check")
    module.__dict__.update(stand_ins)
    before = set(sys.modules)
    sys.modules[module.__name__] = module
    with collecting() as noted:
        try:
            exec(compile(ast.fix_missing_locations(tree), str(path), "exec", dont_inherit=True), module.__dict__)  # noqa: S102 - a pipeline is a Python file
        except NameError as error:
            line = _line_in(error, path)
            if line is not None and error.name and error.name not in stand_ins:
                return noted, _not_defined(error.name, f"{path}:{line}", module)
        except (Exception, SystemExit):  # noqa: BLE001, S110 - the reading has said so
            pass
        finally:
            for name in {*sys.modules} - before:  # a module may hold something that stands in
                if name.startswith("sluice_pipelines_"):
                    sys.modules.pop(name, None)
    return noted, None


def _not_defined(name: str, place: str, module: ModuleType) -> tuple[Mistake, dict[str, Any]]:
    """A name that is not defined: one of Sluice's is not imported, or it is misspelt."""
    if name in _NAMES:
        return Mistake(place, f"{name} is not imported: write `from sluice import {name}`."), {
            name: getattr(sluice, name)
        }
    known = [each for each in vars(module) if not each.startswith("__")]
    near = next(iter(get_close_matches(name, [*known, *_NAMES, *vars(builtins)], 1)), None)
    meant = f"; did you mean {near}?" if near else "."
    of_sluice = {each: getattr(sluice, each) for each in _NAMES}
    meant_names = {"True": True, "False": False} | of_sluice | vars(module)  # functions of Python are not called
    return Mistake(place, f"the name {name!r} is not defined{meant}"), {name: meant_names.get(near or "", BROKEN)}


def _line_in(error: BaseException, path: Path) -> int | None:
    """The line of the file that an error comes from; None where it comes from another file."""
    last, frame = None, error.__traceback__
    while frame is not None:
        last = frame.tb_lineno if frame.tb_frame.f_code.co_filename == str(path) else None
        frame = frame.tb_next
    return last


def _placed(text: str, path: Path) -> Mistake:
    """A sentence of the registry begins with the file, and mostly with a line."""
    place, colon, sentence = text.partition(": ")
    return Mistake(place, sentence) if colon and place.startswith("/") else Mistake(str(path), text)


def _by_line(each: Mistake) -> tuple[str, int, str]:
    file, _, line = each.place.rpartition(":")
    return (file, int(line), each.sentence) if line.isdigit() else (each.place, 0, each.sentence)
