"""Property paths of length zero (SPARQL 1.1 Query, 18.4), counted from the tokens of a path."""

from collections.abc import Sequence

from aiopkg.sparql.tokens import Token

__all__ = ["Unreadable", "read_path"]


class Unreadable(Exception):
    """What should be read here begins with a token that cannot begin it."""


def read_path(tokens: Sequence[Token], place: int) -> tuple[int, int]:
    """Return where a path ends and in how many ways it leads from a term to itself without any triple.

    Raises Unreadable.
    """
    return _Path(tokens, place).read()


class _Path:
    def __init__(self, tokens: Sequence[Token], place: int) -> None:
        self.tokens = tokens
        self.place = place

    def read(self) -> tuple[int, int]:
        ways = self.alternative()
        return self.place, ways

    def take(self, *signs: str) -> str:
        if self.place < len(self.tokens):
            token = self.tokens[self.place]
            if token.kind == "sign" and token.text in signs:
                self.place += 1
                return token.text
        return ""

    def alternative(self) -> int:
        ways = self.sequence()
        while self.take("|"):
            ways += self.sequence()
        return ways

    def sequence(self) -> int:
        ways = self.step()
        while self.take("/"):
            ways *= self.step()
        return ways

    def step(self) -> int:
        self.take("^")
        ways = self.primary()
        match self.take("*", "?", "+"):
            case "*" | "?":
                return 1
            case "+":
                return min(ways, 1)
        return ways

    def primary(self) -> int:
        if self.take("("):
            ways = self.alternative()
            self.expect(")")
            return ways
        if not self.take("!"):
            return self.property()
        if not self.take("("):
            self.take("^")
            return self.property()
        while not self.take(")"):
            if not self.take("^", "|"):
                self.property()
        return 0

    def property(self) -> int:
        token = self.tokens[self.place] if self.place < len(self.tokens) else None
        if token is None or not (token.kind in {"iri", "name"} or token.text == "a"):
            raise Unreadable
        self.place += 1
        return 0

    def expect(self, sign: str) -> None:
        if not self.take(sign):
            raise Unreadable
