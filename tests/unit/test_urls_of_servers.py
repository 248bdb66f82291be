"""URLs of servers: what has one reading is taken; a password that is not percent-encoded is refused and never shown."""

from __future__ import annotations

import pytest

from sluice.engine.base.settings import settings
from sluice.engine.base.url_rules import is_readable
from sluice.errors import ConfigError


@pytest.mark.parametrize(
    "url",
    [
        *("postgresql://db/sluice", "postgresql://me@db/sluice", "postgresql://me:p@db:5432/sluice?sslmode=require"),
        *("postgresql:///sluice", "postgresql:///sluice?host=/run/postgresql", "postgresql://u:p@h1:1,h2:2/d"),
        *("postgresql://u:p%40%23%2F%25@[::1]:5432/d", "postgresql://%2Frun%2Fpostgresql/d", "postgres://u:p@h"),
        *("redis://:p@h:6379/0", "rediss://u:p@h/0?ssl_cert_reqs=none", "unix:///run/redis.sock?db=1", "redis://h"),
        *("redis://u:a:b@h/0", "postgresql://u:p!$&'()*+,;=~_-.@h/d?options=-c%20search_path%3Da"),
    ],
)
def test_urls_with_one_reading_are_taken(url: str) -> None:
    assert is_readable(url)


@pytest.mark.parametrize("password", ["s#X", "s/X", "s%X", "s@X", "s?X", "s X", "s[X", "s%4X", "X%", "X@", "#X", "\tX"])
@pytest.mark.parametrize("variable", ["DATABASE_URL", "REDIS_URL", "SLUICE_CACHE_URL", "SLUICE_READ_DATABASE_URL"])
def test_a_password_that_is_not_encoded_is_refused_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, variable: str, password: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://db/a")
    monkeypatch.setenv("REDIS_URL", "redis://h/0")
    scheme = "postgresql" if "DATABASE" in variable else "redis"
    monkeypatch.setenv(variable, f"{scheme}://u:{password}@h:1/0")
    settings.cache_clear()
    with pytest.raises(ConfigError) as raised:
        settings()
    assert f"{variable}: it cannot be read as a URL: in a user or password write % as %25, @ as %40" in str(
        raised.value
    )
    assert password not in str(raised.value).replace(ENCODED, "")


ENCODED = "write % as %25, @ as %40, / as %2F, # as %23, ? as %3F"
