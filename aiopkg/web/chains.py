"""Where gaps start: all places with what they reach, and one of them link by link."""

from aiopkg.dataclass import dataclass
from aiopkg.report.wording import sentence
from aiopkg.web.paging import Parameters, Slice, slice_of
from aiopkg.web.shown import Shown

__all__ = ["Start", "starts_of"]


@dataclass(frozen=True, slots=True)
class Start:
    """An element where gaps start, with what they reach and what closing them alone would free."""

    focus: str
    label: str
    gaps: int
    reaches: int
    use_cases: int
    decisions: int
    indicators: int
    explains: int


def starts_of(shown: Shown, parameters: Parameters) -> Slice[Start]:
    """Return the places where gaps start, those first that matter most."""
    rows = [
        Start(
            cause.focus,
            sentence(cause.label),
            len(cause.findings),
            cause.reaches,
            cause.frees_use_cases,
            cause.frees_high_stakes,
            cause.frees_kpis,
            len(cause.explains),
        )
        for cause in shown.assessment.cascades.root_causes
    ]
    return slice_of(rows, "cascades", parameters)
