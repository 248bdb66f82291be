"""Commands by name, imported when they are needed; `main` has their table.

So a command is one file and one line there, and `sluice status` does not import what `sluice export` needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from importlib import import_module
from typing import Any, NamedTuple

import typer

from sluice.cli.wrong_values import word_values


class Command(NamedTuple):
    """A line of the table: `name` as it is typed, `place` is `module:function`, `help` the text in `sluice --help`.

    A name of two words, as `rejects list`, is a command of a group. `epilog` ends the command's own help.
    """

    name: str
    place: str
    help: str
    epilog: str | None = None

    def function(self) -> Any:
        """The function behind it. Imports its module."""
        module, _, name = self.place.partition(":")
        return getattr(import_module(module), name)


class Commands(MutableMapping[str, Any]):
    """The commands of the table, as typer's commands, by their first word. Each is built when it is first looked up."""

    def __init__(self, table: Sequence[Command], groups: Mapping[str, str]) -> None:
        self._table = table
        self._groups = groups
        self._built: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._built:
            self._built[name] = self._build(name)
        return self._built[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._built[name] = command

    def __delitem__(self, name: str) -> None:
        del self._built[name]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(each.name.partition(" ")[0] for each in self._table))

    def __len__(self) -> int:
        return len(list(iter(self)))

    def _build(self, name: str) -> Any:
        rows = [each for each in self._table if each.name.partition(" ")[0] == name]
        if not rows:
            raise KeyError(name)
        made = typer.Typer(name=name, add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)
        functions = {each.name.rpartition(" ")[2]: each.function() for each in rows}
        for each, (last_word, function) in zip(rows, functions.items(), strict=True):
            made.command(last_word, short_help=each.help, epilog=each.epilog)(function)
        if name in self._groups:
            made.callback(help=self._groups[name])(_nothing)  # with it, one command is a group too
        command: Any = typer.main.get_command(made)
        commands = command.commands if name in self._groups else {name: command}
        for last_word, each in commands.items():
            word_values(each, functions[last_word])
        return command


def _nothing() -> None:
    """The options of a group of commands: none."""
