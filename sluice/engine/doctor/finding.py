"""A finding: one line of the doctor's table. A check that raises is a finding too, and the others go on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote, urlsplit

from sluice.errors import Misplaced, SluiceError

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
    """A check that passed."""
    return Finding(check, "ok", found)


def warning(check: str, found: str, todo: str) -> Finding:
    """It works, but could be better or may stop working."""
    return Finding(check, "warning", found, todo)


def wrong(check: str, found: str, todo: str) -> Finding:
    """It does not work, or not as promised."""
    return Finding(check, "wrong", found, todo)


def judge(check: str, good: bool, found: str, *, todo: str, otherwise: State = "warning") -> Finding:
    """`ok` if `good`, else the state `otherwise`, with what to do."""
    return ok(check, found) if good else Finding(check, otherwise, found, todo)


def safely(
    check: str, look: Callable[[], Iterable[Finding]], todo: str = "", failed: list[BaseException] | None = None
) -> Iterator[Finding]:
    """The findings of `look`; an exception becomes a finding, too (and is added to `failed`)."""
    try:
        yield from look()
    except Misplaced as error:
        yield wrong(check, error.found, error.todo)
    except SluiceError as error:
        _note(failed, error)
        yield wrong(check, str(error), todo)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the other checks must be shown
        _note(failed, error)
        yield wrong(check, f"{type(error).__name__}: {error}".splitlines()[0], "If this is a defect, please report it.")


def _note(failed: list[BaseException] | None, error: BaseException) -> None:
    if failed is not None:
        failed.append(error)


def address(url: str) -> str:
    """The address in a URL, without user and password: `db:5432/warehouse`."""
    parts = urlsplit(url)
    return f"{parts.netloc.rpartition('@')[2]}{parts.path}"


def hide(text: str, urls: Iterable[str]) -> str:
    """`text` without the passwords of `urls`, in case a library put one into its message.

    A short one may be part of any word: it is only replaced in the position that it has in a URL.
    """
    for url in urls:
        try:
            password = urlsplit(url).password or ""
        except ValueError:  # not a URL: it is not shown at all
            text = text.replace(url, "***")
            continue
        for spelling in {password, unquote(password)} - {""}:
            text = text.replace(f":{spelling}@", ":***@")
            if len(spelling) >= TELLING:
                text = text.replace(spelling, "***")
    return text
