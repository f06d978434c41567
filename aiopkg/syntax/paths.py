"""Property paths: written as SPARQL, and walked step by step (SPARQL 1.1, section 9)."""

from typing import TypeAlias

from pyoxigraph import NamedNode

from aiopkg.dataclass import dataclass

__all__ = [
    "Alternative", "Inverse", "Path", "Predicate", "Repeat", "Sequence",
    "can_be_empty", "is_direct", "match_values", "path_text", "steps_of", "without_empty",
]  # fmt: skip


@dataclass(frozen=True)
class Predicate:
    """One step along a property."""

    iri: NamedNode


@dataclass(frozen=True)
class Inverse:
    """A path walked backwards."""

    path: "Path"


@dataclass(frozen=True)
class Sequence:
    """One path after the other."""

    first: "Path"
    second: "Path"


@dataclass(frozen=True)
class Alternative:
    """Any of several paths."""

    options: tuple["Path", ...]


@dataclass(frozen=True)
class Repeat:
    """A path walked again and again: sign ``*`` (zero or more), ``+`` (one or more) or ``?`` (at most once)."""

    path: "Path"
    sign: str


Path: TypeAlias = Predicate | Inverse | Sequence | Alternative | Repeat


def _plain(path: Path, backwards: bool = False) -> Path:
    """The same path with each inversion pushed down to single properties."""
    match path:
        case Predicate():
            return Inverse(path) if backwards else path
        case Inverse(inner):
            return _plain(inner, not backwards)
        case Sequence(first, second):
            parts = (_plain(first, backwards), _plain(second, backwards))
            return Sequence(*reversed(parts)) if backwards else Sequence(*parts)
        case Alternative(options):
            return Alternative(tuple(_plain(option, backwards) for option in options))
        case Repeat(inner, sign):
            return Repeat(_plain(inner, backwards), sign)


def path_text(path: Path) -> str:
    """The path in SPARQL syntax, in parentheses where they are needed; also our canonical text of a path."""
    match path:
        case Predicate(iri):
            return str(iri)
        case Inverse(inner):
            return f"^{path_text(inner)}"
        case Sequence(first, second):
            return f"({path_text(first)}/{path_text(second)})"
        case Alternative(options):
            return "(" + "|".join(map(path_text, options)) + ")"
        case Repeat(inner, sign):
            text = path_text(inner)
            return f"({text}){sign}" if isinstance(inner, Inverse | Repeat) else f"{text}{sign}"


def is_direct(path: Path) -> bool:
    """Whether the path is one property, forwards or backwards: then one triple pattern matches it."""
    return isinstance(path, Predicate) or (isinstance(path, Inverse) and isinstance(path.path, Predicate))


def can_be_empty(path: Path) -> bool:
    """Whether a node reaches itself by the path without any fact."""
    match path:
        case Predicate():
            return False
        case Inverse(inner):
            return can_be_empty(inner)
        case Sequence(first, second):
            return can_be_empty(first) and can_be_empty(second)
        case Alternative(options):
            return any(can_be_empty(option) for option in options)
        case Repeat(inner, sign):
            return sign != "+" or can_be_empty(inner)


def without_empty(path: Path) -> Path:
    """The path with its empty walk taken away: it matches only where at least one fact is used.

    Needed because SPARQL does not match an empty walk at a node that occurs in no triple.
    """
    if not can_be_empty(path):
        return path
    match path:
        case Sequence(first, second):
            return Alternative((Sequence(without_empty(first), second), without_empty(second)))
        case Alternative(options):
            return Alternative(tuple(without_empty(option) for option in options))
        case Repeat(inner, sign):
            return without_empty(inner) if sign == "?" else Repeat(without_empty(inner), "+")
        case _:
            return path


def match_values(path: Path | None, start: str, end: str) -> list[str]:
    """SPARQL patterns, any of which takes ``start`` to ``end`` along the path (no path: to itself)."""
    if path is None:
        return [f"BIND({start} AS {end})"]
    plain = _plain(path)
    patterns = [f"{start} {path_text(without_empty(plain))} {end} ."]
    return [f"BIND({start} AS {end})", *patterns] if can_be_empty(plain) else patterns


def steps_of(path: Path) -> list[tuple[Path | None, NamedNode]]:
    """Each single step of the path as (what is walked before it, property): where a missing fact could be added."""
    match _plain(path):
        case Predicate(iri):
            return [(None, iri)]
        case Inverse(inner):
            return steps_of(inner)
        case Sequence(first, second):
            return steps_of(first) + [(_after(first, prefix), iri) for prefix, iri in steps_of(second)]
        case Alternative(options):
            return [step for option in options for step in steps_of(option)]
        case Repeat(inner, sign):
            if sign == "?":
                return steps_of(inner)
            return [(_after(Repeat(inner, "*"), prefix), iri) for prefix, iri in steps_of(inner)]


def _after(first: Path, then: Path | None) -> Path:
    return first if then is None else Sequence(first, then)
