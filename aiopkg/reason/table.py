"""Every rule of the OWL 2 RL/RDF rule set (W3C OWL 2 Profiles, section 4.3, tables 4-9) and how it is met.

This is the one list of rule names: what a closure reports as the rule of a fact is a name from here, and the
documentation is generated from here. ``manner`` says where a rule is at work:

``derives``       its conclusions are facts of the closure
``merges``        its conclusions are owl:sameAs facts, kept as one representative per class of equals
``contradicts``   it concludes false: an inconsistency of the closure
``answers``       its conclusions hold in :func:`aiopkg.reason.entails` and are left out of the closure
``unsupported``   it is not met; ``remark`` says why
"""

from typing import Final, Literal, TypeAlias

from aiopkg.dataclass import dataclass

__all__ = ["RULES", "Manner", "Rule", "rule_named", "rule_number"]

Manner: TypeAlias = Literal["derives", "merges", "contradicts", "answers", "unsupported"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its W3C name, the table that holds it, how it is met, and a remark where that needs one."""

    name: str
    table: int
    manner: Manner
    remark: str = ""


def _rows(table: int, manner: Manner, names: str, remark: str = "") -> tuple[Rule, ...]:
    return tuple(Rule(name, table, manner, remark) for name in names.split())


_EQUALITY: Final = (
    *_rows(4, "answers", "eq-ref", "everything equals itself; stored nowhere"),
    *_rows(4, "merges", "eq-sym eq-trans", "equals share a representative; expanded on output"),
    *_rows(
        4,
        "derives",
        "eq-rep-s eq-rep-p eq-rep-o",
        "facts are kept about representatives and expanded on output; predicates stay IRIs",
    ),
    *_rows(4, "contradicts", "eq-diff1 eq-diff2 eq-diff3"),
)
_PROPERTIES: Final = (
    *_rows(5, "answers", "prp-ap", "axiomatic: the built-in annotation properties"),
    *_rows(
        5,
        "derives",
        "prp-dom prp-rng",
        "the type of a literal is used by other rules and is not output; for a datatype see dt-not-type",
    ),
    *_rows(
        5,
        "merges",
        "prp-fp prp-ifp",
        "values of literals are compared, not their forms; two literals of different value that a rule would "
        "have to equate are an inconsistency under that rule's name",
    ),
    *_rows(5, "contradicts", "prp-irp"),
    *_rows(5, "derives", "prp-symp"),
    *_rows(5, "contradicts", "prp-asyp"),
    *_rows(5, "derives", "prp-trp prp-spo1"),
    *_rows(5, "derives", "prp-spo2", "chains of every length"),
    *_rows(5, "derives", "prp-eqp1 prp-eqp2", "reached through scm-eqp1 and prp-spo1"),
    *_rows(5, "contradicts", "prp-pdw prp-adp"),
    *_rows(5, "derives", "prp-inv1 prp-inv2"),
    *_rows(5, "merges", "prp-key", "keys of every length; values of literals are compared"),
    *_rows(5, "contradicts", "prp-npa1 prp-npa2"),
)
_CLASSES: Final = (
    *_rows(6, "answers", "cls-thing cls-nothing1", "axiomatic: owl:Thing and owl:Nothing are classes"),
    *_rows(6, "contradicts", "cls-nothing2"),
    *_rows(6, "derives", "cls-int1"),
    *_rows(6, "derives", "cls-int2", "reached through scm-int and cax-sco"),
    *_rows(6, "derives", "cls-uni", "reached through scm-uni and cax-sco"),
    *_rows(6, "contradicts", "cls-com"),
    *_rows(6, "derives", "cls-svf1 cls-svf2 cls-avf cls-hv1 cls-hv2"),
    *_rows(6, "contradicts", "cls-maxc1", "an exact cardinality counts as an upper bound as well"),
    *_rows(6, "merges", "cls-maxc2", "an exact cardinality counts as an upper bound as well"),
    *_rows(6, "contradicts", "cls-maxqc1 cls-maxqc2"),
    *_rows(6, "merges", "cls-maxqc3 cls-maxqc4"),
    *_rows(6, "derives", "cls-oo"),
)
_CLASS_AXIOMS: Final = (
    *_rows(7, "derives", "cax-sco"),
    *_rows(7, "derives", "cax-eqc1 cax-eqc2", "reached through scm-eqc1 and cax-sco"),
    *_rows(7, "contradicts", "cax-dw cax-adc"),
)
_DATATYPES: Final = (
    *_rows(8, "answers", "dt-type1", "axiomatic: the supported datatypes are datatypes"),
    *_rows(
        8,
        "derives",
        "dt-type2",
        "for the datatypes that some axiom asks for; used by other rules and not output, since a literal "
        "cannot be a subject",
    ),
    *_rows(8, "answers", "dt-eq dt-diff", "every rule that compares literals compares their values"),
    *_rows(8, "contradicts", "dt-not-type", "for literals that an axiom puts into a datatype"),
)
_SCHEMA: Final = (
    *_rows(
        9,
        "answers",
        "scm-cls scm-op scm-dp",
        "the reflexive conclusions, C subClassOf owl:Thing and owl:Nothing subClassOf C are left out",
    ),
    *_rows(9, "derives", "scm-sco scm-eqc1 scm-eqc2 scm-spo scm-eqp1 scm-eqp2"),
    *_rows(9, "derives", "scm-dom1 scm-dom2 scm-rng1 scm-rng2"),
    *_rows(9, "derives", "scm-hv scm-svf1 scm-svf2 scm-avf1 scm-avf2 scm-int scm-uni"),
)

RULES: Final = _EQUALITY + _PROPERTIES + _CLASSES + _CLASS_AXIOMS + _DATATYPES + _SCHEMA
"""Every rule of the tables, in their order."""

_NUMBERS: Final = {rule.name: number for number, rule in enumerate(RULES)}


def rule_number(name: str) -> int:
    """The place of a rule in :data:`RULES`; raises KeyError for a name that is not in the tables."""
    return _NUMBERS[name]


def rule_named(name: str) -> Rule:
    """The rule with this W3C name; raises KeyError for a name that is not in the tables."""
    return RULES[_NUMBERS[name]]
