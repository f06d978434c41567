"""Tables of what was measured, and of the targets."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.measured import Latest, LatestServed, latest, latest_served
from benchmarks.targets import targets

__all__ = ["README", "figures", "write_tables"]

README = Path(__file__).parent / "README.md"
BEGIN, END = "<!-- figures: made by python -m benchmarks.compare -->", "<!-- end of figures -->"


def write_tables() -> str:
    """Put the tables into the README of this folder, and return them."""
    found, served = latest(), latest_served()
    text = "\n".join([*figures(found), "", *targets(found, served), *_servers(served)])
    whole = README.read_text("utf-8")
    head, _, rest = whole.partition(BEGIN)
    _, _, tail = rest.partition(END)
    README.write_text(f"{head}{BEGIN}\n\n{text}\n\n{END}{tail}", encoding="utf-8")
    return text


def figures(found: Latest) -> Iterator[str]:
    """Yield the table of what was measured."""
    yield "| task | triples | who | median | times aiopkg's | load | memory | answers |"
    yield "|---|---|---|---|---|---|---|---|"
    for (task, triples, name), each in sorted(found.items(), key=lambda pair: (pair[0][0], pair[0][1], pair[0][2])):
        who = f"{name} {each.version}".strip()
        ours = found.get((task, triples, "aiopkg"))
        if each.median is None:
            bound = each.least / ours.median if each.least and ours and ours.median else None
            ratio = f"at least {bound:.2f}" if bound else ""
            yield f"| {task} | {triples:,} | {who} | {each.problem} | {ratio} | | | |"
            continue
        ratio = f"{each.median / ours.median:.2f}" if ours and ours.median else ""
        answers = "" if each.answers is None else f"{each.answers:,}"
        yield (
            f"| {task} | {triples:,} | {who} | {each.median:.3f} s | {ratio} | "
            f"{each.load:.2f} s | {each.memory:.0f} MiB | {answers} |"
        )


def _servers(found: LatestServed) -> Iterator[str]:
    if not found:
        return
    yield ""
    yield "| point queries | triples | who | a second | times aiopkg's | median | 99 % | most | work | memory |"
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for (triples, case, name), each in sorted(found.items(), key=lambda pair: (pair[0][1], pair[0][0], pair[0][2])):
        who = f"{name} {each.version}".strip()
        if each.problem:
            yield f"| {case} | {triples:,} | {who} | {each.problem} | | | | | | |"
            continue
        ours = found.get((triples, case, "aiopkg"))
        ratio = f"{each.rate / ours.rate:.2f}" if ours and ours.rate else ""
        yield (
            f"| {case} | {triples:,} | {who} | {each.rate:,.0f} | {ratio} | {each.median:.2f} ms | "
            f"{each.high:.1f} ms | {each.most:.0f} ms | {each.work:.0f} us | {each.memory:.0f} MiB |"
        )
