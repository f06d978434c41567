"""Values made of dataclasses as plain values, the way JSON has them."""

from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

__all__ = ["plain"]


def plain(value: Any) -> Any:  # noqa: ANN401 - whatever a report holds
    """Return a value with a dictionary in place of each dataclass in it, keys in the order of the fields."""
    kind = type(value)
    if kind is str or value is None:
        return value
    if kind is tuple or kind is list:
        return kind(map(plain, value))
    if kind is dict:
        return {key: plain(each) for key, each in value.items()}
    names = _names(kind)  # type: ignore[arg-type]  # classes are hashable
    return {name: plain(getattr(value, name)) for name in names} if names else value


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()
