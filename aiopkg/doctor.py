"""Says whether aiopkg can do its work here: versions, optional parts, its own files; and asks HermiT about a model."""

import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from pathlib import Path

from pyoxigraph import Literal, RdfFormat, Store, Triple, serialize

from aiopkg import __version__, assets
from aiopkg.dataclass import dataclass
from aiopkg.engine import Sources, load_model
from aiopkg.errors import AiopkgError, InputError, MissingExtra
from aiopkg.model.labels import legible
from aiopkg.rules import catalogue
from aiopkg.vocab import PREFIXES

__all__ = ["Check", "Consistency", "examine", "reason_with_hermit"]

_EXTRAS = {
    "server": ("httptools",),
    "pandas": ("pandas",),
    "polars": ("polars",),
    "mcp": ("mcp",),
    "report": ("xlsxwriter",),
    "dl": ("owlready2",),
}
"""The optional parts, and the modules by which each is known to be there."""

_LONGEST = 300
_REINSTALL = "Install aiopkg anew: pip install --force-reinstall aiopkg"
_UNKNOWN_TO_HERMIT = frozenset(PREFIXES["xsd"] + name for name in ("date", "duration", "yearMonthDuration", "gYear"))
"""Datatypes that HermiT refuses: they are not in the datatype map of OWL 2 (Structural Specification, section 4)."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: ``state`` is ok, absent (an optional part) or broken; ``fix`` what to do."""

    name: str
    state: str
    told: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Consistency:
    """What HermiT says: whether a model and the ontology are consistent, and which classes can have no member."""

    consistent: bool
    empty: tuple[str, ...]
    left_out: int
    """Statements that were kept from HermiT because of their datatype."""


def examine() -> tuple[Check, ...]:
    """Look at the interpreter, the packages, the optional parts, our own files, and Java."""
    return (
        Check("aiopkg", "ok", __version__),
        Check("Python", "ok", sys.version.split()[0]),
        *map(_package, _required()),
        *map(_extra, sorted(_EXTRAS)),
        _asset("ontology", lambda: len(assets.ontology()), "statements"),
        _asset("rules", lambda: len(catalogue()), "rules"),
        _asset("queries", _queries, "queries"),
        _java(),
    )


def reason_with_hermit(source: Sources, input_format: str | None = None) -> Consistency:
    """Have HermiT (OWL 2 DL, by way of owlready2 and Java) look for contradictions in a model and our ontology.

    HermiT gets a copy without literals of datatypes that OWL 2 DL does not know. Raises :class:`MissingExtra` when
    owlready2 is not installed, and :class:`InputError` without Java, for a model that cannot be loaded, and for one
    that HermiT refuses.
    """
    try:
        import owlready2  # noqa: PLC0415 - an optional part
    except ModuleNotFoundError as error:
        raise MissingExtra("dl", "A check by HermiT") from error
    if shutil.which("java") is None:
        raise InputError("no-java", "HermiT needs Java, and there is none.", fix="Install a Java runtime.")
    triples = [*load_model(source, input_format).triples, *assets.ontology()]
    kept = [triple for triple in triples if not _is_refused(triple)]
    left_out = len(triples) - len(kept)
    world = owlready2.World()
    with tempfile.TemporaryDirectory(prefix="aiopkg-") as folder:
        path = Path(folder) / "model.nt"
        path.write_bytes(serialize(sorted(kept, key=str), format=RdfFormat.N_TRIPLES) or b"")
        world.get_ontology(path.as_uri()).load()
        try:
            owlready2.sync_reasoner_hermit(world, infer_property_values=False, debug=0)
        except owlready2.OwlReadyInconsistentOntologyError:
            return Consistency(False, (), left_out)
        except owlready2.OwlReadyJavaError as error:
            raise InputError("hermit-refused", f"HermiT refuses the model: {legible(str(error))[:_LONGEST]}") from error
    return Consistency(True, tuple(sorted(cls.iri for cls in world.inconsistent_classes())), left_out)


def _is_refused(triple: Triple) -> bool:
    kind = triple.object.datatype.value if isinstance(triple.object, Literal) else getattr(triple.object, "value", "")
    return kind in _UNKNOWN_TO_HERMIT


def _required() -> list[str]:
    """Return the packages that aiopkg does not work without."""
    try:
        lines = requires("aiopkg") or []
    except PackageNotFoundError:
        return []
    return sorted(re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in lines if "extra ==" not in line)


def _package(name: str) -> Check:
    try:
        return Check(name, "ok", version(name))
    except PackageNotFoundError:
        return Check(name, "broken", "not installed", f"Install it with: pip install {name}")


def _extra(name: str) -> Check:
    missing = [module for module in _EXTRAS[name] if find_spec(module) is None]
    if not missing:
        return Check(f"extra {name}", "ok", ", ".join(_EXTRAS[name]))
    told = f"without {', '.join(missing)}"
    return Check(f"extra {name}", "absent", told, f"Install it with: pip install 'aiopkg[{name}]'")


def _asset(name: str, count: Callable[[], int], noun: str) -> Check:
    """Read files of our own; what cannot be read is a broken installation."""
    try:
        found = count()
    except (AiopkgError, OSError, SyntaxError, ValueError, KeyError) as error:
        return Check(name, "broken", legible(str(error))[:_LONGEST], _REINSTALL)
    return Check(name, "ok" if found else "broken", f"{found:,} {noun}", "" if found else _REINSTALL)


def _queries() -> int:
    """Read every query; a parser refuses one that is cut off."""
    store, count = Store(), 0
    for stage in ("ask", "derive", "measure", "overview"):
        for path in assets.queries(stage):
            store.query(path.read_text(encoding="utf-8"))
            count += 1
    return count


def _java() -> Check:
    found = shutil.which("java")
    if found:
        return Check("Java", "ok", "for HermiT (aiopkg doctor --dl)")
    return Check("Java", "absent", "needed by HermiT only", "Install a Java runtime to use aiopkg doctor --dl.")
