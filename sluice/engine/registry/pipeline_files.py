"""Files of pipelines as Python modules: each folder is a package under a name that nobody else has.

The folder is not on the search path: a `json.py` or `tasks.py` in it shadows nothing, the `_units.py` of two folders
are two modules, and a file imports one beside it by `from ._units import to_kwh`.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from types import ModuleType


def package_of(folder: Path) -> str:
    """The name of the package that the folder is, made when it is first asked for."""
    name = f"sluice_pipelines_{_digest(str(folder.resolve()))}"
    if name not in sys.modules:
        package = ModuleType(name, f"The pipelines in {folder}")
        package.__path__ = [str(folder.resolve())]
        sys.modules[name] = package
    return name


def module_for(path: Path, digest: str) -> ModuleType:
    """An empty module of its folder's package for one version of a file, whatever characters are in its name."""
    package = package_of(path.parent)
    stem = path.stem if path.stem.isidentifier() else f"file_{_digest(path.stem)}"
    module = ModuleType(f"{package}.{stem}__{digest[:12]}")
    module.__file__, module.__package__ = str(path), package
    return module


def advice(error: BaseException, path: Path) -> str:
    """What to write instead, where a file beside `path` is imported as if the folder were on the search path."""
    if not isinstance(error, ModuleNotFoundError) or not error.name:
        return ""
    top = error.name.split(".")[0]
    if not path.with_name(f"{top}.py").is_file() and not path.with_name(top).is_dir():
        return ""
    return f". It is in the same folder: write `from .{top} import ...` or `from . import {top}`."


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
