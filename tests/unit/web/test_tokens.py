"""Tokens: what each may do, and nothing for any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from sluice.engine.base.settings import settings
from sluice.web.http.tokens import Tokens, tokens_of

READS, WRITES = "0123456789abcdef-r", "0123456789abcdef-w"


def test_a_token_reads_or_writes_or_is_nobodys() -> None:
    tokens = Tokens([READS], [WRITES])
    assert tokens.scopes_of(READS) == {"read"}
    assert tokens.scopes_of(WRITES) == {"read", "write"}
    for other in ("", READS[:-1], READS + "x", READS.upper(), "é", "\udcff"):
        assert tokens.scopes_of(other) == frozenset()


def test_several_tokens_stand_in_one_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "tokens").write_text(f"{READS}\n{READS}2\n")
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SLUICE_API_READ_TOKENS_FILE", str(tmp_path / "tokens"))
    settings.cache_clear()
    try:
        tokens = tokens_of(settings())
        assert READS not in repr(settings())
    finally:
        settings.cache_clear()
    assert tokens.scopes_of(f"{READS}2") == {"read"}
