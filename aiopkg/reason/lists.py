"""RDF lists read from a relation, many at once."""

import numpy as np

from .relations import EMPTY, Ids, Relation, one
from .vocabulary import FIRST, NIL, REST

__all__ = ["cells", "read_lists"]


def read_lists(facts: Relation, heads: Ids) -> tuple[Ids, Ids]:
    """Row of the asked head and member, in the order of the rows and of the list.

    A list with a cell that has no or several members or continuations, or that runs in a circle, is not a
    list: its row does not occur, as the row of an empty list does not.
    """
    current = heads.copy()
    alive = np.arange(len(heads), dtype=np.int64)
    broken = np.zeros(len(heads), dtype=np.bool_)
    remembered = current.copy()
    rows: list[Ids] = []
    members: list[Ids] = []
    step = 0
    while True:
        going = current != NIL
        alive, current, remembered = alive[going], current[going], remembered[going]
        if not len(alive):
            break
        item_row, item = facts.objects(FIRST, current)
        rest_row, rest = facts.objects(REST, current)
        whole = (np.bincount(item_row, minlength=len(alive)) == 1) & (np.bincount(rest_row, minlength=len(alive)) == 1)
        broken[alive[~whole]] = True
        keep_item, keep_rest = whole[item_row], whole[rest_row]
        rows.append(alive[item_row[keep_item]])
        members.append(item[keep_item])
        alive, remembered, current = alive[whole], remembered[whole], rest[keep_rest]
        # Brent's method: a walk that meets the cell remembered at the last power of two is in a circle.
        circle = current == remembered
        broken[alive[circle]] = True
        alive, remembered, current = alive[~circle], remembered[~circle], current[~circle]
        step += 1
        if step & (step - 1) == 0:
            remembered = current.copy()
    if not rows:
        return EMPTY, EMPTY
    row, member = np.concatenate(rows), np.concatenate(members)
    sound = ~broken[row]
    row, member = row[sound], member[sound]
    order = np.argsort(row, kind="stable")
    return row[order], member[order]


def cells(facts: Relation, head: int) -> list[tuple[int, int, int]]:
    """The facts (subject, predicate, object) that make up the well-formed list at this head."""
    found: list[tuple[int, int, int]] = []
    while head != NIL:
        _, items = facts.objects(FIRST, one(head))
        _, rest = facts.objects(REST, one(head))
        found += [(head, FIRST, int(items[0])), (head, REST, int(rest[0]))]
        head = int(rest[0])
    return found
