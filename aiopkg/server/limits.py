"""What one request may take before it is refused or ended."""

from aiopkg.dataclass import dataclass

__all__ = ["Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of the endpoint; a request beyond one of them gets a problem document, never a cut answer."""

    seconds: float = 4.0
    """How long a request may take: waiting for a free worker and being evaluated, and how long its body may take."""

    rows: int = 1_000_000
    """Solutions of a SELECT, triples of a CONSTRUCT or DESCRIBE."""

    bytes: int = 128 * 2**20
    """Size of one serialized answer, in bytes."""

    depth: int = 100
    """Nested brackets and signs in a query; ten times as many operators or patterns may follow one another."""

    query_characters: int = 1_000_000
    """Length of a query, in characters."""

    upload_bytes: int = 64 * 2**20
    """Size of the documents that one request sends to the graph store, in bytes."""

    workers: int = 2
    """Processes that evaluate queries; up to so many queries that take long are evaluated beside them at a time."""

    memory: int = 2**30
    """Address space that a worker may take beyond its dataset, in bytes (kept on Linux only)."""

    waiting: int = 100
    """Requests that may wait for a free worker, and as many that take long; further ones are refused at once."""

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if getattr(self, name) <= 0:
                raise ValueError(f"The limit '{name}' must be greater than 0.")

    @property
    def chain(self) -> int:
        """How many operators or graph patterns may follow one another: a parser nests these as well."""
        return 10 * self.depth
