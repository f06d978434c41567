"""The check of a query text before any parser sees it.

The parser of the store is recursive and without a bound, and it opens connections for SERVICE. So the
tokens are read first, in linear time and without recursion: nesting and chains beyond the limits, SERVICE,
updates and undeclared prefixes are refused here, and the FROM clauses are taken down. The parser sees
keywords without a space around them; each test errs on the side of refusing what nobody writes.
"""

import re
from dataclasses import field
from urllib.parse import urljoin

from aiopkg.dataclass import dataclass
from aiopkg.server.limits import Limits
from aiopkg.server.problem import Problem, Refusal, syntax_problem
from aiopkg.sparql.tokens import Token, read_tokens

__all__ = ["Outline", "is_plain", "prescan"]

OPENING = {"(": ")", "{": "}", "[": "]", "<<(": ")>>", "<<": ">>", "{|": "|}"}
CLOSING = frozenset(OPENING.values())
CHAINING = frozenset(["+", "-", "*", "/", "|", "^", "!", "||", "&&"])
CHAINING_WORDS = frozenset(
    ["AS", "BIND", "EXISTS", "FILTER", "GRAPH", "LATERAL", "MINUS", "OPTIONAL", "UNION", "VALUES"]
)
SIGNS = frozenset(["!", "+", "-"])
UPDATES = frozenset(["ADD", "CLEAR", "COPY", "CREATE", "DELETE", "DROP", "INSERT", "LOAD", "MOVE", "USING", "WITH"])
UPDATE_WORDS = UPDATES | {
    *("ALL", "BASE", "DATA", "DEFAULT", "GRAPH", "INTO", "NAMED", "PREFIX", "SILENT", "TO", "VERSION", "WHERE")
}
OPERANDS = frozenset(["iri", "text", "variable", "blank", "tag", "name", "number", "word"])
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
GLUED_SERVICE = re.compile(r"(?:true|false)?service((?:silent)?)(.*)", re.IGNORECASE | re.DOTALL)
ESCAPED_POINT = re.compile(r"\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})")


LOUD = ("service", "from", "prefix", "base", "version", "\\", "<<", "{|", *sorted(word.lower() for word in UPDATES))
"""What a text has none of that needs no look: neither a word that matters, nor a way of hiding one."""

DEEPENING = "([{!+-"
PLAIN_CHARACTERS = 1000


@dataclass(slots=True)
class Outline:
    """What the prologue and the dataset clauses of a query say.

    ``prefixes`` maps each declared prefix to its IRI. ``default_graphs`` and ``named_graphs`` are the
    IRIs after FROM and FROM NAMED; both are None when the query has no dataset clause.
    """

    base: str | None = None
    prefixes: dict[str, str] = field(default_factory=dict)
    default_graphs: list[str] | None = None
    named_graphs: list[str] | None = None


@dataclass(slots=True)
class _Frame:
    """An open bracket and how many operators and patterns stand in it so far."""

    closing: str
    chained: int = 0


def prescan(text: str, base: str | None, limits: Limits, *, update: bool = False) -> Outline:
    """Read a query text, or that of an update, once and say what its head declares.

    Raises Refusal when it must not be parsed.
    """
    if len(text) > limits.query_characters:
        detail = f"The query has {len(text)} characters; the limit is {limits.query_characters}."
        raise Refusal(Problem(413, "query-too-long", "Query too long", detail))
    return _Scan(text, base, limits, update=update).run()


def is_plain(text: str, limits: Limits) -> bool:
    """Whether a query is so short and simple that :func:`prescan` could find nothing in it but errors of syntax.

    It is shorter than a chain may be long, has fewer brackets and signs than may nest, and nowhere, not even
    inside a string or a name, the letters of a word that would matter.
    """
    if len(text) > min(PLAIN_CHARACTERS, limits.chain, limits.query_characters) or not text.isascii():
        return False
    lower = text.lower()
    for word in LOUD:
        if word in lower:
            return False
    return sum(map(text.count, DEEPENING)) <= limits.depth


class _Scan:
    """One pass over the tokens of one text."""

    def __init__(self, text: str, base: str | None, limits: Limits, *, update: bool) -> None:
        self.text = text
        self.limits = limits
        self.update = update
        self.in_data = False
        self.outline = Outline(base)
        self.frames = [_Frame("")]
        self.chained = 0
        self.signs = 0
        self.clause: list[str] = []
        self.previous: Token | None = None
        self.before: Token | None = None
        self.form = ""

    def run(self) -> Outline:
        for token in read_tokens(self.text):
            if token.kind == "open":
                self._refuse(token, "A string begins here and is not closed.")
            if token.text in CLOSING and token.kind == "sign":
                if token.text != self.frames[-1].closing:
                    break  # the parser stops here at the latest, and says why
                self.chained -= self.frames.pop().chained
            else:
                self._take(token)
            self.before, self.previous = self.previous, token
        return self.outline

    def _take(self, token: Token) -> None:
        if token.kind == "word":
            self._take_word(token)
        elif token.kind == "sign":
            self._take_sign(token)
        elif token.kind == "iri":
            self._take_iri(token)
        elif token.kind == "name":
            self._take_name(token)
        elif token.kind == "blank":
            self._check_dotted_service(token)
        if token.text not in SIGNS and token.text not in OPENING:
            self.signs = 0

    def _take_word(self, token: Token) -> None:
        word = token.text.upper()
        if "SERVICE" in word:
            self._refuse_service(token)
        if "FROM" in word and word not in {"FROM", "FROMNAMED"}:
            self._refuse(token, f"Unexpected “{token.text}”; a space is missing.")
        if word in CHAINING_WORDS:
            self._chain(token)
        if len(self.frames) > 1:
            return
        if self.update:
            self._take_update_word(token, word)
        if word in {"PREFIX", "BASE", "VERSION", "FROM", "FROMNAMED"}:
            self.clause = [word]
        elif word == "NAMED" and self.clause == ["FROM"]:
            self.clause = ["FROMNAMED"]
        else:
            self.clause = []
            self._begin_form(token, word)

    def _begin_form(self, token: Token, word: str) -> None:
        if self.form:
            return
        self.form = word
        if word in UPDATES and not self.update:
            detail = f"{word} begins an update; this address takes queries only."
            problem = syntax_problem(detail, self.text, token.start)
            raise Refusal(Problem(400, "update-as-query", "Not a query", detail, problem.line, problem.column))

    def _take_update_word(self, token: Token, word: str) -> None:
        """Outside all brackets an update has these words only, so that none can hide another."""
        if word not in UPDATE_WORDS:
            self._refuse(token, f"Unexpected “{token.text}”.")
        if word in UPDATES:
            self._chain(token)
        self.in_data = word == "DATA"

    def _take_sign(self, token: Token) -> None:
        if token.text == "<<" and self._may_be_less_than():
            self._refuse_ambiguous(token)
        if token.text in OPENING:
            if token.text == "{":
                self._check_glued_service()
            self.frames.append(_Frame(OPENING[token.text]))
            if len(self.frames) - 1 + self.signs > self.limits.depth:
                self._refuse_depth(token, f"more than {self.limits.depth} nested brackets")
        elif token.text in CHAINING:
            self._chain(token)
            if token.text in SIGNS:
                self.signs += 1
                if len(self.frames) - 1 + self.signs > self.limits.depth:
                    self._refuse_depth(token, f"more than {self.limits.depth} nested signs and brackets")
        else:
            self.clause = []

    def _take_iri(self, token: Token) -> None:
        content = token.text[1:-1]
        if self._may_be_less_than() and not self._is_only_an_iri(content):
            self._refuse_ambiguous(token)
        if len(self.frames) > 1:
            return
        iri = _resolve(ESCAPED_POINT.sub(_unescape, content), self.outline.base)
        match self.clause:
            case ["BASE"]:
                self.outline.base = iri
            case ["PREFIX", prefix]:
                self.outline.prefixes[prefix] = iri
            case _:
                self._take_graph(token, iri)
                return
        self.clause = []

    def _take_name(self, token: Token) -> None:
        prefix, _, local = token.text.partition(":")
        if self.clause == ["PREFIX"] and not local:
            self.clause.append(prefix)
            return
        self._check_dotted_service(token)
        if prefix not in self.outline.prefixes:
            if self.previous is not None and self.previous.text == "<":
                self._refuse(self.previous, "No IRI begins here: it has no “>”, or holds a space or a quote.")
            self._refuse(token, f"The prefix “{prefix}:” is not declared.")
        if len(self.frames) == 1:
            self._take_graph(token, self.outline.prefixes[prefix] + re.sub(r"\\(.)", r"\1", local))

    def _take_graph(self, token: Token, iri: str) -> None:
        """Take down an IRI after FROM; elsewhere outside all brackets it is one of a list, as in DESCRIBE."""
        if self.clause in (["FROM"], ["FROMNAMED"]):
            defaults, named = self.outline.default_graphs or [], self.outline.named_graphs or []
            (defaults if self.clause == ["FROM"] else named).append(iri)
            self.outline.default_graphs, self.outline.named_graphs = defaults, named
        self.clause = []
        self._chain(token)

    def _chain(self, token: Token) -> None:
        if self.in_data:
            return  # signs of numbers, and graphs beside one another
        self.frames[-1].chained += 1
        self.chained += 1
        if self.chained > self.limits.chain:
            self._refuse_depth(token, f"more than {self.limits.chain} operators or patterns after one another")

    def _may_be_less_than(self) -> bool:
        """Whether a parser could read ``<`` here as a comparison: in parentheses, after an operand."""
        if self.previous is None or self.frames[-1].closing != ")":
            return False
        return self.previous.kind in OPERANDS or self.previous.text in {")", "]", ")>>", ">>"}

    def _is_only_an_iri(self, content: str) -> bool:
        """Whether the content of ``<...>`` cannot hide a string, a comment or brackets from a comparison."""
        scheme = SCHEME.match(content)
        if scheme and scheme.group()[:-1] not in self.outline.prefixes:
            return True
        return not re.search(r"['#()\[\]!*/+\-\\]", content)

    def _check_dotted_service(self, token: Token) -> None:
        """Refuse ``ex:a.b.SERVICE``: a parser that ends the name at its second dot goes on with SERVICE."""
        groups = [group for group in token.text.lower().split(".") if group]
        if any(group.startswith("service") for group in groups[2:]):
            self._refuse_service(token)

    def _check_glued_service(self) -> None:
        """Refuse ``SERVICEex:endpoint {`` where ``ex:`` is declared: a parser may see the keyword in it."""
        name = self.previous
        if name is None or name.kind != "name" or len(self.frames) == 1:
            return
        glued = GLUED_SERVICE.match(name.text)
        if glued is None or (self.before is not None and self.before.text.upper() == "GRAPH"):
            return
        silent, rest = glued.groups()
        if any(each.partition(":")[0] in self.outline.prefixes for each in (rest, silent + rest)):
            self._refuse_service(name)

    def _refuse(self, token: Token, detail: str) -> None:
        raise Refusal(syntax_problem(detail, self.text, token.start))

    def _refuse_ambiguous(self, token: Token) -> None:
        self._refuse(token, "This can be read as an IRI or as a comparison; put a space after “<”.")

    def _refuse_depth(self, token: Token, what: str) -> None:
        place = syntax_problem("", self.text, token.start)
        detail = f"The query has {what}."
        raise Refusal(Problem(400, "query-too-deep", "Query too deep", detail, place.line, place.column))

    def _refuse_service(self, token: Token) -> None:
        place = syntax_problem("", self.text, token.start)
        detail = "SERVICE would send parts of the query to another server; only this dataset is answered from."
        raise Refusal(Problem(403, "service-refused", "SERVICE refused", detail, place.line, place.column))


def _resolve(iri: str, base: str | None) -> str:
    return iri if base is None or SCHEME.match(iri) else urljoin(base, iri)


def _unescape(escape: re.Match[str]) -> str:
    point = int(escape.group(1) or escape.group(2), 16)
    return chr(point) if point < 0x110000 else escape.group()
