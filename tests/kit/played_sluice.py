"""A `sluice` for the DAG's tests: the day decides how its run goes. What it is asked is in asked.log of its folder.

plays.json of the folder, given as first argument, maps days to parts: `dead` (a step is dead until it is retried),
`refused` (no file can be used), `missing` (there are no files), `away` (PostgreSQL does not answer, once).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, NoReturn

DEAD = "A step is dead: see its input, correct the cause, then `sluice retry`."
REFUSED = "None of its inputs could be loaded."
BOOKS = {"read": 3, "loaded": 3, "dead_steps": 0, "inputs": [], "error": None}


def main(folder: Path, verb: str, *arguments: str) -> NoReturn:
    """Note what is asked, and answer."""
    with (folder / "asked.log").open("a", encoding="utf-8") as asked:
        asked.write(" ".join([verb, *arguments]) + "\n")
    plays = json.loads((folder / "plays.json").read_text(encoding="utf-8"))
    if verb == "enqueue":
        enqueue(folder, plays, arguments[1], arguments[3])
    number = int(arguments[0])
    path = folder / f"run-{number}.json"
    run = json.loads(path.read_text(encoding="utf-8"))
    run["asked"] += 1
    run["retried"] |= verb == "retry"
    path.write_text(json.dumps(run), encoding="utf-8")
    if verb == "retry":
        answer({"run": number, "retried": 1})
    status(number, run, plays.get(run["day"]))


def enqueue(folder: Path, plays: dict[str, str], files: str, day: str) -> NoReturn:
    """A run of its own for each time it is asked for."""
    if plays.get(day) == "missing":
        refuse(2, f"There is no file {files}.")
    number = len(list(folder.glob("run-*.json"))) + 1
    run = {"day": day, "asked": 0, "retried": False}
    (folder / f"run-{number}.json").write_text(json.dumps(run), encoding="utf-8")
    answer({"run": number, "pipeline": "customer_ltv"})


def status(number: int, run: dict[str, Any], play: str | None) -> NoReturn:
    """Running when asked for the first time; then as its part says."""
    if play == "away" and run["asked"] == 1:
        refuse(5, "PostgreSQL does not answer.")
    state, more = "done", {}
    if run["asked"] == 1:
        state = "running"
    elif play == "dead" and not run["retried"]:
        state, more = "failed", {"error": DEAD, "dead_steps": 1}
    elif play == "refused":
        state, more = "failed", {"error": REFUSED, "inputs": [{"uri": "/in/a.csv", "error": "It has no rows."}]}
    answer({**BOOKS, "run": number, "state": state, **more})


def answer(facts: dict[str, Any], code: int = 0) -> NoReturn:
    """The one object on standard output."""
    print(json.dumps(facts))
    sys.exit(code)


def refuse(code: int, message: str) -> NoReturn:
    """An error as `sluice` tells it."""
    print(f"error: {message}", file=sys.stderr)
    answer({"error": {"kind": "Played", "message": message}}, code)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
