"""Files of pipelines as Python modules: each folder is a package under a name that nobody else has.

The folder is not on the search path: a `json.py` or `tasks.py` in it shadows nothing, the `_units.py` of two folders
are two modules, and a file imports one beside it by `from ._units import to_kwh`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType


def package_of(folder: Path) -> str:
    """Make the folder a package, and forget what was imported from it before. Returns the package's name."""
    name = f"sluice_pipelines_{_digest(str(folder.resolve()))}"
    for known in [each for each in sys.modules if each == name or each.startswith(f"{name}.")]:
        del sys.modules[known]
    package = ModuleType(name, f"The pipelines in {folder}")
    package.__path__ = [str(folder.resolve())]
    sys.modules[name] = package
    return name


def module_of(path: Path, package: str) -> ModuleType:
    """The file as a module of its package, whatever characters are in its name. Raises what the file raises."""
    name = f"{package}.{path.stem if path.stem.isidentifier() else f'file_{_digest(path.stem)}'}"
    if name in sys.modules:  # a file of the same folder has imported it
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError("it cannot be read as a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return module


def advice(error: Exception, path: Path) -> str:
    """What to write instead, where a file beside `path` is imported as if the folder were on the search path."""
    if not isinstance(error, ModuleNotFoundError) or not error.name:
        return ""
    top = error.name.split(".")[0]
    if not path.with_name(f"{top}.py").is_file() and not path.with_name(top).is_dir():
        return ""
    return f". It is in the same folder: write `from .{top} import ...` or `from . import {top}`."


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
