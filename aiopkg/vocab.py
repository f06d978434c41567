"""The terms that Python names, each namespace closed: a misspelt term is an attribute error.

Only terms that the program itself has to know stand here. A test proves that each term of ours
is declared in the ontology.
"""

from collections.abc import Mapping

from pyoxigraph import NamedNode

__all__ = ["AIOP", "DCTERMS", "GRAPH", "ORG", "OWL", "PREFIXES", "RDF", "RDFS", "RULE", "SH", "SKOS", "XSD", "shorten"]

PREFIXES: Mapping[str, str] = {
    "aiop": "https://w3id.org/aiop#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "dqv": "http://www.w3.org/ns/dqv#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "rule": "https://w3id.org/aiop/rule/",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "time": "http://www.w3.org/2006/time#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""The prefixes that examples in rule files, queries and reports may use without declaring them."""

RULE = PREFIXES["rule"]
"""The namespace of rules; a rule's IRI is this and its code."""


def _in(prefix: str, name: str) -> NamedNode:
    return NamedNode(PREFIXES[prefix] + name)


def shorten(iri: str, prefixes: Mapping[str, str] = PREFIXES) -> str:
    """Return ``prefix:name`` for an IRI in a known namespace, and the IRI in angle brackets for any other."""
    for prefix, namespace in prefixes.items():
        if iri.startswith(namespace) and iri[len(namespace) :].replace("-", "").replace("_", "").isalnum():
            return f"{prefix}:{iri[len(namespace) :]}"
    return f"<{iri}>"


class RDF:
    """Terms of RDF."""

    type = _in("rdf", "type")
    first = _in("rdf", "first")
    rest = _in("rdf", "rest")
    nil = _in("rdf", "nil")
    Statement = _in("rdf", "Statement")
    subject = _in("rdf", "subject")
    predicate = _in("rdf", "predicate")
    object = _in("rdf", "object")


class RDFS:
    """Terms of RDF Schema."""

    comment = _in("rdfs", "comment")
    label = _in("rdfs", "label")
    range = _in("rdfs", "range")
    subClassOf = _in("rdfs", "subClassOf")
    subPropertyOf = _in("rdfs", "subPropertyOf")
    isDefinedBy = _in("rdfs", "isDefinedBy")


class OWL:
    """Terms of OWL."""

    Axiom = _in("owl", "Axiom")
    DatatypeProperty = _in("owl", "DatatypeProperty")
    ObjectProperty = _in("owl", "ObjectProperty")
    Ontology = _in("owl", "Ontology")
    Thing = _in("owl", "Thing")
    annotatedProperty = _in("owl", "annotatedProperty")
    annotatedSource = _in("owl", "annotatedSource")
    annotatedTarget = _in("owl", "annotatedTarget")
    deprecated = _in("owl", "deprecated")
    equivalentClass = _in("owl", "equivalentClass")
    hasValue = _in("owl", "hasValue")
    imports = _in("owl", "imports")
    intersectionOf = _in("owl", "intersectionOf")
    onProperty = _in("owl", "onProperty")
    oneOf = _in("owl", "oneOf")
    sameAs = _in("owl", "sameAs")
    someValuesFrom = _in("owl", "someValuesFrom")
    unionOf = _in("owl", "unionOf")


class DCTERMS:
    """Terms of DCMI Metadata Terms."""

    identifier = _in("dcterms", "identifier")
    isReplacedBy = _in("dcterms", "isReplacedBy")
    source = _in("dcterms", "source")
    tableOfContents = _in("dcterms", "tableOfContents")


class SKOS:
    """Terms of SKOS."""

    altLabel = _in("skos", "altLabel")
    prefLabel = _in("skos", "prefLabel")
    notation = _in("skos", "notation")
    definition = _in("skos", "definition")
    note = _in("skos", "note")


class ORG:
    """Terms of the W3C Organization Ontology."""

    Organization = _in("org", "Organization")
    FormalOrganization = _in("org", "FormalOrganization")
    subOrganizationOf = _in("org", "subOrganizationOf")
    unitOf = _in("org", "unitOf")


class XSD:
    """Datatypes of XML Schema."""

    boolean = _in("xsd", "boolean")
    date = _in("xsd", "date")
    dateTime = _in("xsd", "dateTime")
    decimal = _in("xsd", "decimal")
    double = _in("xsd", "double")
    duration = _in("xsd", "duration")
    integer = _in("xsd", "integer")
    string = _in("xsd", "string")


class SH:
    """Terms of SHACL."""

    NodeConstraintComponent = _in("sh", "NodeConstraintComponent")
    ValidationReport = _in("sh", "ValidationReport")
    ValidationResult = _in("sh", "ValidationResult")
    conforms = _in("sh", "conforms")
    construct = _in("sh", "construct")
    focusNode = _in("sh", "focusNode")
    message = _in("sh", "message")
    path = _in("sh", "path")
    result = _in("sh", "result")
    resultMessage = _in("sh", "resultMessage")
    resultSeverity = _in("sh", "resultSeverity")
    select = _in("sh", "select")
    severity = _in("sh", "severity")
    sourceConstraintComponent = _in("sh", "sourceConstraintComponent")
    sourceShape = _in("sh", "sourceShape")
    targetClass = _in("sh", "targetClass")
    value = _in("sh", "value")


class GRAPH:
    """The named graphs, one a stage; no stage writes the graph of another."""

    asserted = NamedNode("https://w3id.org/aiop/graph/asserted")
    ontology = NamedNode("https://w3id.org/aiop/graph/ontology")
    inferred = NamedNode("https://w3id.org/aiop/graph/inferred")
    measures = NamedNode("https://w3id.org/aiop/graph/measures")
    findings = NamedNode("https://w3id.org/aiop/graph/findings")
    recommendations = NamedNode("https://w3id.org/aiop/graph/recommendations")
    cascades = NamedNode("https://w3id.org/aiop/graph/cascades")

    facts = (asserted, ontology, inferred, measures)
    """The graphs that validation reads."""


class AIOP:
    """Terms of our own ontology that the program has to know."""

    AchievementRating = _in("aiop", "AchievementRating")
    AnyElement = _in("aiop", "AnyElement")
    AnyProperty = _in("aiop", "AnyProperty")
    Cascade = _in("aiop", "Cascade")
    CentralShare = _in("aiop", "CentralShare")
    CentralTrait = _in("aiop", "CentralTrait")
    CentreOverrun = _in("aiop", "CentreOverrun")
    CloseGap = _in("aiop", "CloseGap")
    ConcernedUnit = _in("aiop", "ConcernedUnit")
    Contradiction = _in("aiop", "Contradiction")
    Decision = _in("aiop", "Decision")
    Evaluation = _in("aiop", "Evaluation")
    FailureLink = _in("aiop", "FailureLink")
    Finding = _in("aiop", "Finding")
    HighStakesDecision = _in("aiop", "HighStakesDecision")
    HighStakesUseCase = _in("aiop", "HighStakesUseCase")
    Incompleteness = _in("aiop", "Incompleteness")
    KPI = _in("aiop", "KPI")
    LaunchZone = _in("aiop", "LaunchZone")
    LoopPeriod = _in("aiop", "LoopPeriod")
    MarginalEffort = _in("aiop", "MarginalEffort")
    Pack = _in("aiop", "Pack")
    Pillar = _in("aiop", "Pillar")
    PolicyOwnership = _in("aiop", "PolicyOwnership")
    Principle = _in("aiop", "Principle")
    ProvingGround = _in("aiop", "ProvingGround")
    Recommendation = _in("aiop", "Recommendation")
    RequestMemory = _in("aiop", "RequestMemory")
    RequestWait = _in("aiop", "RequestWait")
    Rule = _in("aiop", "Rule")
    Signal = _in("aiop", "Signal")
    StandingBody = _in("aiop", "StandingBody")
    StatedStatus = _in("aiop", "StatedStatus")
    Structure = _in("aiop", "Structure")
    Threshold = _in("aiop", "Threshold")
    UndecidedUnit = _in("aiop", "UndecidedUnit")
    UnitToAvoid = _in("aiop", "UnitToAvoid")
    UseCase = _in("aiop", "UseCase")
    Vendor = _in("aiop", "Vendor")
    Waiver = _in("aiop", "Waiver")
    about = _in("aiop", "about")
    appliesTo = _in("aiop", "appliesTo")
    asksMeasure = _in("aiop", "asksMeasure")
    boundBy = _in("aiop", "boundBy")
    burdens = _in("aiop", "burdens")
    cites = _in("aiop", "cites")
    clause = _in("aiop", "clause")
    closes = _in("aiop", "closes")
    code = _in("aiop", "code")
    contested = _in("aiop", "contested")
    countedAs = _in("aiop", "countedAs")
    cutoff = _in("aiop", "cutoff")
    declaredArchetype = _in("aiop", "declaredArchetype")
    dependsOn = _in("aiop", "dependsOn")
    effort = _in("aiop", "effort")
    endedAfter = _in("aiop", "endedAfter")
    endedBecause = _in("aiop", "endedBecause")
    evaluationDate = _in("aiop", "evaluationDate")
    evidence = _in("aiop", "evidence")
    fails = _in("aiop", "fails")
    failsIn = _in("aiop", "failsIn")
    findingSeverity = _in("aiop", "findingSeverity")
    focus = _in("aiop", "focus")
    fromMode = _in("aiop", "fromMode")
    grantedBy = _in("aiop", "grantedBy")
    hasCondition = _in("aiop", "hasCondition")
    hasTrait = _in("aiop", "hasTrait")
    heldAs = _in("aiop", "heldAs")
    identifier = _in("aiop", "identifier")
    impacts = _in("aiop", "impacts")
    kind = _in("aiop", "kind")
    leftUnjudged = _in("aiop", "leftUnjudged")
    limit = _in("aiop", "limit")
    mechanism = _in("aiop", "mechanism")
    message = _in("aiop", "message")
    ofClass = _in("aiop", "ofClass")
    ofElement = _in("aiop", "ofElement")
    ofPack = _in("aiop", "ofPack")
    ofProperty = _in("aiop", "ofProperty")
    ofRule = _in("aiop", "ofRule")
    opens = _in("aiop", "opens")
    operatedArchetype = _in("aiop", "operatedArchetype")
    partOf = _in("aiop", "partOf")
    passes = _in("aiop", "passes")
    pillarOrder = _in("aiop", "pillarOrder")
    reaches = _in("aiop", "reaches")
    reason = _in("aiop", "reason")
    recommendationKind = _in("aiop", "recommendationKind")
    recommendedArchetype = _in("aiop", "recommendedArchetype")
    relation = _in("aiop", "relation")
    remedy = _in("aiop", "remedy")
    restsOn = _in("aiop", "restsOn")
    reuseShare = _in("aiop", "reuseShare")
    rule = _in("aiop", "rule")
    sourceRow = _in("aiop", "sourceRow")
    standard = _in("aiop", "standard")
    standsBeside = _in("aiop", "standsBeside")
    startsFrom = _in("aiop", "startsFrom")
    status = _in("aiop", "status")
    statusOf = _in("aiop", "statusOf")
    strength = _in("aiop", "strength")
    thresholdValue = _in("aiop", "thresholdValue")
    toMode = _in("aiop", "toMode")
    unreported = _in("aiop", "unreported")
    validFrom = _in("aiop", "validFrom")
    validUntil = _in("aiop", "validUntil")
    value = _in("aiop", "value")
    verdict = _in("aiop", "verdict")
    waivedFor = _in("aiop", "waivedFor")
    weakens = _in("aiop", "weakens")
    why = _in("aiop", "why")
