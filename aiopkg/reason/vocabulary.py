"""The fixed numbers of the RDF, RDFS, OWL and XSD terms that rules speak of.

Every dictionary starts with these terms in this order, so a rule can write ``TYPE`` for the number of
``rdf:type``. The properties that carry schema come first and in one block, then the classes whose
instances are schema, so that "is this fact schema?" is a comparison of numbers.
"""

from typing import Final

__all__ = ["FIXED", "NAMESPACES", "OWL", "RDF", "RDFS", "XSD", "number_of"]

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"

NAMESPACES: Final = (RDF, RDFS, OWL, XSD)
"""The namespaces about whose own terms a closure says nothing."""

_SCHEMA_PROPERTIES: Final = (
    *(RDF + name for name in ("first", "rest")),
    *(RDFS + name for name in ("subClassOf", "subPropertyOf", "domain", "range")),
    *(
        OWL + name
        for name in [
            "equivalentClass",
            "equivalentProperty",
            "inverseOf",
            "propertyChainAxiom",
            "hasKey",
            "propertyDisjointWith",
            "disjointWith",
            "complementOf",
            "intersectionOf",
            "unionOf",
            "oneOf",
            "onProperty",
            "someValuesFrom",
            "allValuesFrom",
            "hasValue",
            "maxCardinality",
            "cardinality",
            "maxQualifiedCardinality",
            "qualifiedCardinality",
            "onClass",
            "onDataRange",
            "members",
        ]
    ),
)
_SCHEMA_CLASSES: Final = tuple(
    OWL + name
    for name in [
        "TransitiveProperty",
        "SymmetricProperty",
        "FunctionalProperty",
        "InverseFunctionalProperty",
        "IrreflexiveProperty",
        "AsymmetricProperty",
        "Class",
        "ObjectProperty",
        "DatatypeProperty",
    ]
)
_OTHERS: Final = (
    RDF + "type",
    RDF + "nil",
    RDF + "langString",
    RDF + "PlainLiteral",
    *(RDFS + name for name in ("Resource", "Literal", "Class", "Datatype")),
    *(
        OWL + name
        for name in [
            "sameAs",
            "differentFrom",
            "Thing",
            "Nothing",
            "AllDifferent",
            "AllDisjointClasses",
            "AllDisjointProperties",
            "distinctMembers",
            "sourceIndividual",
            "assertionProperty",
            "targetIndividual",
            "targetValue",
        ]
    ),
)

FIXED: Final = _SCHEMA_PROPERTIES + _SCHEMA_CLASSES + _OTHERS
"""The IRIs whose numbers are fixed, in the order of their numbers."""

SCHEMA_PROPERTY_END: Final = len(_SCHEMA_PROPERTIES)
SCHEMA_CLASS_END: Final = SCHEMA_PROPERTY_END + len(_SCHEMA_CLASSES)


def number_of(iri: str) -> int:
    """The fixed number of a term of :data:`FIXED`; raises ValueError for any other IRI."""
    return FIXED.index(iri)


FIRST: Final = number_of(RDF + "first")
REST: Final = number_of(RDF + "rest")
SUB_CLASS: Final = number_of(RDFS + "subClassOf")
SUB_PROPERTY: Final = number_of(RDFS + "subPropertyOf")
DOMAIN: Final = number_of(RDFS + "domain")
RANGE: Final = number_of(RDFS + "range")
EQUIVALENT_CLASS: Final = number_of(OWL + "equivalentClass")
EQUIVALENT_PROPERTY: Final = number_of(OWL + "equivalentProperty")
INVERSE: Final = number_of(OWL + "inverseOf")
CHAIN: Final = number_of(OWL + "propertyChainAxiom")
HAS_KEY: Final = number_of(OWL + "hasKey")
PROPERTY_DISJOINT: Final = number_of(OWL + "propertyDisjointWith")
DISJOINT: Final = number_of(OWL + "disjointWith")
COMPLEMENT: Final = number_of(OWL + "complementOf")
INTERSECTION: Final = number_of(OWL + "intersectionOf")
UNION: Final = number_of(OWL + "unionOf")
ONE_OF: Final = number_of(OWL + "oneOf")
ON_PROPERTY: Final = number_of(OWL + "onProperty")
SOME_VALUES: Final = number_of(OWL + "someValuesFrom")
ALL_VALUES: Final = number_of(OWL + "allValuesFrom")
HAS_VALUE: Final = number_of(OWL + "hasValue")
MAX_CARDINALITY: Final = number_of(OWL + "maxCardinality")
CARDINALITY: Final = number_of(OWL + "cardinality")
MAX_QUALIFIED: Final = number_of(OWL + "maxQualifiedCardinality")
QUALIFIED: Final = number_of(OWL + "qualifiedCardinality")
ON_CLASS: Final = number_of(OWL + "onClass")
ON_DATA_RANGE: Final = number_of(OWL + "onDataRange")
MEMBERS: Final = number_of(OWL + "members")
TRANSITIVE: Final = number_of(OWL + "TransitiveProperty")
SYMMETRIC: Final = number_of(OWL + "SymmetricProperty")
FUNCTIONAL: Final = number_of(OWL + "FunctionalProperty")
INVERSE_FUNCTIONAL: Final = number_of(OWL + "InverseFunctionalProperty")
IRREFLEXIVE: Final = number_of(OWL + "IrreflexiveProperty")
ASYMMETRIC: Final = number_of(OWL + "AsymmetricProperty")
CLASS: Final = number_of(OWL + "Class")
OBJECT_PROPERTY: Final = number_of(OWL + "ObjectProperty")
DATATYPE_PROPERTY: Final = number_of(OWL + "DatatypeProperty")
TYPE: Final = number_of(RDF + "type")
NIL: Final = number_of(RDF + "nil")
RESOURCE: Final = number_of(RDFS + "Resource")
LITERAL: Final = number_of(RDFS + "Literal")
SAME: Final = number_of(OWL + "sameAs")
DIFFERENT: Final = number_of(OWL + "differentFrom")
THING: Final = number_of(OWL + "Thing")
NOTHING: Final = number_of(OWL + "Nothing")
ALL_DIFFERENT: Final = number_of(OWL + "AllDifferent")
ALL_DISJOINT_CLASSES: Final = number_of(OWL + "AllDisjointClasses")
ALL_DISJOINT_PROPERTIES: Final = number_of(OWL + "AllDisjointProperties")
DISTINCT_MEMBERS: Final = number_of(OWL + "distinctMembers")
SOURCE_INDIVIDUAL: Final = number_of(OWL + "sourceIndividual")
ASSERTION_PROPERTY: Final = number_of(OWL + "assertionProperty")
TARGET_INDIVIDUAL: Final = number_of(OWL + "targetIndividual")
TARGET_VALUE: Final = number_of(OWL + "targetValue")
