"""SPARQL text and its answers: tokens, bound parameters, and what a query came to.

::

    tokens      the query text as tokens
    conform     the text as a store must be asked, that it may answer as SPARQL 1.1 says (zero: paths of length zero)
    binding     typed values bound to the variables of a text
    solutions   the rows of a SELECT, as terms, plain values and data frames
    spelling    literals as they were written
    evaluate    one query over the graphs of an organization
"""

from aiopkg.sparql.binding import Value, bind, declare, term_of, written_value
from aiopkg.sparql.evaluate import DEFAULT_GRAPH, Answered, Evaluated, Graphs, evaluate
from aiopkg.sparql.solutions import Solutions, plain

__all__ = [
    "DEFAULT_GRAPH",
    "Answered",
    "Evaluated",
    "Graphs",
    "Solutions",
    "Value",
    "bind",
    "declare",
    "evaluate",
    "plain",
    "term_of",
    "written_value",
]
