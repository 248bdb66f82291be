"""Pipelines: one file each, found by name. Your own live in the folders of SLUICE_PIPELINES.

A pipeline file is a Python file that sets `pipeline = Pipeline(...)`. Files whose name begins with _ are left
alone. Two files may not declare the same name.
"""

from __future__ import annotations

import importlib.util
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

from sluice.engine.declare import Pipeline
from sluice.engine.settings import settings
from sluice.errors import ConfigError


@cache
def all_pipelines() -> dict[str, Pipeline]:
    """Every pipeline there is, by name. Raises ConfigError that names the file with a mistake in it."""
    found: dict[str, Pipeline] = {}
    where: dict[str, Path] = {}
    for folder in (Path(__file__).parent, *settings().pipelines):
        if not folder.is_dir():
            raise ConfigError(f"SLUICE_PIPELINES: {folder} is not a folder.")
        for path in sorted(folder.glob("[!_]*.py")):
            pipeline = _read(path)
            if pipeline.name in found:
                raise ConfigError(
                    f"{path} and {where[pipeline.name]} both declare the pipeline {pipeline.name!r}: rename one."
                )
            found[pipeline.name], where[pipeline.name] = pipeline, path
    return found


def readable_pipelines() -> dict[str, Pipeline]:
    """Those that can be read, by name: for whoever looks at the mistake in another. The first of a name counts."""
    found: dict[str, Pipeline] = {}
    for folder in (Path(__file__).parent, *settings().pipelines):
        for path in sorted(folder.glob("[!_]*.py")):
            with suppress(Exception, SystemExit):
                pipeline = _read(path)
                found.setdefault(pipeline.name, pipeline)
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


def _read(path: Path) -> Pipeline:
    name = f"sluice_pipeline_{path.parent.name}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ConfigError(f"{path} cannot be read as a Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise ConfigError(f"{path}: {error}") from error
    pipeline = getattr(module, "pipeline", None)
    if not isinstance(pipeline, Pipeline):
        raise ConfigError(f"{path} declares no pipeline: it must set `pipeline = Pipeline(...)`.")
    return pipeline
