"""An assessment that follows edits of its model."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from threading import RLock

from pyoxigraph import NamedNode, Triple

from aiopkg.assessment import Assessment
from aiopkg.dataclass import dataclass
from aiopkg.engine import RdfGraph, Sources, load_model, packs_given, statements_of
from aiopkg.errors import Place
from aiopkg.live.state import State
from aiopkg.measure.calendar import day_given
from aiopkg.model import Model
from aiopkg.model.check import check
from aiopkg.model.renames import in_present_terms
from aiopkg.model.table import Table
from aiopkg.settings import Settings
from aiopkg.validate.findings import Finding

__all__ = ["Live", "Outcome"]

_EDIT = Place("~edit")
"""Where triples stand that came with an edit; by its name it comes after files."""


Added = Iterable[Triple] | Mapping[Triple, Place] | RdfGraph | Model


@dataclass(frozen=True)
class Outcome:
    """What an edit did: the findings that are new or read otherwise, and those that are gone or read so no more.

    ``whole`` says that everything was worked out anew; where it was not, ``judged`` counts the focus nodes at which
    rules were judged again, each once for each rule.
    """

    assessment: Assessment
    added: tuple[Finding, ...]
    removed: tuple[Finding, ...]
    whole: bool
    judged: int = 0


class Live:
    """An assessment that is kept up to date while its model is edited.

    After an edit, facts, findings, recommendations and cascades are those of a full assessment of the edited model;
    only what the edit can reach is worked out again. An edit of axioms, of ``owl:sameAs``, of thresholds or of what
    the organization is bound by is a full assessment.

    All assessments of one ``Live`` share a store, which always holds the latest state: read the store, and what is
    worked out from it when asked for (``dataset()``, ``overview``), before the next edit. Findings and what follows
    from them come into it when ``store`` is first asked for, and leave it with the next edit. Safe to use from threads.
    """

    def __init__(
        self,
        source: Sources | Model,
        *,
        as_of: date | None = None,
        packs: Sequence[str] = (),
        input_format: str | None = None,
        settings: Settings | None = None,
    ) -> None:
        """Assess an organization; raises as :func:`aiopkg.assess` does."""
        self._lock = RLock()
        self._as_of, self._packs = day_given(as_of), packs_given(packs)
        self.settings = settings or Settings()
        model = source if isinstance(source, Model) else load_model(source, input_format)
        self._state = State(self.settings.stated(model), self._as_of, self._packs, self.settings)
        self._assessment = self._state.assessment()

    @property
    def assessment(self) -> Assessment:
        """The assessment of the model as it is now."""
        return self._assessment

    def edit(self, add: Added = (), remove: Iterable[Triple] | RdfGraph = ()) -> Outcome:
        """Take triples out of the model and put others in; what is both stays. Either all of it is done or nothing.

        Triples of pyoxigraph and graphs of rdflib are accepted, a mapping from triples to the places where they
        stand, and a whole model, of which each triple counts. Blank nodes are those of the model: they go by
        the names that it gives them; those of a graph of rdflib are always new ones. Raises :class:`InputError`
        as :func:`aiopkg.assess` does.
        """
        with self._lock:
            known = self._state.model.places
            places, former = self._added(add)
            come = {triple: place for triple, place in places.items() if known.get(triple) != place}
            check(Table.of(come))
            unwanted = in_present_terms((triple, _EDIT) for triple in _triples(remove))[0]
            gone = [triple for triple, _ in dict.fromkeys(unwanted) if triple in known and triple not in places]
            outcome = self._take_in(
                self._state.model.edited(come, gone, former), [t for t in come if t not in known], gone
            )
            self._assessment = outcome.assessment
            return outcome

    def _added(self, add: Added) -> tuple[Mapping[Triple, Place], Mapping[Triple, tuple[NamedNode, ...]]]:
        """What an edit adds, in present terms, and which triples of the edited model were written with former ones."""
        model = self._state.model
        if isinstance(add, Model):
            return add.places, add.former
        given = add if isinstance(add, Mapping) else {t: model.places.get(t, _EDIT) for t in _triples(add)}
        read, former = in_present_terms(given.items())
        return dict(read), {**model.former, **former}

    def _take_in(self, model: Model, fresh: Sequence[Triple], lost: Sequence[Triple]) -> Outcome:
        old, taken = self._state.model, False
        try:
            revised = self._state.take_in(model, fresh, lost)
            if revised is None:
                self._state = State(model, self._as_of, self._packs, self.settings)
            taken = True
        finally:
            if not taken:
                self._state = State(old, self._as_of, self._packs, self.settings)
        assessment = self._state.assessment()
        if revised is not None:
            return Outcome(assessment, tuple(revised.added), tuple(revised.removed), False, revised.judged)
        before, after = set(self._assessment.findings), set(assessment.findings)
        added = tuple(finding for finding in assessment.findings if finding not in before)
        return Outcome(assessment, added, tuple(f for f in self._assessment.findings if f not in after), True)


def _triples(given: Iterable[Triple] | RdfGraph) -> Iterable[Triple]:
    if isinstance(given, RdfGraph):
        return [triple for triple, _ in statements_of(given)]
    return given
