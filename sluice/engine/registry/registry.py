"""The pipelines that this process knows: those in the folders now, and for open runs earlier versions.

Folders are checked whenever a pipeline is looked up, so workers, beat and the API know a new or changed file without a
restart. Earlier versions stay in memory for a while: a run is finished under the declaration that it was registered
with.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from sluice.engine.declare import Pipeline
from sluice.engine.registry.declared import Declared
from sluice.engine.registry.order import mistakes_of_order
from sluice.engine.registry.pipeline_files import files_of, name_of
from sluice.engine.registry.reading import Read, read
from sluice.errors import ConfigError, Misplaced
from sluice.private import open_to_all

_PACKAGE = Path(__file__).resolve().parents[2]
KEPT = 16  # earlier declarations of a pipeline


@dataclass(frozen=True)
class View:
    """What is in the folders: pipelines by name, and of files with a mistake one sentence each.

    `names` are those that a file with a mistake declared before, or that two files declare.
    """

    declared: Mapping[str, Declared] = field(default_factory=dict)
    broken: Mapping[Path, ConfigError] = field(default_factory=dict)
    names: Mapping[str, ConfigError] = field(default_factory=dict)


class Registry:
    """Reads the pipelines of `folders`, and reads them again when they change. For several threads, and forks."""

    def __init__(
        self, folders: Callable[[], Sequence[Path]], *, gives_way: Callable[[Declared], bool] = lambda _: False
    ) -> None:
        """A later file may declare the name of a pipeline that `gives_way`; all other names must be unique."""
        self._folders = folders
        self._gives_way = gives_way
        self._files: dict[Path, Read] = {}
        self._view: View | None = None
        self._kept: dict[str, tuple[Declared, ...]] = {}
        self._renew_lock()
        os.register_at_fork(after_in_child=self._renew_lock)  # another thread may have had it

    def _renew_lock(self) -> None:
        self._lock = threading.RLock()

    def view(self) -> View:
        """What is in the folders now. Raises ConfigError for a path that is not a folder."""
        with self._lock:
            files = self._read_changed()
            if (
                self._view is None
                or files.keys() != self._files.keys()
                or any(files[path] is not self._files[path] for path in files)
            ):
                self._view = self._viewed(files)
                self._files = files
            return self._view

    def find(self, name: str) -> Declared:
        """The pipeline of that name. Raises ConfigError that lists those there are, and the files with mistakes."""
        view = self.view()
        if name in view.declared:
            return view.declared[name]
        if name in view.names:
            raise view.names[name]
        for path, error in view.broken.items():
            if name_of(path) == name:
                raise error
        raise ConfigError(_unknown(name, view))

    def of(self, pipeline: Pipeline) -> Declared:
        """The `Declared` of a pipeline object, also of one that no file declares."""
        for each in self._kept.get(pipeline.name, ()):
            if each.pipeline is pipeline:
                return each
        bare = Declared(pipeline)
        for each in self._candidates(pipeline.name):
            if all(each.is_of(s, None, bare.contract(s).version) for s in bare.revisions):
                return Declared(pipeline, each.path, each.code)
        return bare

    def matching(self, name: str, fits: Callable[[Declared], bool]) -> Declared | None:
        """The first declaration of that name, current or earlier, that fits. Raises nothing."""
        return next((each for each in self._candidates(name) if fits(each)), None)

    def _candidates(self, name: str) -> Iterator[Declared]:
        """The known versions, newest first; then one that is new in the folders."""
        known = self._kept.get(name, ())
        yield from known
        try:
            self.view()
        except ConfigError:
            return
        yield from (each for each in self._kept.get(name, ()) if each not in known)

    def _read_changed(self) -> dict[Path, Read]:
        files: dict[Path, Read] = {}
        for path in _files_of(self._folders()):
            known = self._files.get(path)
            files[path] = known if known is not None and not known.is_stale() else read(path, known)
        return files

    def _viewed(self, files: Mapping[Path, Read]) -> View:
        declared: dict[str, Declared] = {}
        names: dict[str, ConfigError] = {}
        broken: dict[Path, ConfigError] = {}
        for path, each in files.items():
            if each.outcome is None:
                continue
            if isinstance(each.outcome, ConfigError):
                broken[path] = each.outcome
                names |= {name: each.outcome for name, kept in self._kept.items() if kept[0].path == path}
                continue
            name = each.outcome.name
            if name in declared and self._gives_way(declared[name]):
                del declared[name]
            if name in declared or name in names:
                first = declared.pop(name).path if name in declared else None
                names[name] = ConfigError(f"{path} and {first} both declare the pipeline {name!r}: rename one.")
                broken[path] = names[name]
                continue
            declared[name] = self._keep(Declared(each.outcome, path, each.code, edited_at=each.edited_at))
        order = {name: each.pipeline for name, each in declared.items()}
        for name, mistake in mistakes_of_order(order, complete=not broken).items():
            path = declared.pop(name).path or Path(name)
            broken[path] = names[name] = ConfigError(f"{path}: {mistake}")
        return View(declared, broken, names)

    def _keep(self, new: Declared) -> Declared:
        """Make it the newest version of its name. Returns the known version if it is the same."""
        known = self._kept.get(new.pipeline.name, ())
        same = next((each for each in known if each.pipeline is new.pipeline), None)
        others = tuple(each for each in known if each is not same)
        self._kept[new.pipeline.name] = (same or new, *others)[:KEPT]
        return same or new


def _files_of(folders: Sequence[Path]) -> Iterator[Path]:
    seen: set[str] = set()
    for folder in folders:
        if not folder.is_dir():
            raise Misplaced(f"SLUICE_PIPELINES: {folder} is not a folder.", "Create it, or correct the setting.")
        _refuse_open(folder)
        for path in files_of(folder):
            real = os.path.realpath(path)
            if real not in seen:
                seen.add(real)
                yield path.absolute()


def _refuse_open(folder: Path) -> None:
    """Raises ConfigError for a folder into which every user could put code that workers execute."""
    if folder.resolve().is_relative_to(_PACKAGE):
        return
    if (opened := open_to_all(folder)) is not None:
        where = "" if opened in (folder, folder.absolute(), folder.resolve()) else f", which {folder} is in,"
        raise Misplaced(
            f"SLUICE_PIPELINES: every user of this machine may write to {opened}{where} and so have workers run their "
            "code.",
            f"Take that right away: chmod o-w {opened}",
        )


def _unknown(name: str, view: View) -> str:
    """The sentence for a name that no pipeline has: a file that could not be read may well be the one that is meant."""
    near = get_close_matches(name, view.declared, 1)
    meant = f"; did you mean {near[0]}?" if near else "."
    broken = "".join(f" A file of pipelines could not be read: {error}" for error in view.broken.values())
    known = f" Known are {', '.join(sorted(view.declared))}." if view.declared else ""
    return f"Unknown pipeline {name!r}{meant}{broken}{known} Put your own into a folder of SLUICE_PIPELINES."
