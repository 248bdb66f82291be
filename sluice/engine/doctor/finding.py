"""A finding: one line of the doctor's table. And the rule that a check that fails is a line, not an end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote, urlsplit

from sluice.errors import SluiceError

TELLING = 4  # letters
State = Literal["ok", "warning", "wrong"]


@dataclass(frozen=True)
class Finding:
    """What a check found, and what to do about it where it is not `ok`."""

    check: str
    state: State
    found: str
    todo: str = ""


def ok(check: str, found: str) -> Finding:
    """All is well."""
    return Finding(check, "ok", found)


def warning(check: str, found: str, todo: str) -> Finding:
    """It works, and could be better or may stop working."""
    return Finding(check, "warning", found, todo)


def wrong(check: str, found: str, todo: str) -> Finding:
    """It does not work, or not as promised."""
    return Finding(check, "wrong", found, todo)


def judge(check: str, good: bool, found: str, *, todo: str, otherwise: State = "warning") -> Finding:
    """`ok` if `good`, else what it is `otherwise`, with what to do."""
    return ok(check, found) if good else Finding(check, otherwise, found, todo)


def safely(
    check: str, look: Callable[[], Iterable[Finding]], todo: str = "", failed: list[BaseException] | None = None
) -> Iterator[Finding]:
    """What `look` finds; what it raises is a finding, too (and comes into `failed`), and the other checks go on."""
    try:
        yield from look()
    except SluiceError as error:
        _note(failed, error)
        yield wrong(check, str(error), todo)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whoever asks wants to see the other lines
        _note(failed, error)
        yield wrong(check, f"{type(error).__name__}: {error}".splitlines()[0], "If this is a defect, please report it.")


def _note(failed: list[BaseException] | None, error: BaseException) -> None:
    if failed is not None:
        failed.append(error)


def address(url: str) -> str:
    """Where a URL leads, without who and the password: `db:5432/warehouse`."""
    parts = urlsplit(url)
    return f"{parts.netloc.rpartition('@')[2]}{parts.path}"


def hide(text: str, urls: Iterable[str]) -> str:
    """`text` without the passwords of `urls`, in case a library put one into its message.

    One of a few letters may be part of any word: it is looked for only where a URL has it.
    """
    for url in urls:
        try:
            password = urlsplit(url).password or ""
        except ValueError:  # no address at all: whatever it is, it is not shown
            text = text.replace(url, "***")
            continue
        for spelling in {password, unquote(password)} - {""}:
            text = text.replace(f":{spelling}@", ":***@")
            if len(spelling) >= TELLING:
                text = text.replace(spelling, "***")
    return text
