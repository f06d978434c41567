"""Query text for a store that departs from SPARQL 1.1 in three places, rewritten so that this does not show.

The store does not find a path of length zero at a term that is in no triple (SPARQL 1.1 Query, 18.4); it does not
bind the variable of a GRAPH around a group that begins without a triple, and takes it for a shared one around MINUS
(18.6); it keeps the language of what GROUP_CONCAT joins (18.5.1.7). What is rewritten means the same by the
recommendation; a text that cannot be read with certainty stays as it is.
"""

import re
from collections.abc import Sequence

from pyoxigraph import BlankNode, NamedNode

from aiopkg.sparql.tokens import Token, read_tokens
from aiopkg.sparql.zero import Unreadable, read_path

__all__ = ["conform", "conform_to_own"]

MOST_WAYS = 8
"""A path that leads from a term to itself in more ways than this stays as it is."""

MOST_CHARACTERS = 200_000
"""How many characters the groups of GRAPHs, once for each graph, may take; where it is more, a GRAPH stays."""

CONCERNED = re.compile(r"group_concat|graph|\*|\?\W", re.IGNORECASE)
OPENING = {"{": "}", "(": ")", "[": "]"}
UNKNOWN = frozenset(["<<", "<<(", ">>", ")>>", "{|", "|}"])
WITHOUT_TRIPLE = frozenset(["BIND", "FILTER", "SELECT", "VALUES"])
BEFORE_GROUPS = frozenset(["EXISTS", "MINUS", "NOT", "OPTIONAL", "UNION"])
TERM_WORDS = frozenset(["A", "FALSE", "TRUE"])
NAMES = frozenset(["iri", "name"])
TEMPLATES = frozenset(["CONSTRUCT", "DELETE", "INSERT"])
CHOOSING = frozenset(["FROM", "USING"])


def conform(text: str, named: Sequence[NamedNode | BlankNode]) -> str:
    """Rewrite a query or one operation of an update that is asked of a dataset with some named graphs; most come back
    as they are.
    """
    graphs = [str(graph) for graph in named if isinstance(graph, NamedNode) and "/." not in graph.value]
    return _rewritten(text, graphs, len(graphs) == len(named))


def conform_to_own(text: str, named: Sequence[NamedNode | BlankNode]) -> str:
    """The same, where a text that says FROM or USING chooses the named graphs itself, by the names that it gives."""
    if not CONCERNED.search(text):
        return text
    words = [token.text.upper() if token.kind == "word" else token.text for token in read_tokens(text)]
    if not CHOOSING.isdisjoint(words):
        own = [
            words[place + 2]
            for place in range(len(words) - 2)
            if words[place] in CHOOSING and words[place + 1] == "NAMED"
        ]
        return _rewritten(text, own, True)
    return conform(text, named)


def _rewritten(text: str, graphs: Sequence[str], all_named: bool) -> str:
    if not CONCERNED.search(text):
        return text
    tokens = list(read_tokens(text))
    try:
        return _Rewriting(text, tokens, graphs, all_named).whole()
    except Unreadable:
        return text


def _ends(tokens: Sequence[Token]) -> dict[int, int]:
    """For each opening bracket the place of the one that closes it; raises Unreadable where they do not pair."""
    ends: dict[int, int] = {}
    opened: list[int] = []
    for place, token in enumerate(tokens):
        if token.kind == "open" or (token.kind == "sign" and token.text in UNKNOWN):
            raise Unreadable
        if token.kind == "sign" and token.text in OPENING:
            opened.append(place)
        elif token.kind == "sign" and token.text in OPENING.values():
            if not opened or OPENING[tokens[opened[-1]].text] != token.text:
                raise Unreadable
            ends[opened.pop()] = place
    if opened:
        raise Unreadable
    return ends


class _Written:
    """Text for one stretch of tokens after another; between them stands what stood there."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self._text = text
        self._tokens = tokens
        self._pieces: list[str] = []
        self._position: int | None = None

    def add(self, start: int, end: int, replacement: str | None = None) -> int:
        """Write a stretch, as it is or with something in its place; returns where it ends."""
        first, last = self._tokens[start].start, self._tokens[end - 1].end
        if self._position is not None:
            self._pieces.append(self._text[self._position : first])
        self._pieces.append(self._text[first:last] if replacement is None else replacement)
        self._position = last
        return end

    def __str__(self) -> str:
        return "".join(self._pieces)


class _Rewriting:
    """One query: its tokens, where its brackets end, and what the dataset has."""

    def __init__(self, text: str, tokens: Sequence[Token], graphs: Sequence[str], all_named: bool) -> None:
        self.text = text
        self.tokens = tokens
        self.ends = _ends(tokens)
        self.graphs = graphs
        self.labelled = any(token.kind == "blank" for token in tokens)
        self.expands = all_named and not self.labelled
        self.left = MOST_CHARACTERS
        self.paths = 0
        self.first, self.second = (f"?{_free(text, word)}" for word in ("one", "other"))

    def whole(self) -> str:
        """The whole text."""
        if not self.tokens:
            return self.text
        written = self._around(0, len(self.tokens))
        return self.text[: self.tokens[0].start] + written + self.text[self.tokens[-1].end :]

    def _word(self, place: int) -> str:
        """The keyword at a place, in capitals; empty for anything else."""
        return self.tokens[place].text.upper() if self._kind(place) == "word" else ""

    def _sign(self, place: int) -> str:
        return self.tokens[place].text if self._kind(place) == "sign" else ""

    def _kind(self, place: int) -> str:
        return self.tokens[place].kind if place < len(self.tokens) else ""

    def _as_it_is(self, start: int, end: int) -> str:
        return self.text[self.tokens[start].start : self.tokens[end - 1].end]

    def _end(self, place: int, sign: str) -> int:
        """The place after the bracket that closes the one here."""
        if self._sign(place) != sign:
            raise Unreadable
        return self.ends[place] + 1

    def _around(self, start: int, end: int) -> str:
        """What is not directly in a group: heads of queries, expressions, and what follows a WHERE."""
        written = _Written(self.text, self.tokens)
        place = start
        while place < end:
            word = self._word(place)
            if self._sign(place) == "{":
                place = written.add(place, self.ends[place] + 1, self._group(place))
            elif word in TEMPLATES and self._sign(place + 1) == "{":
                place = written.add(place, self.ends[place + 1] + 1)
            elif word == "VALUES":
                place = written.add(place, self._end_of_values(place))
            elif word == "GROUP_CONCAT":
                close = self._end(place + 1, "(")
                joined = f"STR({self._as_it_is(place, place + 1)}{self._around(place + 1, close)})"
                place = written.add(place, close, joined)
            else:
                place = written.add(place, place + 1)
        return str(written)

    def _end_of_values(self, place: int) -> int:
        listed = place + 2 if self._kind(place + 1) == "variable" else self._end(place + 1, "(")
        return self._end(listed, "{")

    def _group(self, opening: int) -> str:
        """A group with its braces."""
        close = self.ends[opening]
        written = _Written(self.text, self.tokens)
        place = written.add(opening, opening + 1)
        while place < close:
            end, replacement = self._element(place, close)
            place = written.add(place, end, replacement)
        written.add(close, close + 1)
        return str(written)

    def _element(self, place: int, close: int) -> tuple[int, str | None]:
        """Where an element of a group ends, and what to write for it."""
        sign, word = self._sign(place), self._word(place)
        if sign == "." or word in BEFORE_GROUPS:
            return place + 1, None
        if sign == "{":
            end, replacement = self.ends[place] + 1, self._group(place)
        elif word == "GRAPH":
            end, replacement = self._end(place + 2, "{"), self._graph(place)
        elif word == "VALUES":
            return self._end_of_values(place), None
        elif word in {"BIND", "FILTER", "SELECT"}:
            end = close if word == "SELECT" else self._end_of_constraint(place + 1)
            replacement = self._around(place, end)
        elif word and word not in TERM_WORDS:
            raise Unreadable
        else:
            end = self._end_of_triples(place, close)
            return end, self._triples(place, end)
        return end, replacement

    def _end_of_constraint(self, place: int) -> int:
        """The end of an expression in brackets or of a call; EXISTS ends before its group."""
        if self._word(place) in {"EXISTS", "NOT"}:
            return place
        return self._end(place + (self._sign(place) != "("), "(")

    def _end_of_triples(self, place: int, close: int) -> int:
        while place < close:
            if self._sign(place) in {".", "{"} or (self._word(place) and self._word(place) not in TERM_WORDS):
                return place
            place = self.ends.get(place, place) + 1
        return close

    def _graph(self, place: int) -> str:
        """A GRAPH: a variable stands for one named graph after the other, and a name for one that there is."""
        opening = place + 2
        close = self.ends[opening]
        graph = self._as_it_is(place + 1, opening)
        if self._kind(place + 1) not in {*NAMES, "variable"}:
            raise Unreadable
        paths, left = self.paths, self.left
        group = self._group(opening)
        if self.paths == paths and not self._is_misread(opening, close):
            return f"{self._as_it_is(place, opening)} {group}"
        self.left -= (len(group) + 200) * max(1, len(self.graphs))
        if not self.expands or self.left < 0:
            self.paths, self.left = paths, left
            return self._as_it_is(place, close + 1)
        if self._kind(place + 1) != "variable":
            return f"{{ GRAPH {graph} {group} FILTER({graph} IN ({', '.join(self.graphs)})) }}"
        if not self.graphs:
            return f"{{ GRAPH {graph} {group} FILTER(false) }}"
        return " UNION ".join(f"{{ GRAPH {each} {group} VALUES {graph} {{ {each} }} }}" for each in self.graphs)

    def _is_misread(self, opening: int, close: int) -> bool:
        """Whether a group holds what the store may take for something else in a GRAPH."""
        return any(
            self._word(place) == "MINUS" or (self._sign(place) == "{" and self._word(place + 1) in WITHOUT_TRIPLE)
            for place in range(opening, close)
        )

    def _triples(self, start: int, end: int) -> str | None:
        """Triples of one subject, apart from one another where one of them has a path that may have length zero."""
        if self._kind(start) not in {*NAMES, "variable"} or self.labelled:
            return None
        try:
            read = self._read_triples(start, end)
        except Unreadable:
            return None
        subject = self._as_it_is(start, start + 1)
        found = [self._zero(start, ways, thing) for _, ways, thing in read]
        if not any(found):
            return None
        self.paths += 1
        plain = [f"{subject} {self._as_it_is(*path)} {self._as_it_is(*thing)}" for path, _, thing in read]
        return " . ".join(
            f"{{ {{ {triple} }} UNION {{ {zero} }} }}" if zero else triple
            for triple, zero in zip(plain, found, strict=True)
        )

    def _read_triples(self, start: int, end: int) -> list[tuple[tuple[int, int], int, tuple[int, int]]]:
        """The path, its ways of length zero, and the object of each triple; raises Unreadable."""
        found = []
        place = start + 1
        while place < end:
            path_end, ways = (place + 1, 0) if self._kind(place) == "variable" else read_path(self.tokens, place)
            begin = path_end
            while True:
                after = self._end_of_object(begin)
                found.append(((place, path_end), ways, (begin, after)))
                if after >= end or self._sign(after) != ",":
                    break
                begin = after + 1
            if after < end and self._sign(after) != ";":
                raise Unreadable
            while after < end and self._sign(after) == ";":
                after += 1
            place = after
        return found

    def _end_of_object(self, place: int) -> int:
        if self._sign(place) in {"[", "("}:
            return self.ends[place] + 1
        if self._sign(place) in {"+", "-"} and self._kind(place + 1) == "number":
            return place + 2
        kind = self._kind(place)
        if kind == "text" and self._kind(place + 1) == "tag":
            return place + 2
        if kind == "text" and self._sign(place + 1) == "^^":
            return place + 3
        if kind in {*NAMES, "variable", "text", "number"} or self._word(place) in TERM_WORDS:
            return place + 1
        raise Unreadable

    def _zero(self, subject: int, ways: int, thing: tuple[int, int]) -> str:
        """What a path of length zero adds for a term that is in no triple; empty where it can add nothing."""
        begin, end = thing
        ends_open = self._kind(begin) == "variable"
        starts_open = self._kind(subject) == "variable"
        bracketed = self._sign(begin) in {"[", "("}
        if not 0 < ways <= MOST_WAYS or bracketed or (starts_open and ends_open):
            return ""
        named = self._kind(begin) in NAMES
        if not starts_open and not ends_open and not named:
            return ""
        here, there = self._as_it_is(subject, subject + 1), self._as_it_is(begin, end)
        term = there if starts_open else here
        absent = f"NOT EXISTS {{ {self.first} {self.second} {term} }}"
        if not starts_open or named:
            absent += f" && NOT EXISTS {{ {term} {self.first} {self.second} }}"
        if starts_open or ends_open:
            values = f"VALUES {here if starts_open else there} {{ {' '.join([term] * ways)} }}"
            return f"{values} FILTER({absent})"
        return f"VALUES () {{ {' '.join(['()'] * ways)} }} FILTER(sameTerm({here}, {there}) && {absent})"


def _free(text: str, word: str) -> str:
    """A name for a variable that stands nowhere in a text."""
    while word in text:
        word += "_"
    return word
