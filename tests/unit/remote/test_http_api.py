"""A mistake in a declared API is met where it is declared."""

from __future__ import annotations

from typing import Any

import pytest

from sluice import Cursor, HttpApi, Next, Pages
from sluice.engine.base.settings import source_setting
from sluice.errors import ConfigError

GOOD = {"url": "https://shop.example/v1/customers", "name": "customers"}


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"url": "shop.example/customers"}, "https://"),
        ({"url": "ftp://shop.example"}, "https://"),
        ({"url": "https://me:secret@shop.example"}, "password"),
        ({"url": "https://shop.example?key=1"}, "params="),
        ({"url": "https://shop.example:port/"}, "not a valid address"),
        ({"url": "http://[/"}, "not a valid address"),
        ({"url": "https://shop.example/a b"}, "not a valid address"),
        ({"url": "https://shop.example/\n"}, "not a valid address"),
        (
            {"params": {"active": True}},
            r"each value text or a whole number, not one with a bool under 'active'",
        ),
        ({"error_keys": "error"}, r"error_keys must be a list or tuple, .* write error_keys="),
        ({"base": "SHOP_URL"}, "a path that begins with /"),
        ({"url": "customers", "base": "SHOP_URL"}, "a path that begins with /"),
        ({"url": "//thief.example/customers", "base": "SHOP_URL"}, "a path that begins with /"),
        ({"token": "s3cr3t-token"}, "the NAME of a setting"),
        ({"url": "/customers", "base": "https://shop.example"}, "the NAME of a setting"),
        ({"name": "Customers!"}, "a name must have at most 59 lower-case letters"),
        ({"records": "data..items"}, "dotted path"),
        ({"records": ""}, "dotted path"),
        ({"pages": Cursor("meta.next")}, "declare their path"),
        ({"records": "data", "pages": Next("links.")}, "dotted path"),
        ({"pages": Pages(size=0)}, "at least 1, not 0"),
        ({"pages": Pages(more="has_more")}, "Pages.more is a path next to the records: declare their path"),
        ({"records": "data", "pages": Cursor("next", more="meta.")}, "Cursor.more must be a dotted path"),
        ({"records": "data", "pages": Next(total="data")}, "Next.total must differ from the path of the records"),
        ({"records": "data", "pages": Pages(short_is_last=True)}, "short_is_last needs size"),
        (
            {"records": "data", "pages": Pages(size=5, more="more", short_is_last=True)},
            "Only one of more, short_is_last may decide which page is the last",
        ),
        ({"tries": 0}, "tries must be a number greater than 0"),
        ({"timeout_s": -1}, "timeout_s must be a number greater than 0"),
        ({"total_s": float("nan")}, "total_s must be a number greater than 0"),
        ({"max_bytes": 0}, "max_bytes must be a number greater than 0"),
    ],
)
def test_a_mistake_is_named_and_no_secret_with_it(said: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        HttpApi(**(GOOD | said))
    assert "s3cr3t" not in str(caught.value)
    assert "me:secret" not in str(caught.value)


def test_all_mistakes_are_named_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        HttpApi("shop", name="shop", token="lower", tries=0)
    for part in ("HttpApi 'shop'", "https://", "NAME of a setting", "tries"):
        assert part in str(caught.value)


def test_the_settings_of_sources_are_no_unknown_ones(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from sluice.engine.base.settings import settings

    for name in ("SLUICE_SHOP_API_URL", "SLUICE_SHOP_API_TOKEN", "SLUICE_SHOP_DATABASE_URL_FILE"):
        monkeypatch.setenv(name, "x")
    settings.cache_clear()
    settings()
    settings.cache_clear()
    assert "SLUICE_SHOP" not in capsys.readouterr().err


def test_a_setting_of_a_source_is_a_variable_or_a_file_not_both(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    (tmp_path / "token").write_text("hunter2\n")
    assert source_setting("SHOP_TOKEN") is None
    monkeypatch.setenv("SHOP_TOKEN_FILE", str(tmp_path / "token"))
    assert source_setting("SHOP_TOKEN") == "hunter2"
    monkeypatch.setenv("SHOP_TOKEN", "hunter3")
    with pytest.raises(ConfigError, match="both set") as caught:
        source_setting("SHOP_TOKEN")
    assert "hunter" not in str(caught.value)
    monkeypatch.delenv("SHOP_TOKEN")
    monkeypatch.setenv("SHOP_TOKEN_FILE", str(tmp_path / "gone"))
    with pytest.raises(ConfigError, match="cannot be read"):
        source_setting("SHOP_TOKEN")
