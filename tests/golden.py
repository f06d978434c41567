"""Writes the expected results of the example organizations anew: ``python tests/golden.py``.

Look at the difference before you commit it: each line of it is something that users will be told.
"""

import json
from pathlib import Path
from typing import Any

from examples import NAMES, ORGS, day_of

from aiopkg.engine import assess
from aiopkg.report import document

GOLDEN = Path(__file__).parent / "golden"


def without_folders(view: dict[str, Any]) -> dict[str, Any]:
    """Return the archetypes of a report with files named without the folder that they happen to lie in."""
    declared = view["declared"]
    return {**view, "declared": {**declared, "file": Path(declared["file"]).name}} if declared.get("file") else view


def expected(name: str) -> str:
    """Return the part of an organization's report that is kept, as JSON text."""
    report = document(assess(ORGS / f"{name}.ttl", as_of=day_of(name)))
    kept: dict[str, Any] = {
        "organization": report["organization"]["label"],
        "verdicts": {code: row for code, row in report["verdicts"].items() if sum(row.values())},
        "findings": [
            {key: f[key] for key in ("id", "severity", "verdict", "message", "recommendation", "line")}
            for f in report["findings"]
        ],
        "recommendations": [{key: r[key] for key in ("id", "message", "closes")} for r in report["recommendations"]],
        "reached": {c["finding"]: sorted(r["label"] for r in c["reaches"]) for c in report["cascades"]},
        "root_causes": [{key: c[key] for key in ("label", "findings", "frees")} for c in report["root_causes"]],
        "archetype": without_folders(report["archetype"]),
        "pillars": {key: pillar["score"] for key, pillar in report["pillars"].items()},
        "principles": {p["key"]: p["score"] for p in report["principles"]},
        "not_known": report["not_known"],
    }
    return json.dumps(kept, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for each in NAMES:
        (GOLDEN / f"{each}.json").write_text(expected(each), encoding="utf-8")
