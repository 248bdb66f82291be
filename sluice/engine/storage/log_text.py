"""What is logged has no control characters: text of a file cannot command the terminal that shows the log."""

from __future__ import annotations

import logging

from sluice.engine.storage.address import printable_lines


class PrintableRecord(logging.LogRecord):
    """A record of a log whose message shows control characters and escape sequences as escapes."""

    def getMessage(self) -> str:  # noqa: N802 - the name is that of logging
        """The message with its arguments, as handlers write it."""
        return printable_lines(super().getMessage())


def log_printably() -> None:
    """Apply this to all logs of the process, and of those that it forks."""
    logging.setLogRecordFactory(PrintableRecord)
