"""What of the current folder is on Python's search path by accident, in this process and in those that it starts.

People run `sluice` where their own `tasks.py`, `redis.py` or `csv.py` is, and Python looks there before the standard
library after `python -m` and where PYTHONPATH has an empty entry (`PYTHONPATH=$PYTHONPATH:/more`).
"""

# Only what Python itself has imported by now: any other module could come from the current folder.
import os
import sys


def leave_current_folder() -> None:
    """Take the current folder from before the standard library, unless PYTHONPATH names it.

    Behind the standard library it comes from an installation (a .pth file), and stays.
    """
    try:
        here = os.path.realpath("")
    except FileNotFoundError:  # it was removed: nothing can come from there
        return
    if here not in map(os.path.realpath, _named()):
        before = _before_standard_library()
        sys.path[: len(before)] = [entry for entry in before if os.path.realpath(entry) != here]


def python(module: str, *words: str) -> list[str]:
    """The command that runs a module of ours: with -P, which keeps the folder where it runs off the search path."""
    return [sys.executable, "-P", "-m", module, *words]


def child_environ() -> dict[str, str]:
    """PYTHONPATH for such a command: no empty entries, no relative ones, and where the child finds this very Sluice.

    Where packages are installed the child looks by itself, and these must not come before the standard library.
    """
    entries = [os.path.abspath(entry) for entry in _named()]  # noqa: PTH100 - see above
    ours = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))  # noqa: PTH120
    installed = map(os.path.realpath, sys.path[len(_before_standard_library()) :])
    if ours not in installed and ours not in map(os.path.realpath, entries):
        entries.append(ours)
    return {"PYTHONPATH": os.pathsep.join(entries)}


def _named() -> list[str]:
    return [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]


def _before_standard_library() -> list[str]:
    standard = os.path.dirname(os.__file__)  # noqa: PTH120
    return sys.path[: sys.path.index(standard)] if standard in sys.path else list(sys.path)
