"""`serve`: the JSON API."""

from __future__ import annotations

import signal
from typing import Annotated

import typer

from sluice.cli.exits import Exit
from sluice.cli.output import Json, emit, say
from sluice.errors import ConfigError

Host = Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 is all addresses of this machine.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0: any that is free.")]


def serve(host: Host = "127.0.0.1", port: Port = 8000, as_json: Json = False) -> None:
    """Serve loaded and derived tables as JSON, to clients with a token, until SIGTERM or Ctrl-C."""
    try:
        from sluice.web.serve import listen
        from sluice.web.serve import serve as answer
    except ImportError as error:
        raise ConfigError(
            "The API needs fastapi and uvicorn, which are not installed here: pip install 'sluice-etl[web]'."
        ) from error
    from sluice.engine.base.servers import is_embedded, urls
    from sluice.engine.base.settings import settings
    from sluice.engine.tables.migrate import migrate
    from sluice.pipelines import all_pipelines, broken
    from sluice.web.http.tokens import tokens_of
    from sluice.workers.supervisor import stop_signals

    for sentence in broken():
        say(f"a pipeline is left out: {sentence}")
    tokens_of(settings())  # without a token nothing is started
    urls()  # this process keeps the embedded servers running
    if is_embedded():
        migrate(list(all_pipelines().values()))  # of your own database, `sluice migrate` takes care
    listener = listen(host, port)
    name, number = listener.getsockname()[:2]
    url = f"http://[{name}]:{number}" if ":" in name else f"http://{name}:{number}"
    emit({"url": url}, as_json=as_json, human=lambda: say(f"serving {url}; its document is {url}/openapi.json"))
    with stop_signals() as signals:
        try:
            answer(listener)
        except KeyboardInterrupt:
            pass  # the server ends by itself, and raises the signal again when it has
        finally:
            listener.close()
    if signal.SIGINT in signals:
        raise typer.Exit(Exit.INTERRUPTED)
