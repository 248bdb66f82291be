"""How these tests read a column: literals in, values and refusals out."""

from collections.abc import Callable

import pyarrow as pa
import pytest

from sluice.engine.types import ColumnType

Read = Callable[..., list[object]]


def read(kind: ColumnType, *texts: str | None) -> list[object]:
    """Each text's value; None for empty; the reject's code, in brackets, for what is refused."""
    parsed = kind.parse(pa.array(texts, pa.string()))
    parsed.values.validate(full=True)
    assert parsed.values.type == kind.arrow
    found = [None if value is None else kind.renders(value) for value in parsed.values.to_pylist()]
    for refused in parsed.refused:
        assert refused.rows.any(), f"{refused.code} refuses nothing"
        for row in refused.rows.nonzero()[0]:
            assert found[row] is None, f"{texts[row]!r} has a value, or two reasons"
            found[row] = f"[{refused.code}]"
    return found


@pytest.fixture(name="read", scope="session")
def _read() -> Read:
    return read
