"""Files of pipelines as Python modules: each folder is a package with a unique name.

The folder is not on the search path: a `json.py` or `tasks.py` in it shadows nothing, the `_units.py` of two folders
are two modules, and a file imports another one of its folder by `from ._units import to_kwh`. A pipeline may also be a
folder itself, with its declaration in `__init__.py` and its other files in the same folder.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from types import ModuleType

FOLDER = "__init__.py"


def package_of(folder: Path) -> str:
    """The name of the folder's package, created at the first call."""
    name = f"sluice_pipelines_{_digest(str(folder.resolve()))}"
    if name not in sys.modules:
        package = ModuleType(name, f"The pipelines in {folder}")
        package.__path__ = [str(folder.resolve())]
        sys.modules[name] = package
    return name


def module_for(path: Path, digest: str) -> ModuleType:
    """An empty module of its folder's package for one version of a file; its name may have any characters.

    That of a folder is a package: its files import each other by `from .units import to_kwh`, and those of each
    version are modules of their own.
    """
    home, stem = (path.parent.parent, path.parent.name) if is_folder(path) else (path.parent, path.stem)
    package = package_of(home)
    stem = stem if stem.isidentifier() else f"file_{_digest(stem)}"
    module = ModuleType(f"{package}.{stem}__{digest[:12]}")
    module.__file__, module.__package__ = str(path), package
    if is_folder(path):
        module.__package__, module.__path__ = module.__name__, [str(path.parent)]
    return module


def is_folder(path: Path) -> bool:
    """Whether a file declares the pipeline of its whole folder."""
    return path.name == FOLDER


def name_of(path: Path) -> str:
    """The name of a pipeline's file, or of its folder."""
    return path.parent.name if is_folder(path) else path.stem


def files_of(folder: Path) -> list[Path]:
    """The files of a folder that may declare a pipeline: `name.py`, and `name/__init__.py` of a folder of its own."""
    own = [each for each in folder.glob(f"[!_.]*/{FOLDER}") if each.is_file()]
    return sorted([*folder.glob("[!_]*.py"), *own])


def code_of(path: Path) -> list[Path]:
    """The Python files that make one version of a pipeline that is a folder: its declaration, then all others."""
    return [path, *sorted(each for each in path.parent.rglob("*.py") if each != path)]


def advice(error: BaseException, path: Path) -> str:
    """What to write instead, if a file of the same folder is imported as if the folder were on the search path."""
    if not isinstance(error, ModuleNotFoundError) or not error.name:
        return ""
    top = error.name.split(".")[0]
    if not path.with_name(f"{top}.py").is_file() and not path.with_name(top).is_dir():
        return ""
    return f". It is in the same folder: write `from .{top} import ...` or `from . import {top}`."


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
