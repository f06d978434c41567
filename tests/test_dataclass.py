"""Data classes that wait are those of the standard library in all that anybody can see."""

import copy
import dataclasses
import inspect
import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import field
from typing import Any

import pytest

from aiopkg.dataclass import dataclass
from aiopkg.errors import Place

VARIETIES = [
    {},
    {"frozen": True},
    {"slots": True},
    {"frozen": True, "slots": True},
    {"frozen": True, "slots": True, "order": True},
    {"eq": False},
    {"frozen": True, "eq": False},
]


def defined(make: Callable[..., Any], options: dict[str, bool]) -> Any:  # noqa: ANN401
    class Point:
        """A point."""

        x: int
        y: tuple[int, ...] = ()
        z: list[int] = field(default_factory=list, compare=False, repr=False)

        def doubled(self) -> int:
            return 2 * self.x

    return make(**options)(Point)


def observed(of: Any) -> list[object]:  # noqa: ANN401
    """What can be seen of a class."""

    def tried(action: Callable[[], object]) -> object:
        try:
            return action()
        except (TypeError, AttributeError) as error:
            return type(error)

    a, b = of(1), of(2, (3,))
    return [
        repr(a).split(".")[-1],
        [each.name for each in dataclasses.fields(of)],
        of.__match_args__,
        str(inspect.signature(of)),
        a == of(1),
        a == b,
        tried(lambda: a < b),
        tried(lambda: hash(a) == hash(of(1))),
        tried(lambda: setattr(a, "x", 5)),
        tried(lambda: delattr(b, "y")),
        dataclasses.astuple(of(7)),
        dataclasses.replace(of(8), x=9).doubled(),
        copy.copy(of(3)).doubled(),
        hasattr(a, "__dict__"),
        "z" in vars(of),
        getattr(of, "y", None) == () or type(getattr(of, "y", None)).__name__,
    ]


@pytest.mark.parametrize("options", VARIETIES, ids=str)
def test_a_class_that_waits_is_one_of_the_standard_library(options: dict[str, bool]) -> None:
    assert observed(defined(dataclass, options)) == observed(defined(dataclasses.dataclass, options))


def test_whoever_asks_first_whatever_it_is_gets_it() -> None:
    for ask in (dataclasses.fields, inspect.signature, lambda of: of.__match_args__, lambda of: of(1) == of(1)):
        assert ask(defined(dataclass, {"frozen": True, "slots": True}))


def test_a_frozen_instance_crosses_to_a_process_that_never_made_one() -> None:
    text = f"import pickle; print(pickle.loads({pickle.dumps(Place('org.ttl', 4))!r}).line)"
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert done.stdout == "4\n"


def test_a_class_with_a_base_has_the_fields_of_both() -> None:
    base = defined(dataclass, {"frozen": True})
    made = dataclass(frozen=True)(type("Solid", (base,), {"__annotations__": {"height": int}, "height": 1}))
    assert [each.name for each in dataclasses.fields(made)] == ["x", "y", "z", "height"]
    assert made(1).height == 1
    assert made(1) == made(1)
