"""Reading SPARQL queries into a tree (SPARQL 1.1, section 19.8).

Queries of shapes are read with their own small parser because they are rewritten group by group; what it cannot read
is refused, never guessed. BASE, FROM and CONSTRUCT have no place in a shape; queries of our own may be CONSTRUCTs, with
MINUS and VALUES.
"""

import re
from collections.abc import Mapping

from pyoxigraph import NamedNode

from aiopkg.syntax.paths import Alternative, Inverse, Path, Predicate, Repeat, Sequence
from aiopkg.syntax.tree import (
    Bind,
    Element,
    Exists,
    Filter,
    Graph,
    Group,
    Minus,
    Optional,
    Pattern,
    Query,
    QueryError,
    Raw,
    Refused,
    SubSelect,
    Token,
    Union,
    variables_of,
)
from aiopkg.vocab import RDF

__all__ = ["parse_construct", "parse_own_query", "parse_query"]

_IRI = r"<[^<>\"{}|^`\\\x00-\x20]*>"
_NAME = r"[A-Za-z_\u00c0-\uffff][\w\-.\u00b7]*"
_LOCAL = r"(?:[\w\-:.%\u00b7]|\\.)*"
_STRING = (
    r'"""(?:(?:"|"")?(?:[^"\\]|\\.))*"""|' + r"'''(?:(?:'|'')?(?:[^'\\]|\\.))*'''|"
    r'"(?:[^"\\\n\r]|\\.)*"|' + r"'(?:[^'\\\n\r]|\\.)*'"
)
_TOKEN = re.compile(
    rf"(?P<skip>[\s]+|#[^\n\r]*)"
    rf"|(?P<literal>(?:{_STRING})(?:@[A-Za-z]+(?:-[A-Za-z0-9]+)*|\^\^(?:{_IRI}|(?:{_NAME})?:{_LOCAL}))?)"
    rf"|(?P<iri>{_IRI})|(?P<variable>[?$]\w+)|(?P<blank>_:\w[\w\-.]*)"
    rf"|(?P<name>(?:{_NAME})?:{_LOCAL})|(?P<number>(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?)"
    rf"|(?P<word>[A-Za-z_]\w*)|(?P<sign>\^\^|&&|\|\||!=|<=|>=|[{{}}()\[\];,.=<>!+\-*/|^?])",
    re.DOTALL,
)


def _tokens(text: str) -> list[str]:
    found: list[str] = []
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise QueryError(f"cannot read {text[place : place + 20]!r}")
        place = match.end()
        token = match[0]
        if match.lastgroup == "skip":
            continue
        if match.lastgroup == "variable":
            token = "?" + token[1:]
        elif match.lastgroup == "name" and token.endswith("."):
            stripped = token.rstrip(".")
            place -= len(token) - len(stripped)
            token = stripped
        elif match.lastgroup == "number" and token.endswith("."):
            place -= 1
            token = token[:-1]
        found.append(token)
    return found


def parse_query(text: str, prefixes: Mapping[str, str]) -> Query:
    """Read a query; ``prefixes`` are declared beside those of the text. Raises QueryError."""
    return _Parser(_tokens(text), dict(prefixes)).query()


def parse_own_query(text: str) -> Query:
    """Read a SELECT of our own, in which VALUES and MINUS are allowed. Raises QueryError."""
    return _Parser(_tokens(text), {}, own=True).query()


def parse_construct(text: str) -> tuple[list[Pattern], Query]:
    """Read a CONSTRUCT of our own: its template, and its WHERE as a SELECT of the template's variables.

    Raises QueryError.
    """
    return _Parser(_tokens(text), {}, own=True).construct()


_VERB_END = re.compile(r'[?"\'<_:\d]|true|false')


class _Parser:
    def __init__(self, tokens: list[str], prefixes: dict[str, str], *, own: bool = False) -> None:
        self._own = own
        self._tokens = tokens
        self._place = 0
        self._prefixes = prefixes
        self._fresh = 0

    # tokens
    def _peek(self) -> str:
        return self._tokens[self._place] if self._place < len(self._tokens) else ""

    def _word(self) -> str:
        return self._peek().upper()

    def _next(self) -> str:
        if self._place >= len(self._tokens):
            raise QueryError("the text ends too early")
        self._place += 1
        return self._tokens[self._place - 1]

    def _take(self, *words: str) -> bool:
        if self._word() in words:
            self._place += 1
            return True
        return False

    def _expect(self, word: str) -> None:
        found = self._next()
        if found.upper() != word:
            raise QueryError(f"expected {word}, found {found!r}")

    def _variable(self) -> str:
        self._fresh += 1
        return f"?_b{self._fresh}"

    # queries
    def query(self) -> Query:
        """The whole text."""
        self._declarations()
        return self._whole(self._select() if self._word() == "SELECT" else self._ask())

    def construct(self) -> tuple[list[Pattern], Query]:
        """The whole text, which is a CONSTRUCT."""
        self._declarations()
        self._expect("CONSTRUCT")
        template = [part for part in self._group().elements if isinstance(part, Pattern)]
        self._take("WHERE")
        variables = sorted({v for part in template for v in variables_of(part)})
        return template, self._whole(Query(["DISTINCT", *variables], self._group(), []))

    def _declarations(self) -> None:
        while True:
            if self._take("PREFIX"):
                name, iri = self._next(), self._next()
                self._prefixes[name.rstrip(":")] = iri[1:-1]
            elif self._take("BASE"):
                raise QueryError("BASE is not supported; write full IRIs or prefixes")
            else:
                break

    def _whole(self, found: Query) -> Query:
        if self._peek():
            raise QueryError(f"unexpected {self._peek()!r}")
        found.prologue = "".join(f"PREFIX {name}: <{iri}> " for name, iri in sorted(self._prefixes.items()))
        return found

    def _ask(self) -> Query:
        self._expect("ASK")
        self._take("WHERE")
        return Query(None, self._group(), [])

    def _select(self) -> Query:
        self._expect("SELECT")
        head: list[Token] = []
        while self._word() not in ("WHERE", "{"):
            if self._word() == "FROM":
                raise QueryError("FROM is not allowed")
            head.append(self._token())
        self._take("WHERE")
        where = self._group()
        tail: list[Token] = []
        while self._peek() not in ("", "}"):
            if self._word() == "VALUES":
                where.elements.append(Refused("VALUES"))
                self._place = self._skip_values()
                continue
            tail.append(self._token())
        return Query(head, where, tail)

    def _skip_values(self) -> int:
        place = self._place
        while place < len(self._tokens) and self._tokens[place] != "}":
            place += 1
        return place + 1

    def _token(self) -> Token:
        """One token of an expression, with EXISTS and its group as one."""
        if self._word() == "NOT" and self._tokens[self._place + 1 : self._place + 2][0].upper() == "EXISTS":
            self._place += 2
            return Exists(True, self._group())
        if self._take("EXISTS"):
            return Exists(False, self._group())
        return self._next()

    def _expression(self) -> list[Token]:
        """A bracketed expression, a function call, or EXISTS."""
        found: list[Token] = []
        if self._peek() != "(":
            found.append(self._token())
            if isinstance(found[0], Exists):
                return found
        depth = 0
        while True:
            token = self._token()
            depth += (token == "(") - (token == ")")
            if isinstance(token, Exists) and found and found[-1] == "!":
                found[-1] = Exists(not token.negated, token.group)
            else:
                found.append(token)
            if depth == 0:
                return found

    # groups
    def _group(self) -> Group:
        self._expect("{")
        elements: list[Element] = []
        if self._word() == "SELECT":
            elements.append(SubSelect(self._select()))
        while not self._take("}"):
            if not self._take("."):
                self._element(elements)
        return Group(elements)

    def _element(self, elements: list[Element]) -> None:
        if self._take("FILTER"):
            elements.append(Filter(self._expression()))
        elif self._take("OPTIONAL"):
            elements.append(Optional(self._group()))
        elif self._take("BIND"):
            tokens = self._expression()[1:-1]
            if len(tokens) < 3 or str(tokens[-2]).upper() != "AS":
                raise QueryError("BIND without AS")
            elements.append(Bind(tokens[:-2], str(tokens[-1])))
        elif self._own and self._take("MINUS"):
            elements.append(Minus(self._group()))
        elif self._own and self._word() == "VALUES":
            start = self._place
            self._place = self._skip_values()
            words = self._tokens[start : self._place]
            names = tuple(word for word in words[: words.index("{")] if word.startswith("?"))
            elements.append(Raw(" ".join(words), names))
        elif self._word() in ("MINUS", "SERVICE", "VALUES"):
            keyword = self._next().upper()
            elements.append(Refused(keyword))
            while self._peek() != "{":
                self._next()
            self._group() if keyword != "VALUES" else setattr(self, "_place", self._skip_values())
        elif self._take("GRAPH"):
            elements.append(Graph(self._next(), self._group()))
        elif self._peek() == "{":
            groups = [self._group()]
            while self._take("UNION"):
                groups.append(self._group())
            elements.append(Union(groups))
        else:
            self._triples(elements)

    def _triples(self, elements: list[Element]) -> None:
        bare = self._peek() not in ("[", "(")
        subject = self._node(elements)
        if bare or self._peek() not in (".", "}"):
            self._properties(subject, elements)

    def _properties(self, subject: str, elements: list[Element]) -> None:
        while True:
            verb, path = self._verb()
            while True:
                elements.append(Pattern(subject, verb, path, self._node(elements)))
                if not self._take(","):
                    break
            while self._take(";"):
                pass
            if self._tokens[self._place - 1] != ";" or self._peek() in (".", "}", "]", ""):
                return

    def _node(self, elements: list[Element]) -> str:
        token = self._next()
        if token == "[":
            node = self._variable()
            if not self._take("]"):
                self._properties(node, elements)
                self._expect("]")
            return node
        if token == "(":
            return self._collection(elements)
        if token.startswith("_:"):
            return "?_b_" + re.sub(r"\W", "_", token[2:])
        if token in ("+", "-"):
            return token + self._next()
        if token in ("{", "}", ")", "]", ".", ";", ","):
            raise QueryError(f"unexpected {token!r}")
        return token

    def _collection(self, elements: list[Element]) -> str:
        first, rest = RDF.first, RDF.rest
        members: list[str] = []
        while not self._take(")"):
            members.append(self._node(elements))
        head = str(RDF.nil)
        for member in reversed(members):
            node = self._variable()
            elements.append(Pattern(node, str(first), Predicate(first), member))
            elements.append(Pattern(node, str(rest), Predicate(rest), head))
            head = node
        return head

    # verbs
    def _verb(self) -> tuple[str, Path | None]:
        if self._peek().startswith("?"):
            return self._next(), None
        start = self._place
        path = self._path()
        return " ".join(self._tokens[start : self._place]), path

    def _path(self) -> Path | None:
        options = [self._path_sequence()]
        while self._take("|"):
            options.append(self._path_sequence())
        known = [option for option in options if option is not None]
        if len(known) < len(options):
            return None
        return known[0] if len(known) == 1 else Alternative(tuple(known))

    def _path_sequence(self) -> Path | None:
        parts = [self._path_step()]
        while self._take("/"):
            parts.append(self._path_step())
        whole = parts[-1]
        for part in reversed(parts[:-1]):
            whole = None if whole is None or part is None else Sequence(part, whole)
        return whole

    def _path_step(self) -> Path | None:
        inverse = self._take("^")
        path = self._path_primary()
        if self._peek() in ("*", "+", "?"):
            sign = self._next()
            path = None if path is None else Repeat(path, sign)
        return Inverse(path) if inverse and path is not None else path

    def _path_primary(self) -> Path | None:
        token = self._next()
        if token == "(":
            path = self._path()
            self._expect(")")
            return path
        if token == "!":
            if self._take("("):
                while not self._take(")"):
                    self._next()
            else:
                self._take("^")
                self._next()
            return None
        return Predicate(self.iri(token))

    def iri(self, token: str) -> NamedNode:
        """The IRI that a token names."""
        if token == "a":
            return RDF.type
        if token.startswith("<"):
            return NamedNode(token[1:-1])
        prefix, colon, local = token.partition(":")
        if not colon or prefix not in self._prefixes:
            raise QueryError(f"{token!r} is no property with a declared prefix")
        return NamedNode(self._prefixes[prefix] + re.sub(r"\\(.)", r"\1", local))


def read_values(text: str) -> tuple[list[str], list[list[str]]]:
    """The variables of a VALUES clause and the tokens of its rows, UNDEF among them. Raises QueryError."""
    words = _tokens(text)
    start = words.index("{")
    names = [word for word in words[:start] if word.startswith("?")]
    cells = [word for word in words[start + 1 : -1] if word not in ("(", ")")]
    width = max(len(names), 1)
    if len(cells) % width:
        raise QueryError("VALUES with rows of different lengths")
    return names, [cells[place : place + width] for place in range(0, len(cells), width)]
