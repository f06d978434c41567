"""What is served: an organization, or any triples; as the server hands it to the keeper."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import ClassVar, Self

from pyoxigraph import RdfFormat, Triple, parse, serialize

from aiopkg.errors import Place
from aiopkg.model import Model
from aiopkg.server.layout import ORGANIZATION, PLAIN, REASONED, Layout
from aiopkg.server.messages import Message
from aiopkg.settings import Settings

__all__ = ["Holding"]


@dataclass(frozen=True, slots=True)
class Holding(Message):
    """Triples with the places where they stand, and what is to be made of them.

    ``kind`` is ``organization`` (assessed, at the day ``as_of`` and with some packs), ``reasoned`` (what follows
    from the triples by themselves) or ``plain`` (nothing). ``settled`` holds settings as JSON.
    """

    BODY: ClassVar[str] = "lines"

    kind: str
    places: tuple[tuple[str, int | None, int | None], ...]
    as_of: str | None
    packs: tuple[str, ...]
    settled: str
    lines: bytes

    @classmethod
    def organization(
        cls, model: Model, as_of: date | None = None, packs: Sequence[str] = (), settings: Settings | None = None
    ) -> Self:
        """An organization, kept assessed."""
        settings = settings or Settings()
        settled = {
            "select": settings.select,
            "ignore": settings.ignore,
            "severity": dict(settings.severity),
            "packs": settings.packs,
            "baseline": str(settings.baseline.absolute()) if settings.baseline else None,
        }
        day = as_of.isoformat() if as_of else None
        return cls._of("organization", settings.stated(model), day, tuple(packs), json.dumps(settled))

    @classmethod
    def reasoned(cls, model: Model | None = None) -> Self:
        """Triples with what follows from them by themselves; none to begin with if no model is given."""
        return cls._of("reasoned", model or Model({}))

    @classmethod
    def plain(cls, model: Model | None = None) -> Self:
        """Triples as they are; none to begin with if no model is given."""
        return cls._of("plain", model or Model({}))

    @classmethod
    def _of(
        cls, kind: str, model: Model, as_of: str | None = None, packs: tuple[str, ...] = (), settled: str = "{}"
    ) -> Self:
        triples = model.triples
        places = tuple((place.file, place.line, place.column) for place in map(model.places.__getitem__, triples))
        lines = serialize(triples, format=RdfFormat.N_TRIPLES)
        assert lines is not None
        return cls(kind, places, as_of, packs, settled, lines)

    @property
    def layout(self) -> Layout:
        """What the graphs are for."""
        return {"organization": ORGANIZATION, "reasoned": REASONED, "plain": PLAIN}[self.kind]

    @property
    def settings(self) -> Settings:
        """The settings; what they add to the model stands in it."""
        settled = json.loads(self.settled)
        if not settled:
            return Settings()
        baseline = Path(settled["baseline"]) if settled["baseline"] else None
        select, ignore, packs = (tuple(settled[name]) for name in ("select", "ignore", "packs"))
        return Settings(select=select, ignore=ignore, packs=packs, severity=settled["severity"], baseline=baseline)

    @property
    def model(self) -> Model:
        """The triples with their places."""
        triples: Sequence[Triple] = [quad.triple for quad in parse(self.lines, format=RdfFormat.N_TRIPLES)]
        return Model({t: Place(*place) for t, place in zip(triples, self.places, strict=True)})
