"""The base of all declarations: arguments are checked, and a mistake names its file and line.

The line is that of the call, found from the stack: the innermost frame outside of Sluice's code. All mistakes are
reported as one sentence before an instance is made, so that no mistake shows as a traceback of Sluice's.

The first mistake ends the reading of a file, but not inside `collecting`, for `sluice check`: there a declaration with
a mistake is noted, and something stands in for it, so that the declarations after it are checked as well.
"""

from __future__ import annotations

import builtins
import difflib
import inspect
import sys
from abc import ABCMeta
from collections.abc import Callable, Iterable, Mapping
from dataclasses import is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sluice.engine.base.collecting import BROKEN, NOTED, is_broken
from sluice.engine.base.fits import Unknown, mismatch
from sluice.errors import ConfigError, DeclarationError

_ENGINE = str(Path(__file__).parents[1])


class DeclarationMeta(ABCMeta):
    """Checks the arguments before an instance is made. A mistake is a DeclarationError, wherever it is found."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        """An instance of the declared class."""
        if not is_dataclass(cls):
            return super().__call__(*args, **kwargs)
        noted, make = NOTED.get(), super().__call__
        if noted is None:
            return _made(cls, make, args, kwargs)
        token = NOTED.set(None)  # what a declaration declares itself is part of it
        try:
            known, others = _known(cls, args, kwargs)
            noted += [DeclarationError(call_site(), sentence) for sentence in others]
            if any(map(is_broken, (*args, *known.values()))):
                return BROKEN
            return _made(cls, make, args, known)
        except DeclarationError as error:
            noted.append(error)
            return BROKEN
        finally:
            NOTED.reset(token)


def _made(cls: type, make: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """An instance. Raises DeclarationError."""
    try:
        _check(cls, args, kwargs)
        instance = make(*args, **kwargs)
        _check(cls, args, kwargs, choices=True)
    except DeclarationError:
        raise
    except ConfigError as error:
        raise DeclarationError(call_site(), str(error)) from error
    return instance


def _known(cls: type, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The arguments under the names that are meant, and a sentence for each that has another name."""
    signature, known, sentences = _signature(cls), dict(kwargs), list[str]()
    for name in [name for name in kwargs if name not in signature.parameters]:
        value = known.pop(name)
        sentences.append(f"{cls.__name__}: got an unexpected keyword argument {name!r}{_suggestion(signature, [name])}")
        meant = _meant(signature, name)
        by_position = [*signature.parameters][: len(args)]
        if meant is not None and meant not in known and meant not in by_position:
            known[meant] = value
    return known, sentences


class Declaration(metaclass=DeclarationMeta):
    """The base of a declaration: a frozen dataclass whose arguments have the declared types."""


def _check(cls: type, args: tuple[Any, ...], kwargs: Mapping[str, Any], *, choices: bool = False) -> None:
    """Raise ConfigError for arguments that do not fit.

    Literal values (`choices`) are checked last, so that the class can refuse them first with its own message.
    """
    signature = _signature(cls)
    try:
        given = signature.bind(*args, **kwargs).arguments
    except TypeError as error:
        raise ConfigError(f"{cls.__name__}: {error}{_suggestion(signature, kwargs)}") from None
    hints = _hints(cls)
    wrong = []
    for name, value in given.items():
        if name not in hints:
            continue
        variadic = signature.parameters[name].kind is inspect.Parameter.VAR_POSITIONAL
        mismatches = (mismatch(name, each, hints[name], choices=choices) for each in (value if variadic else (value,)))
        wrong += [each for each in mismatches if each is not None]
    if wrong:
        named = given.get("name")
        which = f" {named!r}" if isinstance(named, str) else ""
        raise ConfigError(f"{cls.__name__}{which}: {'; '.join(wrong)}.")


# options that had another name in an earlier version
RENAMED = {
    "source": "header",
    "moved": "incremental_sql",
    "grain": "partition_by",
    "touched": "changed_keys",
    "beside": "expressions",
}


def _suggestion(signature: inspect.Signature, names: Iterable[str]) -> str:
    unknown = [name for name in names if name not in signature.parameters]
    if unknown and RENAMED.get(unknown[0]) in signature.parameters:
        return f"; it is now {RENAMED[unknown[0]]}=."
    meant = _meant(signature, unknown[0]) if unknown else None
    return f"; did you mean {meant}=?" if meant else "."


def _meant(signature: inspect.Signature, unknown: str) -> str | None:
    """The argument that an unknown one probably is."""
    renamed = RENAMED.get(unknown)
    if renamed in signature.parameters:
        return renamed
    return next(iter(difflib.get_close_matches(unknown, signature.parameters, 1)), None)


@cache
def _signature(cls: type) -> inspect.Signature:
    whole = inspect.signature(cls.__init__)  # type: ignore[misc]
    return whole.replace(parameters=list(whole.parameters.values())[1:])


@cache
def _hints(cls: type) -> dict[str, Any]:
    """The type hints of the arguments: those of the fields, and of an __init__ that the class defines itself."""
    hints: dict[str, Any] = {}
    for each in reversed(cls.__mro__):
        hints |= _annotations(each)
    return hints | {name: hint for name, hint in _annotations(cls.__init__).items() if name != "return"}  # type: ignore[misc]


def _annotations(of: Any) -> dict[str, Any]:
    if _is_generated(of):
        return {}
    names = _Names(vars(sys.modules[of.__module__]) if of.__module__ in sys.modules else {})
    return {
        name: eval(hint, {}, names) if isinstance(hint, str) else hint  # noqa: S307 - the text of our own code
        for name, hint in inspect.get_annotations(of).items()
    }


class _Names(dict[str, Any]):
    """The names of a module; a name imported for type checkers only is Unknown."""

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


def _is_generated(of: Any) -> bool:
    """Whether an __init__ was generated by dataclasses: its annotations are those of the fields."""
    code = getattr(of, "__code__", None)
    return code is not None and code.co_filename == "<string>"


def call_site() -> str:
    """File and line of the declaration that is being made: the innermost call outside of Sluice's code."""
    frame = inspect.currentframe()
    place = "?"
    while frame is not None:
        name = frame.f_code.co_filename
        if not name.startswith(_ENGINE) and Path(name).name != "dataclasses.py":
            place = f"{name}:{frame.f_lineno}"
            if name != "<string>":  # the file name of code that dataclasses generate
                break
        frame = frame.f_back
    return place
