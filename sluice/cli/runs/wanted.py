"""The inputs of a command, checked before anything is started: files, sources, and load options."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Self

from sluice.cli.output import count, say
from sluice.engine.storage.address import printable

if TYPE_CHECKING:
    from sluice.cli.options import LoadOptions
    from sluice.engine.declare import Pipeline as Declared
    from sluice.engine.ledger.registration import NewInput
    from sluice.engine.ledger.runs import Run

NAMED = 2


@dataclass(frozen=True)
class Wanted:
    """The inputs of a run and their load options."""

    pipeline: Declared
    inputs: Iterable[NewInput]
    reload: bool
    max_rejects: str | None
    as_of: date | None
    allow_future: bool = False

    @classmethod
    def by(cls, options: LoadOptions) -> Self:
        """From the command line. Raises ConfigError."""
        as_of = options.as_of and options.as_of.date()
        paths, only = options.paths or [], options.only or []
        return cls.of(options.pipeline, paths, options.reload, options.max_rejects, as_of, only, options.allow_future)

    @classmethod
    def of(
        cls,
        pipeline: str,
        paths: list[str],
        reload: bool = False,
        max_rejects: str | None = None,
        as_of: date | None = None,
        only: Collection[str] = (),
        allow_future: bool = False,
    ) -> Self:
        """Find the inputs, and check the options against the pipeline. Raises ConfigError."""
        from sluice.engine.sources.inputs import found_inputs
        from sluice.engine.steps.part.reject_limit import RejectLimit
        from sluice.pipelines import find

        declared = find(pipeline)
        has_inputs = bool(paths or declared.fetched(only))
        declared.check_run(has_inputs=has_inputs, as_of=as_of, allow_future=allow_future)
        if max_rejects is not None:
            RejectLimit(max_rejects)
        say_order(paths)
        say_repeated(paths)
        inputs = found_inputs(declared, paths, say_left_out(declared), only)
        return cls(declared, inputs, reload, max_rejects, as_of, allow_future)

    def put_on_queue(self) -> Run:
        """Register the run and publish it. Where that takes long, it is reported how far it is."""
        from sluice.cli.runs.registering import Registering
        from sluice.tasks.enqueue import enqueue_inputs

        return enqueue_inputs(
            self.pipeline,
            self.inputs,
            Registering(),
            reload=self.reload,
            max_rejects=self.max_rejects,
            as_of=self.as_of,
            allow_future=self.allow_future,
        )


def say_left_out(declared: Declared) -> Callable[[str, list[str]], None]:
    """A function that reports files of a folder that no source of the pipeline takes."""

    def left_out(folder: str, names: list[str]) -> None:
        like = " or ".join(dict.fromkeys(source.name_pattern for source in declared.files))
        named = ", ".join([*map(printable, names[:NAMED]), *(["..."] if len(names) > NAMED else [])])
        which = "file that is" if len(names) == 1 else "files that are"
        say(f"left out of {printable(folder)}: {count(len(names))} {which} not like {like} ({named})")

    return left_out


def say_order(paths: Sequence[str]) -> None:
    """Report that a shell has put part_10 before part_9: files of the command line keep their order."""
    from sluice.engine.storage import name_order

    by_text = list(paths) == sorted(paths)
    for earlier, later in pairwise(paths):
        if by_text and name_order(earlier) > name_order(later):
            say(
                f"files are taken in the order given, {earlier} before {later}; name the folder, or put the pattern in "
                "quotes, and numbers are compared as numbers"
            )
            return


def say_repeated(paths: Sequence[str]) -> None:
    """Report a path that is given again: where rows are updated, it might be meant to be loaded last."""
    path, times = next(iter(Counter(paths).most_common(1)), ("", 0))
    if times > 1:
        say(f"{printable(path)} is given {times} times: it is loaded once, at its first place")
