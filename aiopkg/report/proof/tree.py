"""A proof for a terminal: an indented tree."""

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from aiopkg.explain import Proof
from aiopkg.report.proof.lines import Line, cited, lines_of

__all__ = ["proof_to_text"]

_INDENT = 2
_DEEPEST = 30
"""From here on, lines stay where they are, so that a long chain does not run off the page."""


def proof_to_text(proof: Proof, console: Console) -> None:
    """Print a proof to a console of any width, in colour where the console has it."""
    for line in lines_of(proof):
        indent = _INDENT * min(line.depth, _DEEPEST)
        console.print(Padding(_told(line), (0, 0, 0, indent)), highlight=False)
        if line.again:
            continue
        for words in _details(line):
            console.print(Padding(words, (0, 0, 0, indent + _INDENT)), highlight=False)


def _told(line: Line) -> Text:
    style = "bold" if line.depth == 0 else ""
    again = f"  (shown above, step {line.number})" if line.again and line.step.because else ""
    return Text.assemble((line.step.sentence, style), (f"  [{line.origin}]", "dim"), (again, "italic dim"))


def _details(line: Line) -> list[Text]:
    step = line.step
    word = "the rule: " if step.kind == "finding" else "because "
    found = [Text.assemble((word, "dim"), line.because)] if line.because else []
    for absence in step.absences:
        label = "all that there is: " if absence.besides else "looked for, and not there: "
        found.append(Text.assemble((label, "yellow"), absence.sentence))
    found += [Text.assemble(("compared: ", "dim"), condition) for condition in step.conditions]
    if step.sources:
        found.append(Text.assemble(("asked for by ", "dim"), "; ".join(map(cited, step.sources))))
    return found
