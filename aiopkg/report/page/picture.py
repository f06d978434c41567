"""The picture of areas that undermine one another: nodes on a ring, a curved arrow for each influence."""

from collections.abc import Sequence
from math import cos, hypot, pi, sin

from aiopkg.dataclass import dataclass
from aiopkg.derive.cascade import Arrow
from aiopkg.report.wording import count, sentence

__all__ = ["ArrowShape", "Node", "Picture", "draw"]

_WIDTH, _HEIGHT = 760, 540
_RING_X, _RING_Y = 290, 248
_NODE_WIDTH, _NODE_HEIGHT = 156, 62
_BOW = 0.13

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Node:
    """An area as a rounded box around its middle; ``number`` counts the areas from 1."""

    number: int
    label: str
    gaps: str
    x: str
    y: str
    left: str
    top: str


@dataclass(frozen=True, slots=True)
class ArrowShape:
    """An arrow: its path, how wide it is, its head, and where its number of gaps stands."""

    source: int
    target: int
    path: str
    width: str
    head: str
    x: str
    y: str
    gaps: int
    seen: bool
    said: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything drawn, in units of the picture's own ``width`` and ``height``."""

    width: int
    height: int
    node_width: int
    node_height: int
    nodes: tuple[Node, ...]
    arrows: tuple[ArrowShape, ...]


def draw(areas: Sequence[tuple[str, int]], arrows: Sequence[Arrow]) -> Picture:
    """Lay out areas, each with its number of gaps, on a ring, the last one at the bottom, and their arrows."""
    places = {}
    middle = _HEIGHT - _NODE_HEIGHT / 2 - 8 - _RING_Y
    nodes = []
    for index, (label, gaps) in enumerate(areas):
        angle = pi / 2 + 2 * pi * (index + 1) / len(areas)
        x, y = _WIDTH / 2 + _RING_X * cos(angle), middle + _RING_Y * sin(angle)
        places[label] = (index + 1, (x, y))
        nodes.append(
            Node(
                index + 1,
                sentence(label),
                count(gaps, "gap"),
                _text(x),
                _text(y),
                _text(x - _NODE_WIDTH / 2),
                _text(y - _NODE_HEIGHT / 2),
            )
        )
    drawn = [arrow for arrow in arrows if arrow.source in places and arrow.target in places]
    curves = [_curve(places[arrow.source][1], places[arrow.target][1]) for arrow in drawn]
    labels = _labels([shown for shown, _ in curves])
    shapes = tuple(
        _shape(arrow, places[arrow.source][0], places[arrow.target][0], *curve, label)
        for arrow, curve, label in zip(drawn, curves, labels, strict=True)
    )
    return Picture(_WIDTH, _HEIGHT, _NODE_WIDTH, _NODE_HEIGHT, tuple(nodes), shapes)


def _curve(start: Point, end: Point) -> tuple[list[Point], Point]:
    """Return the points of an arrow's line between two boxes, bent to its left, and the tip of its head."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    bend = ((start[0] + end[0]) / 2 - dy * _BOW * 2, (start[1] + end[1]) / 2 + dx * _BOW * 2)
    curve = [_along(start, bend, end, step / 200) for step in range(201)]
    first = next(i for i, point in enumerate(curve) if not _inside(point, start, 4))
    last = next(i for i in range(200, -1, -1) if not _inside(curve[i], end, 13))
    tip = next(point for point in reversed(curve) if not _inside(point, end, 3))
    return [*curve[first:last:8], curve[last]], tip


def _labels(lines: Sequence[Sequence[Point]]) -> list[Point]:
    """Choose on each line, one after the other, the point that lies freest of other labels and lines."""
    chosen: list[Point] = []
    for number, line in enumerate(lines):
        others = [point for index, other in enumerate(lines) if index != number for point in other]
        inner = line[len(line) // 5 : max(len(line) * 7 // 10, len(line) // 5 + 1)]

        def room(point: Point, others: Sequence[Point] = others) -> float:
            from_lines = min((hypot(point[0] - x, point[1] - y) for x, y in others), default=1e9)
            from_labels = min((hypot(point[0] - x, point[1] - y) for x, y in chosen), default=1e9)
            return min(from_lines, 20.0) + min(from_labels, 40.0)

        chosen.append(max(inner, key=room))
    return chosen


def _shape(arrow: Arrow, source: int, target: int, line: Sequence[Point], tip: Point, label: Point) -> ArrowShape:
    width = 1 + 5 * arrow.strength
    seen = f", {len(arrow.confirmed):,} of them seen at both ends" if arrow.confirmed else ""
    return ArrowShape(
        source,
        target,
        "M" + " L".join(f"{_text(x)},{_text(y)}" for x, y in line),
        _text(width),
        _head(line[-1], tip, 4 + width),
        _text(label[0]),
        _text(label[1]),
        len(arrow.findings),
        bool(arrow.confirmed),
        f"{sentence(arrow.source)} undermines {arrow.target}: strength {arrow.strength:.1f}, "
        f"{count(len(arrow.findings), 'gap')}{seen}",
    )


def _along(start: Point, bend: Point, end: Point, t: float) -> Point:
    """Return a point of the quadratic curve from ``start`` to ``end``."""
    weights = ((1 - t) ** 2, 2 * t * (1 - t), t**2)
    return (
        sum(w * p[0] for w, p in zip(weights, (start, bend, end), strict=True)),
        sum(w * p[1] for w, p in zip(weights, (start, bend, end), strict=True)),
    )


def _inside(point: Point, middle: Point, margin: float) -> bool:
    """Tell whether a point lies within a node's box or so near to it."""
    return (
        abs(point[0] - middle[0]) <= _NODE_WIDTH / 2 + margin and abs(point[1] - middle[1]) <= _NODE_HEIGHT / 2 + margin
    )


def _head(base: Point, tip: Point, half: float) -> str:
    """Return the corners of an arrow head that is ``2 * half`` wide."""
    dx, dy = tip[0] - base[0], tip[1] - base[1]
    length = hypot(dx, dy) or 1.0
    across = (-dy / length * half, dx / length * half)
    corners = [tip, (base[0] + across[0], base[1] + across[1]), (base[0] - across[0], base[1] - across[1])]
    return " ".join(f"{_text(x)},{_text(y)}" for x, y in corners)


def _text(value: float) -> str:
    return f"{value:.1f}"
