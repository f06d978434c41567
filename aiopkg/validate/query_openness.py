"""placeholder"""
from aiopkg.validate.focus import Focus
from aiopkg.validate.openness import Openness
from aiopkg.validate.query_tree import Group, Query
from aiopkg.validate.run import Run
from aiopkg.validate.terms import Term


def touches_openness(query: Query, openness: Openness) -> bool:
    return False


def with_excuses(query: Query, openness: Openness) -> tuple[Query, list[Group]]:
    return query, []


def excused_nodes(run: Run, groups: list[Group], prologue: str, focus: Focus) -> set[Term]:
    return set()
