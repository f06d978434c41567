"""All elements of an organization, to be searched by name and kind."""

from collections.abc import Mapping

from pyoxigraph import BlankNode, NamedNode, Triple

from aiopkg.dataclass import dataclass
from aiopkg.report.wording import sentence, where
from aiopkg.validate.findings import name_of
from aiopkg.vocab import PREFIXES, RDF
from aiopkg.web.paging import Choice, Parameters, Slice, slice_of
from aiopkg.web.shown import Shown

__all__ = ["Directory", "Entry", "directory_of", "entries_of"]


@dataclass(frozen=True, slots=True)
class Entry:
    """An element with what it is and how many gaps it has."""

    name: str
    label: str
    kinds: tuple[str, ...]
    gaps: int
    place: str


@dataclass(frozen=True, slots=True)
class Directory:
    """The elements that fit a filter."""

    slice: Slice[Entry]
    text: str
    kinds: tuple[Choice, ...]


def entries_of(shown: Shown) -> tuple[Entry, ...]:
    """Return every element that the organization describes and that has a name, by its label."""
    kinds: dict[NamedNode | BlankNode, set[str]] = {}
    for triple in shown.assessment.model.triples:
        if triple.predicate == RDF.type and _is_kind(triple):
            kinds.setdefault(triple.subject, set()).add(shown.labels(triple.object))  # type: ignore[arg-type]
    entries = [_entry(shown, node, tuple(sorted(of))) for node, of in kinds.items()]
    return tuple(sorted(entries, key=lambda entry: (entry.label.casefold(), entry.name)))


def _is_kind(triple: Triple) -> bool:
    return isinstance(triple.object, NamedNode) and not triple.object.value.startswith(PREFIXES["owl"])


def _entry(shown: Shown, node: NamedNode | BlankNode, kinds: tuple[str, ...]) -> Entry:
    name = name_of(node)
    gaps = sum(finding.verdict == "violated" for finding in shown.findings_at.get(name, ()))
    return Entry(name, sentence(shown.labels(node)), kinds, gaps, where(shown.assessment.model.place_of(node)))


def directory_of(entries: tuple[Entry, ...], parameters: Parameters) -> Directory:
    """Return the elements that fit: ``q`` words in the label, ``kind`` the label of a class."""
    words = parameters.get("q", "").casefold().split()
    kind = parameters.get("kind", "")
    fitting = [
        entry
        for entry in entries
        if (not kind or kind in entry.kinds) and all(word in entry.label.casefold() for word in words)
    ]
    counts: Mapping[str, None] = dict.fromkeys(sorted({each for entry in entries for each in entry.kinds}))
    return Directory(
        slice_of(fitting, "entities", parameters),
        parameters.get("q", ""),
        tuple(Choice(each, each, each == kind) for each in counts),
    )
