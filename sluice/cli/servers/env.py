"""`env`: how to connect to the servers in use."""

from __future__ import annotations

import shlex

from sluice.cli.output import Json, emit
from sluice.errors import TransientError


class ServersDown(TransientError):
    """The embedded servers only run while a command uses them."""


def env(as_json: Json = False) -> None:
    """Print DATABASE_URL=... and REDIS_URL=..., with passwords: eval "$(sluice env)".

    For programs that are started from there `export DATABASE_URL REDIS_URL` follows. Without it they do not see them,
    and a worker starts servers of its own.
    """
    database, redis = _urls()
    urls = {"DATABASE_URL": database, "REDIS_URL": redis}
    emit(urls, as_json=as_json, human=lambda: _print_lines(urls))


def _urls() -> tuple[str, str]:
    """The URLs in use, without starting anything. Raises ServersDown when the embedded servers do not run."""
    from sluice.embedded import running_servers
    from sluice.engine.base.servers import is_embedded, urls
    from sluice.engine.base.settings import settings

    if not is_embedded():
        return urls()
    servers = running_servers(settings().home)
    if servers is None or not (servers.database_url and servers.redis_url):
        raise ServersDown(
            f"The embedded servers of {settings().home} do not run now. Start `sluice up`, then try again."
        )
    return servers.database_url, servers.redis_url


def _print_lines(urls: dict[str, str]) -> None:
    for name, url in urls.items():
        print(f"{name}={shlex.quote(url)}")
