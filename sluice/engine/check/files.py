"""Pipeline files, each checked: which mistakes it has, which examples fail, and what is probably not meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sluice.engine.check.examples import failing_examples
from sluice.engine.check.mistakes import Mistake, check_file
from sluice.engine.check.suspicious import suspicious
from sluice.engine.declare import Pipeline
from sluice.engine.registry.order import mistakes_of_order
from sluice.engine.registry.pipeline_files import FOLDER, files_of
from sluice.engine.rows.contract import Contract
from sluice.errors import ConfigError


@dataclass(frozen=True)
class Checked:
    """A file of a pipeline. `mistakes` and `failed` (examples) are wrong, `warnings` are not."""

    file: Path
    pipeline: str | None = None
    examples: int = 0
    mistakes: list[Mistake] = field(default_factory=list)
    failed: list[Mistake] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def named_files(names: Sequence[str]) -> list[Path]:
    """The files of pipelines by their paths, and by those of folders. Raises ConfigError for a path without one."""
    found: list[Path] = []
    for name in names:
        path = Path(name)
        files = _in_folder(path) if path.is_dir() else [path] if path.is_file() else []
        if not files:
            raise ConfigError(f"No pipeline file at {name!r}: name a .py file, or a folder that has some.")
        found += files
    return list(dict.fromkeys(each.absolute() for each in found))


def check_files(files: Sequence[Path], others: Mapping[str, Pipeline] | None = None) -> list[Checked]:
    """Check each file; folders of modules, which declare no pipeline, are left out.

    With `others`, the pipelines of all other files, it is a mistake to come after one that is not there.
    """
    checked: list[Checked] = []
    found: dict[str, Pipeline] = {}
    names: dict[str, Path] = {}
    for file in files:
        pipeline, mistakes = check_file(file)
        if pipeline is None:
            checked += [Checked(file, mistakes=mistakes)] if mistakes else []
            continue
        found[pipeline.name] = pipeline
        mistakes += _of_contracts(pipeline, file)
        first = names.setdefault(pipeline.name, file)
        if first != file:
            mistakes.append(Mistake(str(file), f"{first} declares the pipeline {pipeline.name!r}, too: rename one."))
        failed = [] if mistakes else list(failing_examples(pipeline))
        warnings = list(suspicious(pipeline))
        checked.append(Checked(file, pipeline.name, len(pipeline.tests), mistakes, failed, warnings))
    complete = others is not None and not any(each.mistakes for each in checked)
    order = mistakes_of_order({**(others or {}), **found}, complete=complete)
    for each in checked:
        if each.pipeline in order:
            each.mistakes.append(Mistake(str(each.file), order[each.pipeline]))
    return checked


def _in_folder(path: Path) -> list[Path]:
    """The pipeline that is the folder, or the files in it."""
    own = path / FOLDER
    return [own] if own.is_file() and check_file(own) != (None, []) else files_of(path)


def _of_contracts(pipeline: Pipeline, file: Path) -> Iterator[Mistake]:
    """Mistakes that show when a contract is made: at the first file of a run."""
    for flow in pipeline.flows:
        try:
            Contract(flow.table, flow.transform, flow.source)
        except ConfigError as error:
            yield Mistake(str(file), str(error))
