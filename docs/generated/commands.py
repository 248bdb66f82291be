"""The page of the command line, from the commands themselves: what `--help` prints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from docs.generated.markdown import code, plain, table
from sluice.cli.exits import Exit
from sluice.cli.main import app

_HEAD = """# Command line

`sluice COMMAND --help` prints the same text. Every command has `--json`: it prints one JSON object on standard output
and everything else on standard error.

"""


def commands() -> Iterator[tuple[str, Any, Any]]:
    """Each command with its full name, in the order of the help."""
    top: Any = typer.main.get_command(app)
    yield from _below(top, "sluice", None)


def _below(command: Any, name: str, parent: Any) -> Iterator[tuple[str, Any, Any]]:
    context = command.make_context(name, [], parent=parent, resilient_parsing=True)
    if not hasattr(command, "list_commands"):
        yield context.command_path, command, context
        return
    for each in command.list_commands(context):
        yield from _below(command.get_command(context, each), each, context)


def _section(path: str, command: Any, context: Any) -> str:
    usage = command.get_usage(context).removeprefix("Usage: ").replace("\n", " ")
    parts = [f"## {path}", plain(command.help or ""), f"```text\n{' '.join(usage.split())}\n```"]
    records = [each.get_help_record(context) for each in command.get_params(context)]
    rows = [(code(name), plain(words)) for name, words in filter(None, records) if name != "--help"]
    if rows:
        parts.append(table(("argument or option", "meaning"), rows))
    return "\n\n".join(parts)


def page() -> str:
    """The whole page."""
    found = list(commands())
    overview = [
        (f"[{path}](#{path.replace(' ', '-')})", plain((command.help or "").split("\n\n")[0]))
        for path, command, _ in found
    ]
    exits = [(str(int(each)), plain(each.__doc__ or "")) for each in Exit]
    return "\n\n".join(
        [
            _HEAD.strip(),
            table(("command", "what it does"), overview),
            "[Exit codes](exit-codes.md):",
            table(("code", "meaning"), exits),
            *(_section(*each) for each in found),
            "",
        ]
    )
