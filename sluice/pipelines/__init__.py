"""WHICH DATASETS: one file each, found by name. Your own live in the folders of SLUICE_PIPELINES.

A pipeline file is a Python file that sets `pipeline = Pipeline(...)`. Files whose name begins with _ are left
alone: a pipeline file may import them, by `from ._units import to_kwh`. Two files may not declare the same name.

A folder is a package under a name that nobody else has, and is not on the search path: a `json.py` or `tasks.py`
in it shadows nothing, and the `_units.py` of two folders are two modules.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

from sluice.engine.declare import Pipeline
from sluice.engine.settings import settings
from sluice.errors import ConfigError

_SHIPPED = Path(__file__).parent


@cache
def all_pipelines() -> dict[str, Pipeline]:
    """Every pipeline there is, by name. Raises ConfigError that names the file with a mistake in it."""
    found: dict[str, Pipeline] = {}
    where: dict[str, Path] = {}
    for folder in (_SHIPPED, *settings().pipelines):
        if not folder.is_dir():
            raise ConfigError(f"SLUICE_PIPELINES: {folder} is not a folder.")
        package = __name__ if folder == _SHIPPED else _package_of(folder)
        for path in sorted(folder.glob("[!_]*.py")):
            pipeline = _read(path, package)
            if pipeline.name in found:
                raise ConfigError(
                    f"{path} and {where[pipeline.name]} both declare the pipeline {pipeline.name!r}: rename one."
                )
            found[pipeline.name], where[pipeline.name] = pipeline, path
    return found


def find(name: str) -> Pipeline:
    """The pipeline of that name. Raises ConfigError that lists those there are."""
    known = all_pipelines()
    if name not in known:
        raise ConfigError(
            f"There is no pipeline {name!r}. Known: {', '.join(sorted(known))}. "
            f"Your own go into the folders of SLUICE_PIPELINES."
        )
    return known[name]


def _package_of(folder: Path) -> str:
    """Make the folder a package, and forget what was imported from it before. Returns the package's name."""
    name = f"sluice_pipelines_{_digest(str(folder.resolve()))}"
    for known in [each for each in sys.modules if each == name or each.startswith(f"{name}.")]:
        del sys.modules[known]
    package = ModuleType(name, f"The pipelines in {folder}")
    package.__path__ = [str(folder.resolve())]
    sys.modules[name] = package
    return name


def _read(path: Path, package: str) -> Pipeline:
    try:
        module = _module(path, package)
    except Exception as error:
        raise ConfigError(f"{path}: {error}{_advice(error, path)}") from error
    pipeline = getattr(module, "pipeline", None)
    if not isinstance(pipeline, Pipeline):
        raise ConfigError(f"{path} declares no pipeline: it must set `pipeline = Pipeline(...)`.")
    return pipeline


def _module(path: Path, package: str) -> ModuleType:
    """The file as a module of its package, whatever characters are in its name."""
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
        del sys.modules[name]
        raise
    return module


def _advice(error: Exception, path: Path) -> str:
    """What to write instead, where a file of the same folder is imported as if the folder were on the path."""
    if not isinstance(error, ModuleNotFoundError) or not error.name:
        return ""
    top = error.name.split(".")[0]
    if not path.with_name(f"{top}.py").is_file() and not path.with_name(top).is_dir():
        return ""
    return f". It is in the same folder: write `from .{top} import ...` or `from . import {top}`."


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
