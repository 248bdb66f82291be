"""Errors become one clear message on stderr and an exit code, without a traceback.

An exception that is not a SluiceError is a defect of Sluice and shows its traceback.
"""

from __future__ import annotations

import sys
from collections.abc import MutableMapping, Sequence
from typing import Any

import typer
from typer.core import TyperGroup

from sluice.cli.exits import Exit, exit_for
from sluice.cli.output import fail, print_object
from sluice.errors import SluiceError


class Edge(TyperGroup):
    """The command group that handles the errors of all its commands."""

    table: MutableMapping[str, Any] = {}  # noqa: RUF012 - a class of the edge has its own
    _as_json = False

    def __init__(self, **attrs: Any) -> None:
        """As typer builds a group, with the commands of the table."""
        super().__init__(**attrs)
        self.commands = {**self.commands} if not self.table else self.table

    def main(self, args: Sequence[str] | None = None, *rest: Any, **more: Any) -> Any:
        """Run the command line. Ends the process."""
        given = list(sys.argv[1:] if args is None else args)
        self._as_json = "--json" in given
        return super().main(given, *rest, **more)

    def invoke(self, ctx: Any) -> Any:
        """Run the command, and turn what it raises into a message and an exit code."""
        try:
            return super().invoke(ctx)
        except SluiceError as first:
            error = _behind(first)
            fail(type(error).__name__, str(error), as_json=self._as_json)
            raise typer.Exit(exit_for(error)) from first
        except KeyboardInterrupt:
            fail("Interrupted", "Interrupted.", as_json=self._as_json)
            raise typer.Exit(Exit.INTERRUPTED) from None
        except typer.Exit:  # the command has printed its object, also where it ends with 2
            raise
        except Exception as error:
            # A mistake in the command line: typer explains it on stderr, programs get their object as well.
            if self._as_json and getattr(error, "exit_code", None) == Exit.USAGE:
                print_object({"error": {"kind": "UsageError", "message": str(error)}})
            raise


def _behind(error: SluiceError) -> SluiceError:
    """The error; or, where PostgreSQL does not know a column because the ledger is older than this code, that."""
    if "(42703)" not in str(error):
        return error
    from sluice.engine.database.connection import transaction
    from sluice.engine.ledger.readiness import LedgerBehind, check_ledger

    try:
        with transaction() as cursor:
            check_ledger(cursor)
    except LedgerBehind as behind:
        return behind
    except SluiceError:
        pass
    return error
