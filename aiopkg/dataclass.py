"""The data classes of the standard library, whose methods are compiled when the first of them is needed.

To compile the methods of one class takes half a millisecond. A command imports some two hundred such classes and makes
instances of a few, so it starts a tenth of a second sooner if each class waits. In all else these are the standard
library's: it is what completes them, and ``fields``, ``replace`` and ``asdict`` take them. A class with a base of its
own is completed at once.
"""

import dataclasses
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from threading import RLock
from typing import TYPE_CHECKING, Any, NoReturn

__all__ = ["dataclass"]

_FIRST = ("__init__", "__match_args__", "__dataclass_fields__")
"""What is needed to make an instance; most classes are never asked for more."""

_ORDER = ("__lt__", "__le__", "__gt__", "__ge__")
_STATE = ("__getstate__", "__setstate__")

_turn = RLock()
"""One thread at a time completes classes."""

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(cls: type | None = None, /, **options: bool) -> Any:  # noqa: ANN401
        """Make a class a data class; the options are those of :func:`dataclasses.dataclass`."""
        if cls is None:
            return partial(dataclass, **options)
        return _awaiting(cls, options) if cls.__bases__ == (object,) else dataclasses.dataclass(cls, **options)


class _Awaited:
    """Stands where a method will be: whoever looks it up has it compiled, and gets it."""

    def __init__(self, name: str, complete: Callable[[], None]) -> None:
        self._name = name
        self._complete = complete

    def __get__(self, instance: object, owner: type) -> Any:  # noqa: ANN401
        self._complete()
        return getattr(owner if instance is None else instance, self._name)


def _awaiting(cls: type, options: Mapping[str, bool]) -> type:
    """Return the class as it is while nobody has needed a method of it: with its slots, and unchangeable if frozen."""
    body = {name: value for name, value in vars(cls).items() if name not in ("__dict__", "__weakref__")}

    def complete(names: Sequence[str], wanted: Mapping[str, bool]) -> None:
        with _turn:
            if not isinstance(vars(found)[names[0]], _Awaited):
                return
            made: type = dataclasses.dataclass(type(cls.__name__, cls.__bases__, dict(body)), **wanted)
            for field in dataclasses.fields(made) if found is cls else ():
                if field.default is not dataclasses.MISSING:
                    setattr(found, field.name, field.default)
                elif field.name in vars(found):
                    delattr(found, field.name)
            for name in reversed(names):
                setattr(found, name, vars(made)[name])

    added: dict[str, object] = {}
    least = {"repr": False, "eq": False, "frozen": options.get("frozen", False)}
    for names, wanted in ((_FIRST, least), (_later(options), options)):
        awaited = [name for name in names if name not in body]
        added |= {name: _Awaited(name, partial(complete, awaited, wanted)) for name in awaited}
    if options.get("frozen"):
        added |= {"__setattr__": _refuse, "__delattr__": _refuse}
    elif options.get("eq", True):
        added["__hash__"] = body.get("__hash__")
    found = _slotted(cls, body, added) if options.get("slots") else cls
    if found is cls:
        for name, value in added.items():
            setattr(cls, name, value)
    return found


def _later(options: Mapping[str, bool]) -> list[str]:
    """Return the names of what the standard library adds to a class besides."""
    names = ["__repr__", "__dataclass_params__", *(["__replace__"] if sys.version_info >= (3, 13) else [])]
    if options.get("eq", True):
        names += ["__eq__", *(["__hash__"] if options.get("frozen") else [])]
    if options.get("order"):
        names += _ORDER
    if options.get("slots") and options.get("frozen"):
        names += _STATE
    return names


def _slotted(cls: type, body: Mapping[str, object], added: Mapping[str, object]) -> type:
    """Return the class with a slot for each field in place of its default."""
    slots = tuple(cls.__annotations__)
    rest = {name: value for name, value in body.items() if name not in slots}
    found = type(cls.__name__, cls.__bases__, {**rest, **added, "__slots__": slots})
    found.__qualname__ = cls.__qualname__
    return found


def _refuse(_: object, name: str, *__: object) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot change {name!r}")
