"""Settings: one typed object, from the environment, that reports every mistake at once.

Each setting is an environment variable `SLUICE_<NAME>`; DATABASE_URL and REDIS_URL also go by their usual
names. A variable `<NAME>_FILE` reads the value from a file (Docker and Kubernetes secrets). Secrets are never
printed, also not in validation errors. Without DATABASE_URL and REDIS_URL the embedded servers are used.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import AliasChoices, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from sluice.engine.base.rules import number_rule
from sluice.engine.base.url_rules import ENCODE, is_readable
from sluice.errors import ConfigError

_SCHEMA = re.compile("[A-Za-z_][A-Za-z0-9_]{0,62}")
_LOWER_CASE = re.compile("[a-z_][a-z0-9_]{0,62}")
_RESERVED = ("public", "information_schema")
_LEDGER = (
    "schema of the ledger's own tables; another one is another environment, with queues, keys in Redis and a landing of"
    " its own"
)
_SEARCH_PATH = (
    "schemas, separated by `,`: tables are made in the first, which `sluice migrate` makes if it is missing; SQL of"
    " pipelines finds all"
)
KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
_MASK = (
    "the key of columns with mask=True, a secret of 16 letters at least: the same wherever runs are queued and loaded"
)
_LANDING = "copies of what cannot be read in place: a folder that every worker sees, or s3://...; default: HOME/landing"
_WINDOW = (
    "the most chains published and not finished, over all runs; up to it two for each process of workers, at least 16"
)
_TRUST = (
    "whether a file counts as read if its size, times and inode (in an object store its tag) are those of an input that"
    " read it; not for network file systems whose times cannot be relied on"
)
_UNDO = (
    "for how many days after a run it is kept what the run replaced, so that `sluice undo` can restore it; 0 is never;"
    " a pipeline's own `undo_days` goes first"
)
_BULK = (
    "rows from which a run fills an empty table without the index of its key, which is made once, when the run settles;"
    " 0: never"
)
_RAW = (
    "whether a rejected row is kept as text with its reject, so that it can be corrected and loaded: `rejects replay`"
)
_PART = "size of a part; memory of a worker process is about 150 MiB + 8 parts"


class Settings(BaseSettings):
    """Every setting with its default. Durations are in seconds, sizes in bytes."""

    model_config = SettingsConfigDict(env_prefix="SLUICE_", extra="ignore", hide_input_in_errors=True)

    database_url: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("DATABASE_URL"),
        description="PostgreSQL, for ledger and tables; default: the embedded servers. Set both URLs, or neither",
    )
    redis_url: SecretStr | None = Field(
        None, validation_alias=AliasChoices("REDIS_URL"), description="Redis, the broker; default: the embedded servers"
    )
    cache_url: SecretStr | None = Field(None, description="Redis for frames; default: REDIS_URL with db 1")
    home: Path = Field(Path(".sluice"), description="data of the embedded servers, and logs")
    pipelines: Annotated[tuple[Path, ...], NoDecode] = Field(
        (), description="folders with your own pipelines, and names of examples to switch on, separated by `:`"
    )
    search_path: Annotated[tuple[str, ...], NoDecode] = Field(("public",), description=_SEARCH_PATH)
    ledger_schema: str = Field("sluice", validation_alias=AliasChoices("SLUICE_SCHEMA"), description=_LEDGER)
    inbox: str = Field("inbox", description="where scheduled runs look for new files: a folder, or s3://bucket/prefix")
    landing: str | None = Field(None, description=_LANDING)

    part_bytes: int = Field(8 * MIB, ge=KIB, le=256 * MIB, description=_PART)
    max_record_bytes: int = Field(MIB, ge=KIB, description="a longer record is a reject: `line_too_long`")
    keep_raw: bool = Field(True, description=_RAW)
    raw_bytes: int = Field(8 * KIB, ge=64, le=MIB, description="a longer rejected row is not kept as text")
    raw_rows: int = Field(10_000, ge=1, description="rejected rows of one part that are kept as text, at most")
    max_unpacked_bytes: int = Field(64 * GIB, ge=MIB, description="a packed or Parquet file that holds more is refused")
    max_ratio: int = Field(
        200, ge=2, description="a packed or Parquet file that unpacks to more times its size is refused"
    )
    bulk_rows: int = Field(200_000, ge=0, description=_BULK)
    trust_stamps: bool = Field(False, description=_TRUST)
    window: int = Field(1_000, ge=1, le=10_000, description=_WINDOW)
    frame_ttl_s: int = Field(900, ge=10, description="how long a frame may stay in Redis")

    lease_s: float = Field(30, ge=1, description="after this time a silent worker loses its claim")
    publish_s: float = Field(10, ge=0.5, description="how long a message may take before it counts as lost")
    dispatch_every_s: float = Field(1.0, ge=0.1, description="how often each worker looks for due steps")
    max_crashes: int = Field(3, ge=1, description="crashes of a step before it is dead")
    max_vanished: int = Field(10, ge=1, description="vanished workers of a step before it is dead")
    declaration_wait_s: float = Field(
        300, ge=1, description="how long a step waits for a worker with its declaration, before a newer one is taken"
    )
    mask_key: SecretStr | None = Field(None, min_length=16, description=_MASK)
    undo_days: int = Field(30, ge=0, le=3650, description=_UNDO)
    database_wait_s: float = Field(120, ge=0, description="how long a task waits for PostgreSQL to come back")

    concurrency: int = Field(2, ge=1, le=256, description="worker processes that `sluice` starts")
    alive_path: Path | None = Field(None, description="touched every 2 s by a connected worker, for health checks")
    log_level: str = Field(
        "INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="`DEBUG`, `INFO`, `WARNING` or `ERROR`"
    )
    flower_user: str = Field("sluice", min_length=1, description="user of Flower")
    flower_password: SecretStr | None = Field(
        None, description="password of Flower; default: a random one, printed once"
    )
    flower_read_only: bool = Field(True, description="whether Flower only shows, and changes nothing")
    flower_port: int = Field(5555, ge=1, le=65535, description="port of Flower")

    api_read_tokens: SecretStr | None = Field(None, description="tokens of the API that may read")
    api_write_tokens: SecretStr | None = Field(None, description="tokens that may also queue runs; at least one token")
    read_database_url: SecretStr | None = Field(
        None, description="a role that only reads, for the API; default: DATABASE_URL"
    )
    api_connections: int = Field(8, ge=1, le=200, description="connections to PostgreSQL that `sluice serve` keeps")
    api_statement_s: float = Field(5, ge=0.05, le=600, description="how long one statement of the API may take")
    api_body_bytes: int = Field(64 * KIB, ge=KIB, le=16 * MIB, description="a larger request is refused with 413")

    @field_validator("pipelines", mode="before")
    @classmethod
    def _split_folders(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(Path(p) for p in value.split(os.pathsep) if p)
        return value

    @field_validator("search_path", mode="before")
    @classmethod
    def _split_schemas(cls, value: Any) -> Any:
        names = tuple(each.strip() for each in value.split(",")) if isinstance(value, str) else value
        for name in names or ("",):
            if not _SCHEMA.fullmatch(name):
                raise ValueError(f"{name!r} is not the name of a schema: use letters, digits and _ (at most 63)")
            if name in ("sluice", "information_schema") or name.startswith("pg_"):
                raise ValueError(f"{name} is for the ledger or for PostgreSQL itself: name another schema")
        return names

    @field_validator("ledger_schema")
    @classmethod
    def _plain_name(cls, value: str, info: ValidationInfo) -> str:
        if not _LOWER_CASE.fullmatch(value):
            raise ValueError(
                f"{value!r} is not a plain name: use lower-case letters, digits and _ (at most 63), and no digit first"
            )
        if value in _RESERVED or value.startswith("pg_"):
            raise ValueError(f"{value} has tables of others: name a schema that only the ledger has")
        if value in info.data.get("search_path", ()):
            raise ValueError(f"{value} is in SLUICE_SEARCH_PATH, for tables of pipelines: the ledger needs its own")
        return value

    @field_validator("database_url", "redis_url", "cache_url", "read_database_url")
    @classmethod
    def _known_scheme(cls, value: SecretStr | None) -> SecretStr | None:
        schemes = ("postgresql://", "postgres://", "redis://", "rediss://", "unix://")
        if value is not None and not value.get_secret_value().startswith(schemes):
            raise ValueError("it must begin with postgresql:// (DATABASE_URL) or redis:// (REDIS_URL)")
        if value is not None and not is_readable(value.get_secret_value()):
            raise ValueError(f"it cannot be read as a URL: {ENCODE}")
        return value


def variable(field: str) -> str:
    """The environment variable of a field of the settings."""
    return _VARIABLES.get(field, f"SLUICE_{field.upper()}")


_VARIABLES = {"database_url": "DATABASE_URL", "redis_url": "REDIS_URL", "ledger_schema": "SLUICE_SCHEMA"}
_NOUNS: dict[Any, str] = {int: "an integer", float: "a number"}
_SECRETS = {
    "DATABASE_URL": "DATABASE_URL",
    "REDIS_URL": "REDIS_URL",
    "SLUICE_CACHE_URL": "cache_url",
    "SLUICE_FLOWER_PASSWORD": "flower_password",
    "SLUICE_API_READ_TOKENS": "api_read_tokens",
    "SLUICE_API_WRITE_TOKENS": "api_write_tokens",
    "SLUICE_READ_DATABASE_URL": "read_database_url",
    "SLUICE_MASK_KEY": "mask_key",
}
# endings of settings that pipelines' sources name: any other name could be a typing mistake
_OF_SOURCES = ("_API_URL", "_API_TOKEN", "_DATABASE_URL", "_API_URL_FILE", "_API_TOKEN_FILE", "_DATABASE_URL_FILE")


def _read_secret_files() -> tuple[dict[str, str], list[str]]:
    """The contents of the `<NAME>_FILE` files by setting, and the mistakes."""
    values, mistakes = {}, []
    for name, setting in _SECRETS.items():
        path = os.environ.get(f"{name}_FILE")
        if not path:
            continue
        if name in os.environ:
            mistakes.append(f"{name} and {name}_FILE are both set: keep one.")
            continue
        try:
            values[setting] = Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            mistakes.append(f"{name}_FILE: {path} cannot be read ({error.strerror}).")
    return values, mistakes


def _unknown(environ: Mapping[str, str]) -> list[str]:
    """Variables that begin with SLUICE_ and are not settings."""
    known = {variable(name) for name in Settings.model_fields}
    known |= {f"{name}_FILE" for name in known} | {"SLUICE_FAILPOINT", "SLUICE_PULSE_FD"}
    prefixes = ("SLUICE_EMBEDDED_", "SLUICE_REDIS_", "SLUICE_TEST_")
    unknown = sorted(n for n in environ if n.startswith("SLUICE_") and n not in known)
    return [name for name in unknown if not name.startswith(prefixes) and not name.endswith(_OF_SOURCES)]


def source_setting(name: str) -> str | None:
    """The value of a setting that a source names: the variable `name`, or the content of the file `<name>_FILE`.

    None when it is not set, or empty. Raises ConfigError, without the value, when both are set or the file is missing.
    """
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return os.environ.get(name, "").strip() or None
    if name in os.environ:
        raise ConfigError(f"{name} and {name}_FILE are both set: keep one.")
    try:
        return Path(path).read_text(encoding="utf-8").strip() or None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigError(f"{name}_FILE: {path} cannot be read ({why}).") from None


def _mistake(error: dict[str, Any]) -> str:
    """The message for a wrong setting: its name, the rule, and the value unless it is a secret."""
    field = str(error["loc"][0]).lower()
    declared = Settings.model_fields.get(field)
    name = (
        field.upper() if field in {"database_url", "redis_url"} else f"SLUICE_{field.removeprefix('sluice_').upper()}"
    )
    kind = None if declared is None else declared.annotation
    if declared is not None and kind in _NOUNS:
        limits = {
            name: getattr(each, name) for each in declared.metadata for name in ("ge", "le") if hasattr(each, name)
        }
        rule = number_rule(_NOUNS[kind], limits.get("ge"), limits.get("le"))
        return f"{name} {rule}, not {error['input']!r}."
    if error["type"] == "string_pattern_mismatch":
        words = str(error["ctx"]["pattern"]).strip("^()$").replace("|", ", ")
        return f"{name} must be one of {words}, not {error['input']!r}."
    if error["type"] == "string_too_short":
        return f"{name} must not be empty."
    return f"{name}: {error['msg'].removeprefix('Value error, ')}."


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process. Raises ConfigError that lists every mistake, without secrets."""
    secrets, mistakes = _read_secret_files()
    for name in _unknown(os.environ):
        # not an error: during an upgrade the environment may have settings of a newer version
        print(f"warning: {name} is not a setting of Sluice; it is ignored", file=sys.stderr)
    result = None
    try:
        result = Settings(**secrets)  # type: ignore[arg-type]
    except ValidationError as error:
        mistakes += [_mistake(dict(each)) for each in error.errors(include_url=False)]
    if result is not None and (result.database_url is None) != (result.redis_url is None):
        mistakes.append("DATABASE_URL and REDIS_URL go together: set both, or neither (embedded servers).")
    if mistakes or result is None:
        raise ConfigError("Sluice cannot start:\n" + "\n".join(f"  - {m}" for m in mistakes))
    return result
