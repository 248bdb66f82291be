"""Calls the `sluice` command for the DAG in customer_ltv_dag.py, with the standard library alone.

The scheduler's environment and Sluice's pin the same packages differently, so neither can import the other.
SLUICE_COMMAND names the executable (default: `sluice` on PATH) and may have arguments: `docker exec worker sluice`.
DATABASE_URL, REDIS_URL and all else reach it through the environment, as they would in a shell.
"""  # noqa: INP001 - a folder to copy from, not a package

import json
import os
import shlex
import subprocess
from datetime import date
from typing import Any, NamedTuple

PIPELINE = "customer_ltv"
PATIENCE_S = 600  # enqueue lists the files and registers them, status reads the ledger: seconds, also with thousands
SERVER_AWAY = 5  # the exit code of `sluice` when PostgreSQL or Redis does not answer
STATES = ("running", "done", "failed")


class SluiceFailed(RuntimeError):
    """The command failed; the message is the command's own."""


class ServerAway(SluiceFailed):
    """PostgreSQL or Redis does not answer: try again later."""


class RunState(NamedTuple):
    """Where a run is: `running`, `done` or `failed`; what to read about it; whether `sluice retry` may help."""

    state: str
    words: str
    dead_steps: int


def enqueue_run(as_of: date, files: str) -> int:
    """Register the files for the day, and return the run's number; workers load them.

    `files` are paths, folders, patterns or addresses with spaces between, quoted as in a shell; `{day}` is the day.
    Files whose content was loaded before have nothing to do, so a second call does no harm.
    Raises SluiceFailed, also when there is no such file or folder.
    """
    day = as_of.isoformat()
    paths = [word.replace("{day}", day) for word in shlex.split(files)]
    return int(_call("enqueue", PIPELINE, *paths, "--as-of", day)["run"])


def run_state(run: int) -> RunState:
    """The state of a run in the ledger. Raises SluiceFailed."""
    status = _call("status", str(run))
    state = str(status["state"])
    if state not in STATES:
        raise SluiceFailed(f"Run {run} is in the state {state!r}; this file knows {', '.join(STATES)} only.")
    refused = [f"{each['uri']}: {each['error']}" for each in status["inputs"] if each.get("error")]
    what = status["error"] if state == "failed" else f"{status['loaded']:,} of {status['read']:,} rows read are loaded."
    return RunState(state, "\n".join([f"Run {run} of {PIPELINE}: {state}. {what}", *refused]), status["dead_steps"])


def retry_run(run: int) -> int:
    """Make the dead steps of a failed run due again, and return how many there were. Raises SluiceFailed."""
    return int(_call("retry", str(run))["retried"])


def _call(*arguments: str) -> dict[str, Any]:
    """The object that `sluice ... --json` prints; what it says besides goes to stderr, and so to the task's log."""
    command = [*shlex.split(os.environ.get("SLUICE_COMMAND") or "sluice"), *arguments, "--json"]
    typed = shlex.join(command)
    theirs = {name: value for name, value in os.environ.items() if name != "SLUICE_COMMAND"}  # no setting of Sluice's
    print(f"$ {typed}", flush=True)
    try:
        ended = subprocess.run(
            command,
            env=theirs,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
    except OSError as error:
        raise SluiceFailed(f"`{typed}` cannot be started ({error}). SLUICE_COMMAND says where Sluice is.") from error
    except subprocess.TimeoutExpired as error:
        raise SluiceFailed(f"`{typed}` did not end within {PATIENCE_S} s.") from error
    print(ended.stderr, end="", flush=True)
    output = _object(ended.stdout)
    if ended.returncode == 0 and output is not None:
        return output
    reason = _reason(output) or ended.stderr.strip() or f"it printed {ended.stdout[:200]!r} instead of a JSON object"
    kind = ServerAway if ended.returncode == SERVER_AWAY else SluiceFailed
    raise kind(f"`{typed}` ended with {ended.returncode}: {reason}")


def _object(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _reason(output: dict[str, Any] | None) -> str | None:
    error = output.get("error") if output else None
    return str(error["message"]) if isinstance(error, dict) else None
