"""What is refused before a parser sees it, and that nothing else is."""

import random
import time
from pathlib import Path

import pytest
from pyoxigraph import Store

from aiopkg.server.limits import Limits
from aiopkg.server.prescan import is_plain, prescan
from aiopkg.server.problem import Problem, Refusal

LIMITS = Limits()


def refused(text: str, limits: Limits = LIMITS) -> Problem | None:
    try:
        prescan(text, "http://example.org/sparql", limits)
    except Refusal as refusal:
        return refusal.problem
    return None


def code(text: str) -> str | None:
    problem = refused(text)
    return problem.code if problem else None


NESTED = {
    "groups": ("{", "}"),
    "parentheses": ("FILTER((", "))"),
    "blank nodes": ("?s ?p [ ?p ", "]"),
    "collections": ("?s ?p (", ")"),
    "triple terms": ("<<( ?s ?p ", ")>>"),
    "annotations": ("?s ?p ?o {| ", "|}"),
}


def test_brackets_may_nest_to_the_limit_and_no_deeper() -> None:
    assert code("SELECT * " + "{" * 100 + "}" * 100) is None
    assert code("SELECT * " + "{" * 101 + "}" * 101) == "query-too-deep"


@pytest.mark.parametrize("shape", NESTED)
def test_brackets_of_each_kind_count(shape: str) -> None:
    opening, closing = NESTED[shape]
    assert code("SELECT * {" + opening * 45 + closing * 45 + "}") is None
    assert code("SELECT * {" + opening * 4000 + closing * 4000 + "}") == "query-too-deep"


@pytest.mark.parametrize("sign", ["!", "-", "+", "! ", "-#comment\n"])
def test_signs_may_nest_to_the_limit_and_no_deeper(sign: str) -> None:
    assert code("SELECT * {FILTER(" + sign * 98 + "?x)}") is None
    assert code("SELECT * {FILTER(" + sign * 99 + "?x)}") == "query-too-deep"


CHAINS = {
    "additions": ("SELECT * {FILTER(1", "+1", ")}"),
    "products": ("SELECT * {FILTER(?x", "*?x", ")}"),
    "disjunctions": ("SELECT * {FILTER(?x=1", "||?x=1", ")}"),
    "paths": ("SELECT * {?s <a:p>", "/<a:p>", " ?o}"),
    "unions": ("SELECT * {{?s ?p 1}", " UNION {?s ?p 1}", "}"),
    "optional patterns": ("SELECT * {?s ?p ?o ", "OPTIONAL {?s ?p 1}", "}"),
    "bindings": ("SELECT * {", "FILTER(?x)", "}"),
    "described resources": ("DESCRIBE ", "<a:b> ", "{}"),
}


@pytest.mark.parametrize("shape", CHAINS)
def test_chains_that_a_parser_nests_have_a_limit_too(shape: str) -> None:
    before, link, after = CHAINS[shape]
    assert code(before + link * 990 + after) is None
    assert code(before + link * 1001 + after) == "query-too-deep"


def test_a_chain_ends_with_its_bracket() -> None:
    assert code("SELECT * {" + ("{FILTER(1" + "+1" * 900 + ")}") * 20 + "}") is None


def test_long_lists_of_values_are_no_chain() -> None:
    values = " ".join(f"<http://example.org/{number}>" for number in range(20_000))
    assert code("SELECT * {VALUES ?x {" + values + "}}") is None
    assert code("SELECT * {FILTER(?x IN (" + ", ".join(["'-+!'"] * 20_000) + "))}") is None


def test_the_place_of_a_refusal_is_told() -> None:
    problem = refused("SELECT *\n  " + "{" * 200)
    assert problem is not None
    assert (problem.status, problem.line, problem.column) == (400, 2, 3 + 100)


HIDDEN_BRACKETS = [
    "SELECT * {?s ?p '" + "(" * 500 + "'}",
    'SELECT * {?s ?p """' + "\n{'\" " * 500 + '"""}',
    "SELECT * {?s ?p '''\\'" + "['" * 500 + " '''}",
    "SELECT * {?s <http://example.org/" + "(" * 500 + "> ?o}",
    "SELECT * {?s ?p ?o} #" + "(" * 500,
    "PREFIX e: <http://e/> SELECT * {?s e:a" + "\\(" * 500 + " ?o}",
]


@pytest.mark.parametrize("text", HIDDEN_BRACKETS)
def test_brackets_in_strings_names_and_comments_do_not_count(text: str) -> None:
    assert code(text) is None


SERVICES = [
    "SELECT * {SERVICE <http://example.org/> {}}",
    "SELECT*{service silent?x{}}",
    "SELECT*{SERVICESILENT<http://example.org/>{}}",
    "SELECT * {?s ?p 1SERVICE<http://example.org/>{}}",
    "SELECT * {?s ?p trueSERVICE<http://example.org/>{}}",
    "SELECT * {?s ?p 'x'SERVICE<http://example.org/>{}}",
    "SELECT * {?s ?p '' . # '\n SERVICE <http://example.org/> {} }",
    "SELECT * {FILTER EXISTS {SERVICE <http://example.org/> {}}}",
    "PREFIX e: <http://e/> PREFIX SERVICEe: <http://f/> SELECT * {SERVICEe:x {}}",
    "PREFIX e: <http://e/> PREFIX SERVICESILENTe: <http://f/> SELECT * {SERVICESILENTe:x {}}",
    "PREFIX e: <http://e/> SELECT * {?s ?p e:a.b.SERVICE<http://example.org/>{}}",
    "SELECT * {?s ?p _:a.b.SERVICE<http://example.org/>{}}",
    "PREFIX : <http://e/> PREFIX service: <http://e/> SELECT * {service:x {}}",
]


@pytest.mark.parametrize("text", SERVICES)
def test_service_is_refused_however_it_is_written(text: str) -> None:
    problem = refused(text)
    assert problem is not None
    assert (problem.status, problem.code) == (403, "service-refused")


NO_SERVICES = [
    "SELECT ?service {?service ?p 'SERVICE <x> {}'@service}",
    "SELECT * {?s ?p ?o} # SERVICE <x> {}",
    "PREFIX service: <http://e/> SELECT * {service:service a service:Desk . GRAPH service:graph {}}",
    "PREFIX serviceNow: <http://e/> PREFIX e: <http://e/> SELECT * FROM serviceNow:g {e:service e:p ?o}",
    "PREFIX e: <http://e/> SELECT * {?x a e:CustomerService {?x ?p 1} UNION {?x ?p 2}}",
    "SELECT * {?s ?p <http://example.org/SERVICE> . _:service ?p ?o}",
]


@pytest.mark.parametrize("text", NO_SERVICES)
def test_the_word_service_elsewhere_is_allowed(text: str) -> None:
    assert code(text) is None
    list(Store().query(text))


AMBIGUOUS = [
    "SELECT * {FILTER(?a<'>' && EXISTS {SERVICE <http://example.org/> {}} && '<'>?b)}",
    "SELECT * {FILTER(?a<((1))&&(3>2))}",
    "SELECT * {FILTER(?a <#'>\n 1)}",
    "SELECT * {FILTER(?a<<http://example.org/#'>)}",
    "PREFIX http: <http://e/> SELECT * {FILTER(?a <http:f(1)&&2>1)}",
]


@pytest.mark.parametrize("text", AMBIGUOUS)
def test_a_comparison_that_looks_like_an_iri_must_be_spaced(text: str) -> None:
    assert code(text) in {"syntax", "service-refused"}


UNAMBIGUOUS = [
    "SELECT * {FILTER(?a < (1) && ?b > 2)}",
    "SELECT * {FILTER(?a<1 && ?b>2)}",
    "SELECT * {VALUES (?a ?b) {(<http://example.org/(a)> <http://example.org/'b'#c>)}}",
    "SELECT * {?s<http://example.org/(a)>?o}",
    "SELECT * {<<?s ?p ?o>> ?q <http://example.org/a#b>}",
]


@pytest.mark.parametrize("text", UNAMBIGUOUS)
def test_iris_and_comparisons_that_can_be_told_apart_are_allowed(text: str) -> None:
    assert code(text) is None
    list(Store().query(text))


@pytest.mark.parametrize("word", ["INSERT DATA {}", "delete where {}", "LOAD <http://example.org/>", "DROP ALL"])
def test_updates_are_told_from_queries(word: str) -> None:
    assert code(f"PREFIX e: <http://e/>\n{word}") == "update-as-query"


def test_an_undeclared_prefix_is_named_with_its_place() -> None:
    problem = refused("SELECT * {\n  ?s foaf:name ?o }")
    assert problem is not None
    assert (problem.code, problem.line, problem.column) == ("syntax", 2, 6)
    assert "foaf:" in problem.detail


def test_an_unclosed_string_is_found_where_it_begins() -> None:
    problem = refused("SELECT * {\n ?s ?p 'é' ; ?q \"open }")
    assert problem is not None
    assert (problem.line, problem.column) == (2, 17)


def test_the_dataset_clauses_are_read_with_base_and_prefixes() -> None:
    outline = prescan(
        "BASE <http://b/> PREFIX g: <graph/> SELECT * FROM g:a FROM NAMED <x\\u0079> FROM<http://c/>{?s a ?o}",
        None,
        LIMITS,
    )
    assert outline.default_graphs == ["http://b/graph/a", "http://c/"]
    assert outline.named_graphs == ["http://b/xy"]
    assert outline.prefixes == {"g": "http://b/graph/"}


def test_a_query_without_dataset_clauses_names_no_graphs() -> None:
    outline = prescan("DESCRIBE <http://a/>", None, LIMITS)
    assert outline.default_graphs is None
    assert outline.named_graphs is None


PIECES = (
    *(
        "SELECT",
        "ASK",
        "*",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "<",
        ">",
        "<urn:a>",
        "?s",
        "_:b",
        "'",
        '"',
        "'a'",
        "# ",
        "\n",
    ),
    *("FILTER", "EXISTS", "GRAPH", "!", "-", "+", "||", "^", "/", "1", ".", "a:b", "UNION", "SERV", "ICE", "FR"),
    *("OM", "PRE", "FIX", "BIND", "AS", "VALUES", "MINUS", "{|", "<<(", "\\u0053", "IN", "SERT", "true", "serv"),
)


def test_what_is_plain_holds_nothing_but_errors_of_syntax() -> None:
    chance, plain = random.Random(5), 0
    limits = Limits(depth=6)
    for _ in range(4000):
        glue = chance.choice(["", " "])
        text = glue.join(chance.choices(PIECES, k=chance.randrange(1, 25)))
        if is_plain(text, limits):
            plain += 1
            problem = refused(text, limits)
            assert problem is None or problem.code == "syntax", text
            outline = prescan(text, None, limits) if problem is None else None
            assert outline is None or outline.default_graphs is outline.named_graphs is None
    assert plain > 1000
    assert not is_plain("SELECT * { \u017fERVICE <urn:a> {} }", LIMITS)
    assert not is_plain("SELECT * {" + " " * 1000 + "}", LIMITS)


def test_a_long_query_is_refused() -> None:
    assert refused("ASK {}", Limits(query_characters=6)) is None
    problem = refused("ASK { }", Limits(query_characters=6))
    assert problem is not None
    assert (problem.status, problem.code) == (413, "query-too-long")


HOSTILE = ["a-", "'''\\'", "<a", "?", "_:", "1e", "''''", "a:" + "." * 50, "@a-", "\\u", "(", "#"]


@pytest.mark.parametrize("piece", HOSTILE)
def test_the_time_grows_no_faster_than_the_text(piece: str) -> None:
    def seconds(length: int) -> float:
        text = (piece * length)[:length]
        began = time.perf_counter()
        refused(text)
        return time.perf_counter() - began

    assert seconds(160_000) < 1.0 + 40 * seconds(20_000)


def test_no_query_of_the_w3c_suite_is_refused_that_the_parser_accepts(conformance: Path) -> None:
    accepted, wrong = 0, []
    for path in sorted((conformance / "sparql11").rglob("*.rq")):
        if "service" in path.name:
            continue
        text = path.read_text("utf-8")
        try:
            Store().query(text, base_iri="http://example.org/")
        except SyntaxError:
            continue
        except RuntimeError:
            pass  # it was parsed; only its functions are not there
        accepted += 1
        problem = refused(text)
        if problem is not None:
            wrong.append((path.name, problem))
    assert not wrong
    assert accepted >= 330


def test_each_federated_query_of_the_w3c_suite_is_refused(conformance: Path) -> None:
    texts = [path.read_text("utf-8") for path in sorted((conformance / "sparql11").rglob("*service*.rq"))]
    assert [code(text) for text in texts] == ["service-refused"] * len(texts)
    assert len(texts) >= 10
