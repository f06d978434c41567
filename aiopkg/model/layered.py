"""A mapping that shares nearly everything with the one that it was made from."""

from collections.abc import Collection, Iterator, Mapping
from typing import Generic, TypeVar, overload

__all__ = ["Layered"]

K = TypeVar("K")
T = TypeVar("T")
V = TypeVar("V")
_MANY = 2000


class Layered(Mapping[K, V], Generic[K, V]):
    """A large mapping and the few entries in which this one differs; nothing in it changes.

    Making another costs what the differences are worth; once they are many, they are merged.
    """

    def __init__(self, base: Mapping[K, V], changed: Mapping[K, V] | None = None, gone: Collection[K] = ()) -> None:
        self._base = base
        self._changed = changed or {}
        self._gone = frozenset(gone)

    def revised(self, changed: Mapping[K, V], gone: Collection[K] = ()) -> "Layered[K, V]":
        """This mapping with some entries set and some taken out; what is both is set."""
        if not changed and not gone:
            return self
        out = frozenset(gone)
        laid = {key: value for key, value in self._changed.items() if key not in out} | dict(changed)
        missing = (self._gone | out) - changed.keys()
        if len(laid) + len(missing) < _MANY:
            return Layered(self._base, laid, missing)
        merged = {key: value for key, value in self._base.items() if key not in missing}
        return Layered(merged | laid)

    def differing(self, other: Mapping[K, V]) -> frozenset[K]:
        """Keys among which are all whose entries differ from those of another mapping that this one was made from."""
        if not isinstance(other, Layered):
            return frozenset(self._changed) | self._gone
        if self._base is not other._base:
            return frozenset(self) | frozenset(other)
        return frozenset(self._changed) | self._gone | frozenset(other._changed) | other._gone

    def __getitem__(self, key: K) -> V:
        if key in self._changed:
            return self._changed[key]
        if key in self._gone:
            raise KeyError(key)
        return self._base[key]

    def __contains__(self, key: object) -> bool:
        return key in self._changed or (key not in self._gone and key in self._base)

    @overload
    def get(self, key: K, default: None = None, /) -> V | None: ...
    @overload
    def get(self, key: K, default: V | T, /) -> V | T: ...
    def get(self, key: K, default: V | T | None = None, /) -> V | T | None:
        """The entry of a key, or a default where there is none."""
        if key in self._changed:
            return self._changed[key]
        return default if key in self._gone else self._base.get(key, default)

    def __iter__(self) -> Iterator[K]:
        for key in self._base:
            if key not in self._gone:
                yield key
        for key in self._changed:
            if key not in self._base:
                yield key

    def __len__(self) -> int:
        return sum(1 for _ in self)
