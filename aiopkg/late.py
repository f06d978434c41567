"""Public names of a package that are imported when they are first asked for, so that the package costs nothing."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

__all__ = ["imported_late"]


def imported_late(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of a package (PEP 562); ``homes`` says which of its modules each name is in."""

    def attribute(name: str) -> Any:  # noqa: ANN401 - a module holds values of every type
        if name in homes:
            return getattr(import_module(f"{package}.{homes[name]}"), name)
        raise AttributeError(f"module '{package}' has no attribute '{name}'")

    return attribute
