"""Sluice as its users have it: the wheel of this checkout in an environment of its own, and folders full of traps."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.kit.stack import ROOT

# what people call their own files and folders, and what Sluice's own were called
OWN_NAMES = (
    "tasks", "workers", "pipelines", "celeryconfig", "settings", "config", "app", "main", "run", "utils", "models",
    "engine", "cli", "helpers", "flowerconfig", "conftest",
)  # fmt: skip
# what libraries import where it is there
OPTIONAL_NAMES = (
    "gevent", "eventlet", "django", "simplejson", "orjson", "numexpr", "bottleneck", "msgpack", "uvloop", "httptools",
    "websockets", "brotli", "zstandard", "setproctitle", "ephem", "pytz", "openpyxl", "sentry_sdk",
)  # fmt: skip
_SOURCES = ("sluice", "workers", "tasks", "celeryconfig.py", "benchmarks", "pyproject.toml", "README.md", "LICENSE")


@dataclass(frozen=True)
class Installed:
    """An environment with the wheel in it; the libraries are those of the environment that runs the tests."""

    wheel: Path
    folder: Path

    def program(self, name: str) -> str:
        """The path of a program: sluice, python, celery."""
        return str(self.folder / "bin" / name)


def install(work: Path) -> Installed:
    """Build the wheel from a copy of the checkout and install it below `work`."""
    source, made = work / "source", Installed(work, work / "environment")
    source.mkdir(parents=True)
    for name in _SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, source / name)
    _python("build", "--wheel", "--no-isolation", "--outdir", str(work / "dist"), str(source))
    (wheel,) = (work / "dist").glob("*.whl")
    _python("uv", "venv", "--quiet", "--python", sys.executable, str(made.folder))
    where = ["--python", made.program("python"), "--no-deps", "--no-index"]
    _python("uv", "pip", "install", "--quiet", *where, str(wheel))
    (packages,) = made.folder.glob("lib/python3*/site-packages")
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib"))  # not its .pth files: no editable Sluice
    celery = Path(made.program("celery"))
    celery.write_text(f"#!{made.program('python')}\nimport sys\nfrom celery.__main__ import main\nsys.exit(main())\n")
    celery.chmod(0o755)
    return Installed(wheel, made.folder)


@dataclass(frozen=True)
class Traps:
    """A folder of modules that write their name into a file and raise when they are imported."""

    folder: Path

    def lay(self, *names: str) -> None:
        for name in names:
            (self.folder / f"{name}.py").write_text(_TRAP.format(name=name, log=str(self._log)))

    def lay_packages(self, *names: str) -> None:
        for name in names:
            (self.folder / name).mkdir()
            (self.folder / name / "__init__.py").write_text(_TRAP.format(name=name, log=str(self._log)))

    @property
    def sprung(self) -> set[str]:
        """The names of those that somebody has imported."""
        return set(self._log.read_text().split()) if self._log.exists() else set()

    @property
    def _log(self) -> Path:
        return self.folder / "imported.txt"


@cache
def every_name() -> tuple[str, ...]:
    """The standard library, all that is installed beside Sluice, and what people and libraries call theirs."""
    names = {*sys.stdlib_module_names, *packages_distributions(), *OWN_NAMES, *OPTIONAL_NAMES}
    return tuple(sorted(name for name in names - {"sluice"} if name.isidentifier()))


@cache
def names_after_the_start() -> tuple[str, ...]:
    """Of these, what Python itself has not imported yet when it runs a script, or looks for a module to run."""
    code = "import re, runpy, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True)
    # site imports these two by itself, from wherever they are
    known = {*done.stdout.split(), "sitecustomize", "usercustomize"}
    return tuple(name for name in every_name() if name not in known)


_TRAP = """\
import io
with io.open({log!r}, "a") as log:
    log.write({name!r} + "\\n")
raise RuntimeError("the trap {name} was imported")
"""


def _python(module: str, *words: str) -> None:
    command = [sys.executable, "-P", "-m", module, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
