"""What every word of a declaration has in common: its arguments are checked, and a mistake names its file and line.

The line is that of the call, found from the stack: the innermost frame that is none of Sluice's own. All that is wrong
is told as one sentence before anything is made of it, so that no mistake shows as a traceback of Sluice's.
"""

from __future__ import annotations

import builtins
import difflib
import inspect
import sys
from abc import ABCMeta
from collections.abc import Mapping
from dataclasses import is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sluice.engine.base.fits import Unknown, misfit
from sluice.errors import ConfigError, DeclarationError

_ENGINE = str(Path(__file__).parents[1])


class DeclarationMeta(ABCMeta):
    """Checks a call before it is made. A mistake is a DeclarationError, whoever found it."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        """An instance of the declared class."""
        if not is_dataclass(cls):
            return super().__call__(*args, **kwargs)
        try:
            _check(cls, args, kwargs)
            made = super().__call__(*args, **kwargs)
            _check(cls, args, kwargs, choices=True)
        except DeclarationError:
            raise
        except ConfigError as error:
            raise DeclarationError(_place(), str(error)) from error
        return made


class Declaration(metaclass=DeclarationMeta):
    """A word of a declaration: a frozen dataclass whose arguments are what they are declared to be."""


def _check(cls: type, args: tuple[Any, ...], kwargs: Mapping[str, Any], *, choices: bool = False) -> None:
    """Raise ConfigError for a call that cannot be meant.

    Which of several words are allowed (`choices`) is for the class to say first, and looked at afterwards.
    """
    signature = _signature(cls)
    try:
        given = signature.bind(*args, **kwargs).arguments
    except TypeError as error:
        raise ConfigError(f"{cls.__name__}: {error}{_meant(signature, kwargs)}") from None
    hints = _hints(cls)
    wrong = []
    for name, value in given.items():
        if name not in hints:
            continue
        several = signature.parameters[name].kind is inspect.Parameter.VAR_POSITIONAL
        found = (misfit(name, each, hints[name], choices=choices) for each in (value if several else (value,)))
        wrong += [each for each in found if each is not None]
    if wrong:
        named = given.get("name")
        which = f" {named!r}" if isinstance(named, str) else ""
        raise ConfigError(f"{cls.__name__}{which}: {'; '.join(wrong)}.")


def _meant(signature: inspect.Signature, kwargs: Mapping[str, Any]) -> str:
    unknown = [name for name in kwargs if name not in signature.parameters]
    near = difflib.get_close_matches(unknown[0], signature.parameters, 1) if unknown else []
    return f"; did you mean {near[0]}=?" if near else "."


@cache
def _signature(cls: type) -> inspect.Signature:
    whole = inspect.signature(cls.__init__)  # type: ignore[misc]
    return whole.replace(parameters=list(whole.parameters.values())[1:])


@cache
def _hints(cls: type) -> dict[str, Any]:
    """What is declared of each argument, where it can be told: by the fields, and by an __init__ of one's own."""
    found: dict[str, Any] = {}
    for each in reversed(cls.__mro__):
        found |= _annotations(each)
    return found | {name: hint for name, hint in _annotations(cls.__init__).items() if name != "return"}  # type: ignore[misc]


def _annotations(of: Any) -> dict[str, Any]:
    if _is_made(of):
        return {}
    names = _Names(vars(sys.modules[of.__module__]) if of.__module__ in sys.modules else {})
    return {
        name: eval(hint, {}, names) if isinstance(hint, str) else hint  # noqa: S307 - the text of our own code
        for name, hint in inspect.get_annotations(of).items()
    }


class _Names(dict[str, Any]):
    """What a module knows by name; what only type checkers know is Unknown."""

    def __missing__(self, name: str) -> Any:
        if hasattr(builtins, name):
            raise KeyError(name)
        return _Anything()


class _Anything:
    """A module that only type checkers import."""

    def __getattr__(self, name: str) -> Any:
        return Unknown

    def __or__(self, other: Any) -> Any:
        return Unknown

    __ror__ = __or__


def _is_made(of: Any) -> bool:
    """Whether an __init__ was made by dataclasses: its annotations are those of the fields."""
    code = getattr(of, "__code__", None)
    return code is not None and code.co_filename == "<string>"


def _place() -> str:
    """Where the declaration stands: file and line of the innermost call that is not Sluice's own."""
    frame = inspect.currentframe()
    place = "?"
    while frame is not None:
        name = frame.f_code.co_filename
        if not name.startswith(_ENGINE) and Path(name).name != "dataclasses.py":
            place = f"{name}:{frame.f_lineno}"
            if name != "<string>":  # which dataclasses call the code that they make
                break
        frame = frame.f_back
    return place
