"""Names of columns that can be used: each once, and none that is reserved."""

from __future__ import annotations

from sluice.engine.formats.text.header import LINE, plain


def unusable(header: tuple[str, ...]) -> str:
    """Why columns cannot be read by the names of this header; empty if they can."""
    names = [plain(name) for name in header]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        return f"the header has {', '.join(map(repr, twice))} more than once"
    if names.count("") > 1:
        return "several columns have no name"
    return f"a column is named {LINE}, which is reserved" if LINE in names else ""


def distinct(header: tuple[str, ...]) -> tuple[str, ...]:
    """The names, each of them once."""
    taken: set[str] = {LINE}
    names = []
    for at, name in enumerate(header, 1):
        base = name if plain(name) else f"column_{at}"
        number, new = 1, base
        while plain(new) in taken:
            number += 1
            new = f"{base}_{number}"
        taken.add(plain(new))
        names.append(new)
    return tuple(names)
