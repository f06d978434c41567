"""What was known before: findings of an earlier assessment, held against those of today by their ids."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, Protocol

from aiopkg.dataclass import dataclass
from aiopkg.errors import InputError, Place
from aiopkg.validate.findings import VERDICTS, Finding

__all__ = ["BASELINE_SCHEMA", "Baseline", "Clash", "Known", "KnownContradiction", "read_baseline"]

BASELINE_SCHEMA = "https://w3id.org/aiop/schema/baseline/1"
"""Names the version of the form of a baseline file."""

_TEXTS = ("id", "rule", "verdict", "focus", "label", "message")


@dataclass(frozen=True, slots=True)
class Known:
    """A finding as it was written down before."""

    id: str
    rule: str
    verdict: str
    focus: str
    label: str
    message: str


@dataclass(frozen=True, slots=True)
class KnownContradiction:
    """A contradiction as it was written down before; rule and message are empty where only the id was."""

    id: str
    rule: str
    message: str


class Clash(Protocol):
    """What a baseline keeps of a contradiction."""

    @property
    def id(self) -> str:
        """Names it in every run."""
        ...

    @property
    def rule(self) -> str:
        """The rule that concludes false."""
        ...

    @property
    def message(self) -> str:
        """What contradicts what."""
        ...


@dataclass(frozen=True)
class Baseline:
    """The findings and contradictions of an earlier assessment, by their ids, and the file that they come from."""

    file: str
    as_of: str
    known: Mapping[str, Known]
    contradictions: Mapping[str, KnownContradiction] = field(default_factory=dict)

    def state_of(self, gap: Finding | Clash) -> str:
        """Return ``carried`` for a finding or a contradiction that was known before, else ``new``.

        A gap was known before only if it was a gap then: what was unknown, waived or under way and is violated now
        is new.
        """
        if not isinstance(gap, Finding):
            return "carried" if gap.id in self.contradictions else "new"
        finding = gap
        before = self.known.get(finding.id)
        known = before is not None and (finding.verdict != "violated" or before.verdict == "violated")
        return "carried" if known else "new"

    def closed(self, findings: Iterable[Finding], judged: Iterable[str]) -> tuple[Known, ...]:
        """Return the gaps of before that are gaps no more, of rules that were judged; sorted by id."""
        broken = {finding.id for finding in findings if finding.verdict == "violated"}
        codes = set(judged)
        return tuple(
            known
            for _, known in sorted(self.known.items())
            if known.verdict == "violated" and known.id not in broken and known.rule in codes
        )

    def settled(self, contradictions: Iterable[Clash]) -> tuple[KnownContradiction, ...]:
        """Return the contradictions of before that are none any more; sorted by id."""
        left = {each.id for each in contradictions}
        return tuple(known for _, known in sorted(self.contradictions.items()) if known.id not in left)

    @staticmethod
    def written(findings: Iterable[Finding], as_of: str, contradictions: Iterable[Clash] = ()) -> str:
        """Return the text of a baseline file that knows some findings and contradictions."""
        rows = [{name: getattr(finding, name) for name in _TEXTS} for finding in findings]
        document = {
            "schema": BASELINE_SCHEMA,
            "as_of": as_of,
            "findings": sorted(rows, key=lambda row: row["id"]),
            "contradictions": sorted(
                ({"id": each.id, "rule": each.rule, "message": each.message} for each in contradictions),
                key=lambda row: row["id"],
            ),
        }
        return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def read_baseline(path: Path) -> Baseline:
    """Read a baseline file, or a JSON report, which serves as one too.

    Raises :class:`InputError` for a file that is missing or neither of the two.
    """
    try:
        loaded = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(
            "baseline",
            f"The baseline {path} cannot be read: {error.strerror}.",
            fix=f"Write one with: aiopkg assess ... --write-baseline {path}",
        ) from error
    except UnicodeDecodeError as error:
        raise _unfit(path, "is not text in UTF-8") from error
    except json.JSONDecodeError as error:
        raise _unfit(path, f"is not JSON: {error.msg}", error.lineno, error.colno) from error
    rows = loaded.get("findings") if isinstance(loaded, dict) else None
    if not isinstance(rows, list) or not all(map(_is_known, rows)):
        raise _unfit(path, "holds no list of findings, each with id, rule, verdict, focus, label and message")
    known = [Known(**{name: row[name] for name in _TEXTS}) for row in rows]
    clashes = loaded.get("contradictions", [])
    if not isinstance(clashes, list) or not all(isinstance(c, dict) and isinstance(c.get("id"), str) for c in clashes):
        raise _unfit(path, "holds contradictions without ids")
    told = [KnownContradiction(*(str(clash.get(name, "")) for name in ("id", "rule", "message"))) for clash in clashes]
    as_of = str(loaded.get("as_of", ""))
    return Baseline(str(path), as_of, {each.id: each for each in known}, {each.id: each for each in told})


def _is_known(row: Any) -> bool:  # noqa: ANN401 - whatever a file holds
    return (
        isinstance(row, dict)
        and all(isinstance(row.get(name), str) for name in _TEXTS)
        and row["verdict"] in VERDICTS[1:]
    )


def _unfit(path: Path, why: str, line: int | None = None, column: int | None = None) -> InputError:
    return InputError(
        "baseline",
        f"The baseline {why}.",
        place=Place(str(path), line, column),
        fix="Give a file that --write-baseline wrote, or a report in JSON.",
    )
