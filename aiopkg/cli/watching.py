"""``assess --watch``: says what opened and what closed each time that a file changes."""

import gc
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

from rich.console import Console
from rich.text import Text

from aiopkg.assessment import Assessment
from aiopkg.cli.trouble import complain
from aiopkg.errors import AiopkgError
from aiopkg.live import Live, Outcome, Watch
from aiopkg.settings import Settings
from aiopkg.validate.findings import Finding

__all__ = ["watch"]

_PAUSE = 0.3
"""Seconds between two looks at the files."""
_MOST = 20


def watch(
    sources: Sequence[str],
    *,
    as_of: date | None,
    packs: Sequence[str],
    input_format: str | None,
    settings: Settings,
    show: Callable[[Assessment], None],
    written: bool,
) -> Assessment:
    """Assess, show it, and follow the files until interrupted; returns the last assessment.

    With ``written``, the assessment is shown anew after each change, since it goes into a file.
    """
    gc.enable()  # this command stays
    live = Live(list(sources), as_of=as_of, packs=packs, input_format=input_format, settings=settings)
    follower = Watch(live, list(sources), input_format)
    show(live.assessment)
    console = Console(stderr=written)
    console.print(Text("Watching. Press Ctrl-C to end.", style="dim"))
    try:
        while True:
            time.sleep(_PAUSE)
            began = time.perf_counter()
            try:
                outcome = follower.look()
            except AiopkgError as error:
                complain(error)
                continue
            if outcome is not None:
                _tell(console, outcome, time.perf_counter() - began)
                if written:
                    show(outcome.assessment)
    except KeyboardInterrupt:  # in the midst of a line, perhaps, which a console would write again
        Console(stderr=written).print(Text("Ended.", style="dim"))
    return live.assessment


def _tell(console: Console, outcome: Outcome, seconds: float) -> None:
    """Say what opened and what closed; a finding that only reads otherwise is neither."""
    before = {finding.id for finding in outcome.removed if finding.verdict == "violated"}
    after = {finding.id for finding in outcome.added if finding.verdict == "violated"}
    opened = [finding for finding in outcome.added if finding.id in after - before]
    closed = [finding for finding in outcome.removed if finding.id in before - after]
    left = sum(finding.verdict == "violated" for finding in outcome.assessment.findings)
    clock = f"{datetime.now():%H:%M:%S}"
    total = f"{len(opened)} opened, {len(closed)} closed, {left} open ({seconds:.2f} s)"
    console.print(Text.assemble((f"{clock}  ", "dim"), total))
    _list(console, opened, "+", "red")
    _list(console, closed, "-", "green")


def _list(console: Console, findings: Iterable[Finding], mark: str, colour: str) -> None:
    found = list(findings)
    for finding in found[:_MOST]:
        said = Text.assemble((f"  {mark} {finding.rule}  ", colour), finding.message)
        console.print(said, highlight=False, soft_wrap=True)
    if len(found) > _MOST:
        console.print(Text(f"    and {len(found) - _MOST:,} more", style="dim"))
