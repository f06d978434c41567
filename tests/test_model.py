"""Loading: every format, every line, whole or not at all, and a helpful word for each mistake."""

import gzip
from pathlib import Path

import pytest
from conftest import model_from
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, Triple, serialize

from aiopkg.errors import InputError, LimitReached, Place
from aiopkg.model import load
from aiopkg.model.blank import name_blank_nodes
from aiopkg.model.labels import Labels
from aiopkg.model.load import model_of
from aiopkg.rules import prologue
from aiopkg.vocab import GRAPH, RDFS

EX = "https://example.org/"
TURTLE = f"""@prefix ex: <{EX}> .

ex:a ex:p 1.50 ;
     ex:q "one" ,
          "two" .
"""
XSD = "http://www.w3.org/2001/XMLSchema#"

BROKEN = {
    "syntax.ttl": (b'@prefix ex: <http://ex/> .\nex:a ex:b "x .\n', "syntax", 2),
    "half.nt": (b"<http://ex/a> <http://ex/b>\n", "syntax", 2),
    "tags.rdf": (b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n<oops>', "syntax", 2),
    "comma.jsonld": (b'{"@id": "http://ex/a",\n "http://ex/p": 1,}', "syntax", 2),
    "bytes.ttl": (b"\xff\xfe\x00", "syntax", 1),
    "empty.ttl": (b"# nothing\n", "empty-file", None),
    "term.ttl": (b"@prefix aiop: <https://w3id.org/aiop#> .\n<http://x> a aiop:UseCas .\n", "unknown-term", 2),
    "decimal.ttl": (f'<http://x> <http://y>\n "1e999999999"^^<{XSD}decimal> .'.encode(), "literal", 2),
    "double.ttl": (b"<http://x> <http://y>\n 1.5e999999999 .\n", "literal", 2),
    "long.ttl": (f'<http://x> <http://y> "{"9" * 47}e-999999999"^^<{XSD}decimal> .'.encode(), "literal", 1),
    "day.ttl": (f'<http://x> <http://y> "2026-13-01"^^<{XSD}date> .'.encode(), "literal", 1),
    "duration.ttl": (f'<http://x> <http://y> "P"^^<{XSD}duration> .'.encode(), "literal", 1),
    "entity.rdf": (
        b'<?xml version="1.0"?>\n<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n'
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://ex/">'
        b'<rdf:Description rdf:about="http://ex/a"><e:p>&x;</e:p></rdf:Description></rdf:RDF>',
        "external-entity",
        2,
    ),
    "laughs.rdf": (
        b'<?xml version="1.0"?>\n<!DOCTYPE r [<!ENTITY a0 "aaaaaaaaaa">'
        + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
        + b"]>\n<r/>",
        "large-entity",
        2,
    ),
    "circle.rdf": (
        b'<!DOCTYPE r [<!ENTITY a "&b;&b;">\n<!ENTITY b "&a;&a;">]>\n<r/>',
        "large-entity",
        1,
    ),
    "remote.jsonld": (b'{\n"@context": "http://example.org/context",\n"@id": "x"}', "remote-context", 2),
    "nested.jsonld": (
        b'{"@graph": [{"@id": "http://ex/a", "http://ex/p":\n {"@context": ["http://example.org/c"]}}]}',
        "remote-context",
        2,
    ),
    "name.xyz": (b"a", "unknown-ending", None),
    "broken.ttl.gz": (b"not compressed", "unreadable-file", None),
    "quoted.ttl": (
        b"<http://x> <http://y> 1 .\n<< <http://a> <http://b> <http://c> >> <http://y> 2 .",
        "triple-term",
        2,
    ),
    "quoted.nt": (b"<http://a> <http://b> <<( <http://a> <http://b> <http://c> )>> .\n", "triple-term", 1),
    "sixteen.ttl": ("<http://x> <http://y> 1 .".encode("utf-16-le"), "syntax", 1),
    "half.rdf": (
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://ex/">\n'
        b'<e:C rdf:about="http://ex/a"/>\n',
        "syntax",
        3,
    ),
    "garbled.ttl.gz": (b"\x1f\x8b\x08\x00garbled, all of it", "unreadable-file", None),
    "wide.ttl": (b'<http://x> <http://y> "' + b"x" * 20_000 + b'" .\n<http://x> <http://y> oops .\n', "syntax", 2),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_refused_with_its_place_and_a_fix(tmp_path: Path, name: str) -> None:
    content, code, line = BROKEN[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as caught:
        load([tmp_path / name])
    assert caught.value.code == code
    assert caught.value.fix
    assert caught.value.place is not None
    assert caught.value.place.file.endswith(name)
    assert caught.value.place.line == line


def test_a_misspelt_term_brings_a_suggestion() -> None:
    with pytest.raises(InputError, match="Did you mean aiop:stage"):
        model_from("ex:x aiop:stge aiop:Pilot .")


def test_one_broken_file_among_good_ones_loads_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text(TURTLE)
    (tmp_path / "b.ttl").write_text("oops")
    with pytest.raises(InputError, match=r"b\.ttl"):
        load([tmp_path])


def test_every_triple_knows_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_text(TURTLE)
    lines = {triple.object.value: place.line for triple, place in load([path]).places.items()}  # type: ignore[union-attr]
    assert lines == {"1.50": 3, "one": 4, "two": 5}


@pytest.mark.parametrize(
    ("ending", "rdf_format"),
    [
        (".nt", RdfFormat.N_TRIPLES),
        (".nq", RdfFormat.N_QUADS),
        (".trig", RdfFormat.TRIG),
        (".rdf", RdfFormat.RDF_XML),
        (".jsonld", RdfFormat.JSON_LD),
        (".ttl.gz", RdfFormat.TURTLE),
    ],
)
def test_every_format_gives_the_same_model(tmp_path: Path, ending: str, rdf_format: RdfFormat) -> None:
    expected = model_from('ex:a ex:p "1.50"^^xsd:decimal ; ex:q ex:b . ex:b ex:r "ö"@de .')
    content = serialize([Quad(t.subject, t.predicate, t.object) for t in expected.triples], format=rdf_format)
    assert content is not None
    path = tmp_path / f"model{ending}"
    path.write_bytes(gzip.compress(content) if ending.endswith(".gz") else content)
    assert load([path]).triples == expected.triples


def test_a_literal_keeps_its_spelling() -> None:
    model = model_from("ex:a ex:p 1.50, 007 .")
    assert {t.object.value for t in model.triples} == {"1.50", "007"}  # type: ignore[union-attr]
    stored = Literal("1.5", datatype=NamedNode(XSD + "decimal"))
    assert model.as_written(stored).value == "1.50"  # type: ignore[union-attr]


@pytest.mark.parametrize("length", [4_000, 5_000, 70_000, 1_000_000])
def test_a_line_of_any_length_is_read_and_counted_as_one(tmp_path: Path, length: int) -> None:
    path = tmp_path / "long.ttl"
    path.write_text(f'<{EX}a> <{EX}p> "{"x" * length}" .\n<{EX}a> <{EX}p> "short" .\n', encoding="utf-8")
    lines = {triple.object.value[:5]: place.line for triple, place in load([path]).places.items()}  # type: ignore[union-attr]
    assert lines == {"xxxxx": 1, "short": 2}


@pytest.mark.parametrize(
    ("ending", "rdf_format"),
    [("ttl", RdfFormat.TURTLE), ("rdf", RdfFormat.RDF_XML), ("nt", RdfFormat.N_TRIPLES), ("jsonld", RdfFormat.JSON_LD)],
)
def test_a_byte_order_mark_is_passed_over(tmp_path: Path, ending: str, rdf_format: RdfFormat) -> None:
    triple = Triple(NamedNode(EX + "a"), NamedNode(EX + "p"), Literal("one"))
    path = tmp_path / f"marked.{ending}"
    path.write_bytes(
        b"\xef\xbb\xbf" + serialize([Quad(*triple)] if ending == "jsonld" else [triple], format=rdf_format)
    )
    assert load([path]).triples == (triple,)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("deep.jsonld", b'{"http://ex/p":' * 20_000 + b"1" + b"}" * 20_000, "deep-json"),
        ("deeper.jsonld", b'{"http://ex/p":' * 300 + b"1" + b"}" * 300, "deep-json"),
        ("comment.ttl", b"#" * 20_000_000, "large-statement"),
    ],
)
def test_what_is_too_large_for_a_parser_reaches_a_limit(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(LimitReached) as caught:
        load([tmp_path / name])
    assert caught.value.code == code
    assert caught.value.place is not None


@pytest.mark.parametrize(
    "text", ["2026-02-30", "2025-02-29Z", "0000-01-01", "-0044-03-15", "12026-01-01", "2026-06-31T00:00:00Z"]
)
def test_a_day_that_the_calendar_does_not_have_is_refused(text: str) -> None:
    kind = "dateTime" if "T" in text else "date"
    with pytest.raises(InputError, match=text) as caught:
        model_from(f'ex:a ex:p "{text}"^^xsd:{kind} .')
    assert caught.value.code == "literal"


@pytest.mark.parametrize("text", ["2024-02-29", "0001-01-01", "9999-12-31Z", "2026-01-01+05:30"])
def test_a_day_of_the_calendar_is_taken(text: str) -> None:
    assert model_from(f'ex:a ex:p "{text}"^^xsd:date .').triples


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ('aiop:liveSince "soon"', '"soon", given for aiop:liveSince, is not a day or a time'),
        ("aiop:stageSince 2026", '"2026", given for aiop:stageSince, is not a day or a time'),
        ('aiop:stageSince "2026-01-31"', "is not a day or a time"),
        (
            "aiop:stageSince ex:spring",
            "<https://example.org/spring>, given for aiop:stageSince, is not a day or a time",
        ),
        ("aiop:stageSince []", "An element without a name, given for aiop:stageSince, is not a day or a time"),
        ('aiop:leadTime "ten days"', "is not a duration"),
        ("aiop:leadTime 10", "is not a duration"),
        ('aiop:baseline "high"', "is not a number"),
        ('aiop:effortOnProcessChange "60 %"', "is not a number"),
        ("aiop:sourceRow 1.5", "is not a whole number"),
        ('aiop:mayOverride "yes"', "is not true or false"),
        ("aiop:reversible 1", "is not true or false"),
        ('aiop:operatedBy "Sales"', '"Sales", given for aiop:operatedBy, is not an element'),
        (f'aiop:operatedBy "{"Sales " * 20}"', 'Sales S...", given for'),
    ],
)
def test_a_value_that_a_property_cannot_have_is_refused_with_place_and_fix(fact: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        model_from(f"ex:a\n {fact} .")
    assert said in caught.value.cause
    assert caught.value.code == "value"
    assert caught.value.place is not None
    assert (caught.value.place.file, caught.value.place.line) == ("example.ttl", len(prologue().splitlines()) + 2)
    assert caught.value.fix.startswith(("Write it like ", "Give the element an IRI"))


@pytest.mark.parametrize(
    "fact",
    [
        'aiop:stageSince "2026-01-31T10:00:00"^^xsd:dateTime',
        'aiop:leadTime "P10D"^^xsd:dayTimeDuration',
        "aiop:baseline 5e1",
        'aiop:sourceRow "7"^^xsd:positiveInteger',
        "aiop:operatedBy [ rdfs:label 'Sales' ]",
        'aiop:purpose "Score."@en',
        'aiop:version "2"',
        'ex:stageSince "soon"',
    ],
)
def test_a_value_that_means_the_same_and_a_property_of_ones_own_are_taken(fact: str) -> None:
    assert model_from(f"ex:a {fact} .").triples


def test_without_the_ontology_no_property_asks_for_a_kind() -> None:
    assert model_from('ex:a aiop:liveSince "soon" .', strict=False).triples


def test_a_syntax_error_is_told_in_a_few_words(tmp_path: Path) -> None:
    (tmp_path / "word.ttl").write_bytes(b"x" * 100_000)
    with pytest.raises(InputError) as caught:
        load([tmp_path / "word.ttl"])
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize("name", ["a" * 5000 + ".ttl", "a\0b.ttl", ""])
def test_a_path_that_cannot_be_is_a_mistake_of_the_input(name: str) -> None:
    with pytest.raises(InputError) as caught:
        load([name])
    assert caught.value.code in ("unreadable-file", "missing-file")
    assert caught.value.fix


def labels_with(text: str) -> Labels:
    store = Store()
    store.add(Quad(NamedNode(EX + "a"), RDFS.label, Literal(text), GRAPH.asserted))
    return Labels.of(store, [GRAPH.asserted])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("one\n\n two\tthree", "one two three"),
        ("\x1b[31mred\x1b]0;title\x07\x9b2J", "[31mred ]0;title 2J"),
        ("abc\u202etxt.exe\u2066", "abc txt.exe"),
        (
            "\u05e2\u05d1\u05e8\u05d9\u05ea \U0001f469\u200d\U0001f469",
            "\u05e2\u05d1\u05e8\u05d9\u05ea \U0001f469\u200d\U0001f469",
        ),
        ("[red]x[/] {x}", "[red]x[/] {x}"),
    ],
)
def test_a_label_cannot_command_a_terminal_or_turn_text_around(text: str, shown: str) -> None:
    labels = labels_with(text)
    assert labels(NamedNode(EX + "a")) == shown
    assert labels(Literal(text)) == shown


def test_a_label_of_nothing_that_can_be_seen_is_none() -> None:
    assert labels_with("\x1b \n")(NamedNode(EX + "a")) == "a"


def test_folders_and_globs_are_read_in_order_and_hidden_files_left_alone(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / ".hidden").mkdir()
    for name in ("b.ttl", "sub/a.ttl", ".hidden/c.ttl"):
        (tmp_path / name).write_text(f'<{EX}{Path(name).stem}> <{EX}p> "x" .')
    assert len(load([tmp_path]).triples) == 2
    assert len(load([str(tmp_path / "*.ttl")]).triples) == 1
    with pytest.raises(InputError, match="No file matches"):
        load([str(tmp_path / "*.nt")])


def test_imports_come_from_the_catalogue_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "main.ttl").write_text(
        f"<{EX}o> <http://www.w3.org/2002/07/owl#imports> <{EX}lib/part>, <{EX}declared> ."
    )
    folder = tmp_path / "catalogue"
    folder.mkdir()
    (folder / "part.ttl").write_text(f'<{EX}part> <{EX}p> "x" .')
    (folder / "other.ttl").write_text(f"<{EX}declared> a <http://www.w3.org/2002/07/owl#Ontology> .")
    assert len(load([tmp_path / "main.ttl"]).triples) == 2
    assert len(load([tmp_path / "main.ttl"], catalog=folder).triples) == 4
    (folder / "part.ttl").unlink()
    with pytest.raises(InputError, match="is imported") as caught:
        load([tmp_path / "main.ttl"], catalog=folder)
    assert caught.value.place == Place(str(tmp_path / "main.ttl"), 1)


NODES = st.sampled_from([NamedNode(EX + "a"), NamedNode(EX + "b"), BlankNode("x"), BlankNode("y"), BlankNode("z")])
PREDICATES = st.sampled_from([NamedNode(EX + "p"), NamedNode(EX + "q")])
TRIPLES = st.lists(st.builds(Triple, NODES, PREDICATES, NODES), min_size=1, max_size=8, unique=True)


@given(TRIPLES, st.randoms(use_true_random=False))
def test_names_of_blank_nodes_come_from_what_is_said_of_them(triples: list[Triple], random: object) -> None:
    """Renaming and reordering changes no name, but among nodes that nothing tells apart."""
    renaming = {BlankNode(old): BlankNode(new) for old, new in zip("xyz", ("k", "l", "m"), strict=True)}

    def renamed(triple: Triple) -> Triple:
        return Triple(
            renaming.get(triple.subject, triple.subject),  # type: ignore[call-overload]
            triple.predicate,
            renaming.get(triple.object, triple.object),  # type: ignore[call-overload]
        )

    shuffled = [renamed(triple) for triple in triples]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    before, after = name_blank_nodes(triples), name_blank_nodes(shuffled)
    assert sorted(n.value for n in before.values()) == sorted(n.value for n in after.values())
    assert len(set(before.values())) == len(before)


def test_the_same_blank_node_label_in_two_files_is_two_nodes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.ttl").write_text(f'_:x <{EX}p> "{name}" .')
    assert len({t.subject for t in load([tmp_path]).triples}) == 2


def test_a_model_of_no_files_is_empty() -> None:
    assert model_of([]).triples == ()
