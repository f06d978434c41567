"""Why a fact does not follow: each rule that could conclude it, with what is there and the first thing that is not."""

from collections.abc import Iterator, Mapping, Sequence

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from aiopkg.dataclass import dataclass
from aiopkg.explain.measured import construct_of
from aiopkg.explain.proof import Term
from aiopkg.explain.sentences import Inference, Sentences, inferences, matched
from aiopkg.explain.walks import Facts
from aiopkg.model.names import written_out
from aiopkg.syntax.paths import Predicate
from aiopkg.syntax.tree import Pattern
from aiopkg.vocab import RDF, shorten

__all__ = ["Miss", "NotFollowing", "why_not"]

_MOST_MISSES = 5
_MOST_TRIED = 200

Values = Mapping[str, Term]


@dataclass(frozen=True, slots=True)
class Miss:
    """A rule that would conclude a fact if one thing more were there.

    ``rule`` is its W3C name or the path of a query; ``because`` the rule in words; ``met`` the facts that are there,
    ``there`` the same as sentences; ``missing`` what is not, in words.
    """

    rule: str
    because: str
    met: tuple[Triple, ...]
    there: tuple[str, ...]
    missing: str


@dataclass(frozen=True, slots=True)
class NotFollowing:
    """Why a fact does not follow, or that it does (``follows``).

    ``sentence`` is the fact in words, ``reason`` what it lacks in a sentence or two, ``misses`` the rules that come
    near it, the nearest first.
    """

    conclusion: Triple
    sentence: str
    follows: bool
    reason: str
    misses: tuple[Miss, ...]


def why_not(triple: Triple, facts: Facts, sentences: Sentences, lacking: str) -> NotFollowing:
    """Return why a triple is not among some facts; ``lacking`` is what is known of that already, in words."""
    misses = [*_misses(triple, facts, sentences), *_measures(triple, sentences)]
    if lacking:  # it says what a definition asks for; being of a narrower kind is no news
        misses = [miss for miss in misses if miss.rule != "cax-sco"]
    misses.sort(key=lambda miss: (-len(miss.met), miss.rule, miss.missing))
    reason = lacking or (
        "No file states it; each way to it lacks something."
        if misses
        else "No file states it, and no rule concludes such a thing from what is there."
    )
    return NotFollowing(triple, sentences.fact(triple), False, reason, tuple(misses[:_MOST_MISSES]))


def _misses(triple: Triple, facts: Facts, sentences: Sentences) -> Iterator[Miss]:
    seen: set[str] = set()
    for inference in inferences().values():
        for head in inference.head[:1]:
            start = matched(head, triple, {})
            if start is None:
                continue
            tried = 0
            for values, met, gap in _near(inference.body, start, facts):
                tried += 1
                if tried > _MOST_TRIED:
                    break
                missing = _worded(gap, values, sentences)
                if _is_idle(gap, values, triple, met) or missing in seen:
                    continue
                seen.add(missing)
                yield _miss(inference, triple, met, (_whole(gap, values), missing), sentences)


def _miss(
    inference: Inference,
    triple: Triple,
    met: Sequence[Triple],
    gap: tuple[Triple | None, str],
    sentences: Sentences,
) -> Miss:
    whole, missing = gap
    shown = tuple(fact for fact in met if not any(isinstance(end, BlankNode) for end in (fact.subject, fact.object)))
    because = sentences.rule(inference.name, triple, [*met, *([whole] if whole else [])])
    return Miss(inference.name, because, tuple(met), tuple(sentences.fact(fact) for fact in shown), missing)


def _near(
    body: Sequence[Pattern], values: Values, facts: Facts, met: tuple[Triple, ...] = (), gap: Pattern | None = None
) -> Iterator[tuple[Values, tuple[Triple, ...], Pattern]]:
    """Yield each way to meet all patterns of a rule but one, which is about what the model states."""
    if not body:
        if gap is not None:
            yield values, met, gap
        return
    first, *rest = body
    found = list(_matches(first, values, facts))
    for fact, bound in found:
        yield from _near(rest, bound, facts, (*met, fact), gap)
    if not found and gap is None and not _declares(first):
        yield from _near(rest, values, facts, met, first)


def _matches(pattern: Pattern, values: Values, facts: Facts) -> Iterator[tuple[Triple, Values]]:
    subject, verb, value = (_term(token, values) for token in _tokens(pattern))
    if isinstance(subject, Literal) or not (verb is None or isinstance(verb, NamedNode)):
        return
    for fact in facts.match(subject, verb, value):
        bound = matched(pattern, fact, values)
        if bound is not None:
            yield fact, bound


def _tokens(pattern: Pattern) -> tuple[str, str, str]:
    verb = shorten(pattern.path.iri.value) if isinstance(pattern.path, Predicate) else pattern.verb
    return pattern.subject, verb, pattern.object


def _term(token: str, values: Values) -> Term | None:
    """Return what a token stands for: a variable by its value, a prefixed name by its IRI; None for what is open."""
    return values.get(token) if token.startswith("?") else written_out(token)


def _declares(pattern: Pattern) -> bool:
    """Tell whether a pattern is about what the ontology says of its own terms."""
    _, verb, value = _tokens(pattern)
    return verb.startswith(("rdfs:", "owl:")) or verb in ("rdf:first", "rdf:rest") or value.startswith("owl:")


def _whole(pattern: Pattern, values: Values) -> Triple | None:
    subject, verb, value = (_term(token, values) for token in _tokens(pattern))
    if isinstance(subject, NamedNode | BlankNode) and isinstance(verb, NamedNode) and value is not None:
        return Triple(subject, verb, value)
    return None


def _worded(pattern: Pattern, values: Values, sentences: Sentences) -> str:
    """Say what a pattern looks for."""
    whole = _whole(pattern, values)
    if whole is not None:
        return sentences.fact(whole)
    subject, verb, value = (_term(token, values) for token in _tokens(pattern))
    named = ["something" if term is None else sentences.name(term) for term in (subject, verb, value)]
    return f"{named[0]} — {named[1]}: {named[2]}."


def _is_idle(gap: Pattern, values: Values, triple: Triple, met: Sequence[Triple]) -> bool:
    """Tell whether a way says nothing: it needs the very fact, another of a nameless class, or a thing of any kind."""
    whole = _whole(gap, values)
    nameless = whole is not None and any(isinstance(end, BlankNode) for end in (whole.subject, whole.object))
    return whole == triple or nameless or triple in met or _is_open(values, gap)


def _is_open(values: Values, gap: Pattern) -> bool:
    """Tell whether a way asks about nothing that the model names: neither of its ends is known."""
    subject, _, value = _tokens(gap)
    return _term(subject, values) is None and _term(value, values) is None


def _measures(triple: Triple, sentences: Sentences) -> Iterator[Miss]:
    """Yield the queries that measure such a fact and did not."""
    for construct in construct_of("measure"):
        for pattern in construct.template:
            _, verb, value = _tokens(pattern)
            same = written_out(verb) == triple.predicate
            if same and (triple.predicate != RDF.type or written_out(value) == triple.object):
                yield Miss(construct.path, construct.sentence, (), (), sentences.fact(triple))
                break
