"""Whether a value fits a type annotation, and if not, what it must be and what it is, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

SHOWN = 60
_SEQUENCES = (Sequence, tuple, list)
_WORDS: dict[Any, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "True or False",
    object: "a value",
    NoneType: "None",
}


class Unknown(type):
    """Stands for a type imported for type checkers only: any value fits."""


def mismatch(name: str, value: object, hint: Any, *, choices: bool = True) -> str | None:
    """None when the value fits; otherwise the rule and the value: `"skip must be a whole number, not the text '2'"`.

    Without `choices` any text fits a Literal.
    """
    if _fits(value, hint) or (not choices and isinstance(value, str) and _has_literals(hint)):
        return None
    if isinstance(value, str) and any(get_origin(each) in _SEQUENCES for each in (hint, *get_args(hint))):
        return f"{name} must be {_expected(hint)}, not {_described(value)}: write {name}=({value[:SHOWN]!r},)"
    return f"{name} must be {_expected(hint)}, not {_described_by(value, hint)}"


def _has_literals(hint: Any) -> bool:
    return any(get_origin(each) is Literal for each in (hint, *get_args(hint)))


def _fits(value: object, hint: Any) -> bool:
    inner = get_args(hint)
    if (special := _SPECIAL.get(get_origin(hint))) is not None:
        return special(value, inner)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return hint is Unknown or not isinstance(hint, type) or isinstance(value, hint)


def _is_one_of(value: object, inner: tuple[Any, ...]) -> bool:
    return any(type(value) is type(each) and value == each for each in inner)


def _fits_any(value: object, inner: tuple[Any, ...]) -> bool:
    return any(_fits(value, each) for each in inner)


def _fits_list(value: object, inner: tuple[Any, ...]) -> bool:
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        return False
    if _is_fixed(inner):
        return len(value) == len(inner) and all(map(_fits, value, inner))
    return all(_fits(each, inner[0]) for each in value)


def _is_fixed(inner: tuple[Any, ...]) -> bool:
    """Whether it is a tuple of a fixed length, with a type for each item."""
    return len(inner) > 1 and inner[1] is not Ellipsis


def _fits_dict(value: object, inner: tuple[Any, ...]) -> bool:
    key, item = inner
    return isinstance(value, Mapping) and all(_fits(n, key) and _fits(v, item) for n, v in value.items())


def _is_function(value: object, _: tuple[Any, ...]) -> bool:
    return callable(value) and not isinstance(value, type)


_SPECIAL: dict[Any, Callable[[object, tuple[Any, ...]], bool]] = {
    Union: _fits_any,
    UnionType: _fits_any,
    Literal: _is_one_of,
    Mapping: _fits_dict,
    dict: _fits_dict,
    Callable: _is_function,
    **dict.fromkeys(_SEQUENCES, _fits_list),
}


def _expected(hint: Any) -> str:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _either([_expected(each) for each in inner if each is not NoneType])
    if origin is Literal:
        return _either([repr(each) for each in inner])
    if origin in _SEQUENCES:
        each = ", ".join(map(_expected, inner if _is_fixed(inner) else inner[:1]))
        return f"a tuple of {each}" if _is_fixed(inner) else f"a list or tuple, each item {each}"
    if origin in (Mapping, dict):
        return f"a dict, each value {_expected(inner[1])}"
    own: str | None = "a function" if origin is Callable else getattr(hint, "in_words", None)
    return own or _WORDS.get(hint) or _with_article(hint.__name__)


def _either(words: Sequence[str]) -> str:
    *others, last = dict.fromkeys(words)
    return f"{', '.join(others)} or {last}" if others else last


def _with_article(name: str) -> str:
    return f"{'an' if name[0] in 'AEIOUaeiou' else 'a'} {name}"


def _described_by(value: object, hint: Any) -> str:
    """The value in words; of a list or dict, the first item that does not fit."""
    for each in get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,):
        origin, inner = get_origin(each), get_args(each)
        if origin in _SEQUENCES and isinstance(value, str):
            return f"the text {value[:SHOWN]!r}: write ({value[:SHOWN]!r},)"
        if origin in _SEQUENCES and isinstance(value, list | tuple) and not _is_fixed(inner):
            wrong = next(one for one in value if not _fits(one, inner[0]))
            return f"one with {_described_by(wrong, inner[0])}"
        if origin in (Mapping, dict) and isinstance(value, Mapping):
            name, wrong = next((n, v) for n, v in value.items() if not _fits(n, inner[0]) or not _fits(v, inner[1]))
            if not _fits(name, inner[0]):
                return f"one with the key {_described_by(name, inner[0])}"
            # without the value: it may be a secret
            what = _described(wrong) if isinstance(wrong, type) else _with_article(type(wrong).__name__)
            return f"one with {what} under {name!r}"
    return _described(value)


def _described(value: object) -> str:
    name = getattr(value, "__name__", "")
    if isinstance(value, type):
        return f"the class {name}{f': write {name}(...)' if value.__module__.startswith('sluice') else ''}"
    if callable(value) and name:
        return f"the function {name}: write {name}(...)"
    if isinstance(value, str):
        return f"the text {value[:SHOWN]!r}"
    if value is None or isinstance(value, bool | int | float):
        return repr(value)
    if isinstance(value, list | tuple | set | dict):
        return f"the {type(value).__name__} {repr(value)[:SHOWN]}"
    return _with_article(type(value).__name__)
