"""Puts what a query looked for in vain into words: "something that reports on it, and that report is a public one"."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from pyoxigraph import Literal, NamedNode

from aiopkg.explain.proof import Term
from aiopkg.explain.wording import joined, with_article, with_articles
from aiopkg.syntax.paths import Alternative, Inverse, Path, Predicate, Repeat
from aiopkg.syntax.paths import Sequence as Chain
from aiopkg.syntax.tree import Exists, Filter, Group, Minus, Optional, Pattern, SubSelect, Token, Union
from aiopkg.vocab import PREFIXES, RDF

__all__ = ["Seeking", "bare", "expression_in_words", "path_in_words"]

Name = Callable[[Term], str]

_REPEATS = {"*": ", any number of times", "+": ", once or more", "?": ", if at all"}
_COMPARISONS = {">=": "is at least", "<=": "is at most", ">": "is more than", "<": "is less than"}
_OF_DAYS = {">=": "is on or after", "<=": "is on or before", ">": "is after", "<": "is before"}
_OPERATORS = {"=": "is", "!=": "is not", "&&": "and", "||": "or", "!": "not"}
_DAY = re.compile(r"\d{4}-\d\d-\d\d|.*\bdate")
_VERB = re.compile(r"^(in|on|at|of)\b|\b(by|for|from|in|of|on|to|under|with|at|since|until)$|^\w+ed$")
"""Labels that do not begin with a verb and are read as one: "resolved on some day", "in post some post"."""

_OWNING = re.compile(r"has (?!its )(?:\S+ )*?\S+(?<! by)(?<! on)(?<! to)(?<! in)(?<! of)")
_ANYTHING = "?value"


class Seeking:
    """Says what a group of patterns asks for; a variable is "some x" where it is met first, "that x" from then on."""

    def __init__(self, name: Name, bound: Mapping[str, Term]) -> None:
        self._name = name
        self._bound = bound
        self._called: dict[str, str] = {}

    def sentence(self, group: Group) -> str:
        """Return what a group asks for, as a sentence without its end."""
        return ", ".join(self._clauses(group))

    def _clauses(self, group: Group) -> Iterator[str]:
        first = True
        for element in group.elements:
            match element:
                case Pattern() if self._gives_a_name(element):
                    continue
                case Pattern():
                    said = self._pattern(element, alone=len(group.elements) == 1)
                    yield said if first else f"and {said}"
                case Filter():
                    yield from self._filtered(element.tokens)
                case Minus():
                    yield f"except where {self.sentence(element.group)}"
                case Optional():
                    yield f"and perhaps {self.sentence(element.group)}"
                case Union():
                    yield f"{'' if first else 'and '}either {', or '.join(map(self._way, element.groups))}"
                case SubSelect():
                    yield from self._clauses(element.query.where)
                case _:
                    continue
            first = False

    def _way(self, group: Group) -> str:
        """Return what one of several ways asks for, which knows nothing of the others."""
        called = dict(self._called)
        said = self.sentence(group)
        self._called = called
        return said

    def _filtered(self, tokens: Sequence[Token]) -> Iterator[str]:
        groups = [token for token in tokens if isinstance(token, Exists)]
        for each in groups:
            yield f"{'except where' if each.negated else 'and'} {self.sentence(each.group)}"
        if not groups:
            words = [self._token(token) for token in tokens if isinstance(token, str)]
            of_days = any(_DAY.fullmatch(word) for word in words)
            said = _OPERATORS | (_OF_DAYS if of_days else _COMPARISONS)
            yield f"where {_written([said.get(word, word) for word in words])}"

    def _gives_a_name(self, pattern: Pattern) -> bool:
        """Take a value of something that the query itself names, such as the evaluation, as what its property says."""
        named = not pattern.subject.startswith("?") and isinstance(pattern.path, Predicate)
        if named and pattern.object.startswith("?") and pattern.object not in self._bound:
            assert isinstance(pattern.path, Predicate)
            self._called[pattern.object] = f"the {self._name(pattern.path.iri)}"
            return True
        return False

    def _pattern(self, pattern: Pattern, *, alone: bool) -> str:
        path, subject = pattern.path, self._token(pattern.subject)
        value = pattern.object
        if path is None:
            return f"{subject} {self._token(pattern.verb)} {self._token(value)}"
        if path == Predicate(RDF.type):
            return with_articles(f"{subject} {path_in_words(path, self._name)} {self._token(value)}")
        if isinstance(path, Inverse):
            path, subject, value = path.path, self._token(value), pattern.subject
        said = path_in_words(path, self._name)
        known = self._bound.get(value)
        if value == "true" or (isinstance(known, Literal) and known.value == "true"):
            return f"{subject} {said}"
        if alone and value == _ANYTHING and value not in self._bound and _OWNING.fullmatch(said):
            return f"{subject} has {with_article(said.removeprefix('has ').removeprefix('the '))}"
        if isinstance(path, Predicate) and _is_noun(said):
            return f"the {said} of {subject} is {self._token(value)}"
        return f"{subject} {said} {self._token(value)}"

    def _token(self, token: str) -> str:
        if token in self._bound:
            return self._name(self._bound[token])
        if not token.startswith("?"):
            return term_in_words(token, self._name)
        if token not in self._called:
            anything = token == _ANYTHING or token.startswith("?_")
            self._called[token] = "it" if anything else f"that {bare(token)}"
            return "something" if anything else f"some {bare(token)}"
        return self._called[token]


def _is_noun(label: str) -> bool:
    """Tell whether the label of a property names its value, as "owning unit" does, and "resolved on" does not."""
    return joined(label) == f"{label} is" and not _VERB.search(label)


def path_in_words(path: Path, name: Name) -> str:
    """Return a property path in words."""
    match path:
        case Predicate(iri):
            return name(iri)
        case Inverse(inner):
            return f"(backwards) {path_in_words(inner, name)}"
        case Chain(first, second):
            then = path_in_words(second, name)
            is_noun = isinstance(second, Predicate) and _is_noun(then)
            link = f"something whose {then} is" if is_noun else f"something that {then}"
            return f"{path_in_words(first, name)} {link}"
        case Alternative(options):
            return f"({' or '.join(path_in_words(option, name) for option in options)})"
        case Repeat(inner, sign):
            return f"({path_in_words(inner, name)}{_REPEATS[sign]})"


def expression_in_words(tokens: Sequence[Token], bound: Mapping[str, Term], name: Name) -> str:
    """Return an expression with each variable by what it stands for."""
    told = [token for token in tokens if isinstance(token, str)]
    return _written([name(bound[token]) if token in bound else term_in_words(token, name) for token in told])


def _written(words: list[str]) -> str:
    if words[:1] == ["("] and words[-1:] == [")"]:
        words = words[1:-1]
    text = re.sub(r"(?<=\w) \( ", "(", " ".join(words))
    return re.sub(r"\( | \)|(?<=.) ,", lambda match: match[0].strip(), text)


def term_in_words(token: str, name: Name) -> str:
    """Return what a token of a query is called: a term by its label, a variable as "some x"."""
    if token.startswith("?"):
        return f"some {bare(token)}" if not token.startswith("?_") else "something"
    prefix, colon, local = token.partition(":")
    if colon and prefix in PREFIXES:
        return name(NamedNode(PREFIXES[prefix] + local))
    return name(NamedNode(token[1:-1])) if token.startswith("<") and token.endswith(">") else token


def bare(variable: str) -> str:
    """Return the name of a variable as words."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", variable.lstrip("?$")).lower()
