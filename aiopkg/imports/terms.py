"""The terms in which mappings are written."""

from pyoxigraph import NamedNode

__all__ = ["CSVW", "IMPORT", "PREFIXES", "RR"]

PREFIXES = {
    "csvw": "http://www.w3.org/ns/csvw#",
    "import": "https://w3id.org/aiop/import#",
    "rr": "http://www.w3.org/ns/r2rml#",
}


def _in(prefix: str, name: str) -> NamedNode:
    return NamedNode(PREFIXES[prefix] + name)


class CSVW:
    """Terms of CSV on the Web."""

    column = _in("csvw", "column")
    delimiter = _in("csvw", "delimiter")
    dialect = _in("csvw", "dialect")
    encoding = _in("csvw", "encoding")
    format = _in("csvw", "format")
    name = _in("csvw", "name")
    null = _in("csvw", "null")
    separator = _in("csvw", "separator")


class RR:
    """Terms of R2RML."""

    class_ = _in("rr", "class")
    column = _in("rr", "column")
    constant = _in("rr", "constant")
    predicate = _in("rr", "predicate")
    template = _in("rr", "template")


class IMPORT:
    """Terms of our import vocabulary, declared in ``ontology/imports/vocabulary.ttl``."""

    Absent = _in("import", "Absent")
    Coded = _in("import", "Coded")
    CodedList = _in("import", "CodedList")
    Date = _in("import", "Date")
    Identifier = _in("import", "Identifier")
    LeftOpen = _in("import", "LeftOpen")
    Link = _in("import", "Link")
    Mapping = _in("import", "Mapping")
    Present = _in("import", "Present")
    Reference = _in("import", "Reference")
    Remark = _in("import", "Remark")
    Text = _in("import", "Text")
    Unused = _in("import", "Unused")
    because = _in("import", "because")
    bookkeeping = _in("import", "bookkeeping")
    cell = _in("import", "cell")
    code = _in("import", "code")
    element = _in("import", "element")
    element_if_blank = _in("import", "elementIfBlank")
    has_no_column_for = _in("import", "hasNoColumnFor")
    individual = _in("import", "individual")
    label = _in("import", "label")
    link_property = _in("import", "linkProperty")
    no_answer = _in("import", "noAnswer")
    row = _in("import", "row")
    says = _in("import", "says")
    statement = _in("import", "statement")
    settles = _in("import", "settles")
    status = _in("import", "status")
    value = _in("import", "value")
    waived_by = _in("import", "waivedBy")
    when = _in("import", "when")
