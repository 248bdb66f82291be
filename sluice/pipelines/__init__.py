"""Pipelines: one file each, found by name. Your own live in the folders of SLUICE_PIPELINES.

A pipeline file is a Python file that sets `pipeline = Pipeline(...)`. Files whose name begins with _ are left
alone, and pipeline files may import them: `from ._units import to_kwh`. Two files may not declare the same name.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sluice.engine.declare import Pipeline
from sluice.engine.pipeline_files import advice, module_of, package_of
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
        package = __name__ if folder == _SHIPPED else package_of(folder)
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


def _read(path: Path, package: str) -> Pipeline:
    try:
        module = module_of(path, package)
    except Exception as error:
        raise ConfigError(f"{path}: {error}{advice(error, path)}") from error
    pipeline = getattr(module, "pipeline", None)
    if not isinstance(pipeline, Pipeline):
        raise ConfigError(f"{path} declares no pipeline: it must set `pipeline = Pipeline(...)`.")
    return pipeline
