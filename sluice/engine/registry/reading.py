"""One file of a pipeline, executed: the pipeline that it declares, or one sentence about what is wrong with it.

It is compiled from the bytes that were read, under a module name that no other version has. The user's modules that it
imports, and files that it opens, are part of it: they are imported and read again with it.
"""

from __future__ import annotations

import ast
import hashlib
import re
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import resolve_name
from pathlib import Path
from types import ModuleType

from sluice.engine.base.source_text import TEXT, remember
from sluice.engine.declare import Pipeline
from sluice.engine.registry.opened import is_installed, watched
from sluice.engine.registry.pipeline_files import advice, code_of, is_folder, module_for
from sluice.engine.registry.seen import Listing, Seen
from sluice.errors import ConfigError, DeclarationError, Misplaced
from sluice.private import replaceable_in, writable_by_all

AGAIN_S = 2.0
# a folder whose __init__.py does not mention a pipeline has modules for other files
_DECLARES = re.compile(rb"^(?:pipeline\b|(?:from|import)\b.*\bpipeline\b)|\bPipeline\(", re.MULTILINE)


@dataclass(frozen=True)
class Read:
    """The result of reading a file: a pipeline, or its error; None for a folder of modules that others import.

    `files` is everything that was read for it. `code` is 16 hex digits that change with the text of the file, of the
    others of its folder (`listing`), and of the user's modules that it imports.
    """

    path: Path
    outcome: Pipeline | ConfigError | None
    files: tuple[Seen, ...]
    modules: tuple[str, ...]
    code: str
    listing: Listing | None = None
    at: float = field(default_factory=time.monotonic)

    @property
    def edited_at(self) -> float:
        """When one of its files was last changed, in seconds since 1970."""
        return max(file.edited_at for file in self.files)

    def is_stale(self) -> bool:
        """Whether reading it now may give another result. A file with an error is read again after a while."""
        if isinstance(self.outcome, ConfigError) and time.monotonic() - self.at > AGAIN_S:
            return True
        if self.listing is not None and self.listing.is_changed():
            return True
        return any(file.is_changed() for file in self.files)


def read(path: Path, before: Read | None = None) -> Read:
    """Read a file of a pipeline; `before` is its earlier result, whose modules are imported again."""
    listing = Listing(path.parent, lambda: code_of(path)) if is_folder(path) else None
    file, *siblings = map(Seen, listing.files if listing else (path,))
    if listing and not _DECLARES.search(file.content or b""):
        return Read(path, None, (file,), (), "")
    _forget(before.modules if before else ())
    module = module_for(path, _digest(file.digest, *(each.digest for each in siblings)) if siblings else file.digest)
    outcome: Pipeline | ConfigError
    with watched() as opened:
        try:
            outcome = _executed(module, path, file.content)
        except ConfigError as error:
            sys.modules.pop(module.__name__, None)
            outcome = error
    own = dict(_own_modules(module))
    texts = {name: Seen(str(each.__file__), opened.get(str(each.__file__))) for name, each in own.items()}
    for name, each in own.items():
        each.__dict__.setdefault(TEXT, (texts[name].content or b"").decode(errors="replace"))
    others = {name: Seen(name, facts) for name, facts in opened.items() if name != str(path)}
    others |= {each.path: each for each in (*siblings, *texts.values())}
    text = _digest(file.digest, *(each.digest for each in siblings), *(texts[name].digest for name in sorted(texts)))
    return Read(path, outcome, (file, *others.values()), tuple(own), text, listing)


def _digest(*digests: str) -> str:
    return hashlib.sha256(" ".join(digests).encode()).hexdigest()[:16]


def _forget(modules: tuple[str, ...]) -> None:
    for name in modules:
        sys.modules.pop(name, None)


def _refuse_writable(path: Path) -> None:
    """Raises ConfigError where every user could change the file, or one that it may import."""
    beside = [path.parent, *code_of(path)] if is_folder(path) else [path, *sorted(path.parent.glob("_*.py"))]
    for each in filter(Path.exists, beside):
        opened = each if writable_by_all(each) else replaceable_in(each) if each.is_symlink() else None
        if opened is not None:
            raise Misplaced(
                f"{path}: every user of this machine may write to {opened} and so have workers run their code.",
                f"Take that right away: chmod o-w {opened}",
            )


def _executed(module: ModuleType, path: Path, content: bytes | None) -> Pipeline:
    if content is None:
        raise ConfigError(f"{path}: it cannot be read.")
    _refuse_writable(path)
    sys.modules[module.__name__] = module  # dataclasses look themselves up there
    written = sys.dont_write_bytecode
    sys.dont_write_bytecode = (
        True  # a module that is edited twice within a second would be loaded from the old bytecode
    )
    try:
        code = compile(content, str(path), "exec", dont_inherit=True)
        text = content.decode(errors="replace")
        remember(str(path), text)
        module.__dict__[TEXT] = text
        exec(code, module.__dict__)  # noqa: S102 - a pipeline is a Python file
    except DeclarationError as error:
        raise ConfigError(f"{error.place}: {error}") from error
    except (Exception, SystemExit) as error:
        raise ConfigError(_sentence(path, error)) from error
    except KeyboardInterrupt as error:  # of the file itself; that of a person comes in the main thread
        if threading.current_thread() is threading.main_thread():
            raise
        raise ConfigError(f"{path}: it raises KeyboardInterrupt.") from error
    finally:
        sys.dont_write_bytecode = written
    declared = getattr(module, "pipeline", None)
    if not isinstance(declared, Pipeline):
        what = "" if declared is None else f", and its `pipeline` is {_what(declared)}"
        others = [name for name, value in vars(module).items() if isinstance(value, Pipeline)]
        what += f" (`{others[0]}` is one, under another name)" if others else ""
        raise ConfigError(f"{path}: it declares no pipeline{what}: it must set `pipeline = Pipeline(...)`.")
    return declared


def _what(value: object) -> str:
    return f"the class {value.__name__}" if isinstance(value, type) else f"of type {type(value).__name__}"


def _sentence(path: Path, error: BaseException) -> str:
    """What is wrong, and where: in the innermost line of the user's files."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}: this is not Python: {error.msg}."
    lines = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)
             if not is_installed(frame.filename) and frame.filename != __file__]  # fmt: skip
    where = lines[-1] if lines else str(path)
    text = " ".join(str(error).split())
    if isinstance(error, ConfigError):
        return f"{where}: {text}"
    hint = advice(error, path)
    return f"{where}: {type(error).__name__}{f': {text}' if text else ''}{hint or '.'}"


def _own_modules(module: ModuleType) -> Iterator[tuple[str, ModuleType]]:
    """The user's modules that a pipeline's module imports, and those that these import."""
    waiting, known = [module], {module.__name__}
    while waiting:
        for name in _used(waiting.pop()):
            other = sys.modules.get(name)
            file = getattr(other, "__file__", None)
            if name in known or other is None or not file or name == "__main__" or is_installed(str(file)):
                continue
            known.add(name)
            waiting.append(other)
            yield name, other


def _used(module: ModuleType) -> set[str]:
    """The names of modules that a module imports by a statement, or that something in it comes from."""
    names = {getattr(value, "__module__", None) for value in list(vars(module).values())}
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Import):
            names |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            with suppress(ImportError):
                whole = resolve_name(base, module.__package__) if node.level else base
                names |= {whole, *(f"{whole}.{each.name}" for each in node.names)}
    return {name for name in names if isinstance(name, str)}


def _tree(module: ModuleType) -> ast.AST:
    try:
        return ast.parse(vars(module).get(TEXT) or Path(str(module.__file__)).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return ast.Module([], [])
