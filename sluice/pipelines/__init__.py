"""Pipelines: one file or folder each, found by name. Your own are in the folders of SLUICE_PIPELINES.

Those that come with Sluice are examples. Each can be run by its name. Where SLUICE_PIPELINES has the name, too, it is
switched on: its tables are made beforehand, its schedule runs, and it is served and checked like your own.

A pipeline file is a Python file that sets `pipeline = Pipeline(...)`; of a folder that is its `__init__.py`, with SQL
and other files of the dataset next to it. Names that begin with _ are ignored. Two files must not declare the same
name. A new or changed file is read at the next use; a file with a mistake is reported then, and the others work.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sluice.engine.base.settings import settings
from sluice.engine.declare import Pipeline
from sluice.engine.registry import Declared, Registry
from sluice.errors import ConfigError, OtherDeclaration

FOLDER = Path(__file__).parent  # of the pipelines that come with Sluice
EXAMPLES = tuple(sorted(each.parent.name for each in FOLDER.glob("[!_]*/__init__.py")))


def own_folders() -> tuple[Path, ...]:
    """The folders of SLUICE_PIPELINES, without the names of examples."""
    return tuple(each for each in settings().pipelines if str(each) not in EXAMPLES)


def _folders() -> tuple[Path, ...]:
    return (FOLDER, *own_folders())


def is_off(declared: Declared) -> bool:
    """Whether a pipeline comes with Sluice and SLUICE_PIPELINES does not name it."""
    if declared.path is None or not declared.path.is_relative_to(FOLDER):
        return False
    return declared.pipeline.name not in map(str, settings().pipelines)


REGISTRY = Registry(_folders, gives_way=is_off)


def known_declared() -> dict[str, Declared]:
    """Every pipeline that can be run, by name, with the examples. Raises ConfigError for a path to something else."""
    return dict(REGISTRY.view().declared)


def examples() -> dict[str, Pipeline]:
    """The pipelines that come with Sluice, by name."""
    known = known_declared().items()
    return {name: each.pipeline for name, each in known if each.path is not None and each.path.is_relative_to(FOLDER)}


def all_declared() -> dict[str, Declared]:
    """Every pipeline that is switched on and can be read, by name. Raises ConfigError as `known_declared`."""
    return {name: each for name, each in known_declared().items() if not is_off(each)}


def all_pipelines() -> dict[str, Pipeline]:
    """The pipelines of `all_declared`, by name; `broken` names the files that cannot be read."""
    return {name: each.pipeline for name, each in all_declared().items()}


def broken() -> list[str]:
    """The errors of pipeline files, one sentence each with file and line."""
    return [str(error) for error in mistakes()]


def mistakes() -> list[ConfigError]:
    """The errors of pipeline files."""
    return list(REGISTRY.view().broken.values())


def find(name: str) -> Pipeline:
    """The pipeline of that name. Raises ConfigError that lists the known pipelines, and the files with errors."""
    return REGISTRY.find(name).pipeline


def declared_of(pipeline: Pipeline) -> Declared:
    """The declaration of a pipeline that was found before, as it was then."""
    return REGISTRY.of(pipeline)


def declared_for(name: str, source: str, revision: str | None, contract: str) -> Declared:
    """The declaration that an input of a source was registered under. Raises OtherDeclaration."""
    return matching(name, lambda each: each.is_of(source, revision, contract), revision or contract, source)


def matching(name: str, fits: Callable[[Declared], bool], registered: str, source: str = "") -> Declared:
    """The declaration that fits the `registered` revision, of those that this process has or had.

    Raises OtherDeclaration, which says what is here instead.
    """
    found = REGISTRY.matching(name, fits)
    if found is not None:
        return found
    raise OtherDeclaration(
        f"The declaration of {name!r} differs: it was registered under {registered}, and this worker has "
        f"{_here(name, source)}. A worker that has it continues; when none has it for "
        f"{settings().declaration_wait_s:.0f} s, a newer one is taken."
    )


def newest(name: str) -> Declared | None:
    """The current declaration of a pipeline; None if it does not exist or cannot be read."""
    try:
        return REGISTRY.find(name)
    except ConfigError:
        return None


def _here(name: str, source: str) -> str:
    try:
        here = REGISTRY.find(name)
    except ConfigError as error:
        return f"none ({str(error)[:160]})"
    return f"{here.revisions.get(source, 'another')} ({here.path})"
