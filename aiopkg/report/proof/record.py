"""A proof as JSON (schema in ``proof.schema.json`` beside this file); what a machine needs to replay it."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from aiopkg.explain import Absence, Proof, Step

__all__ = ["PROOF_SCHEMA", "proof_document", "proof_schema", "proof_to_json"]

PROOF_SCHEMA = "https://w3id.org/aiop/schema/proof/1"
"""Names the version of the schema; it changes when a key changes its meaning or goes away."""

Json = dict[str, Any]


@cache
def proof_schema() -> Json:
    """Return the JSON Schema (draft 2020-12) of a proof."""
    loaded: Json = json.loads(Path(__file__).with_name("proof.schema.json").read_text(encoding="utf-8"))
    return loaded


def proof_to_json(proof: Proof) -> str:
    """Return a proof as JSON text with two spaces of indentation and a final newline."""
    return json.dumps(proof_document(proof), ensure_ascii=False, indent=2) + "\n"


def proof_document(proof: Proof) -> Json:
    """Return a proof as plain values: its steps, the one that was asked about first; terms are N-Triples terms."""
    numbers = {conclusion: number for number, conclusion in enumerate(proof.steps, start=1)}
    return {
        "schema": PROOF_SCHEMA,
        "conclusion": numbers[proof.root],
        "steps": [_step(step, numbers[c], [numbers[p] for p in step.premises]) for c, step in proof.steps.items()],
    }


def _step(step: Step, number: int, premises: list[int]) -> Json:
    triple = step.conclusion
    return {
        "step": number,
        "kind": step.kind,
        "sentence": step.sentence,
        "conclusion": [str(triple.subject), str(triple.predicate), str(triple.object)],
        "rule": step.rule or None,
        "because": step.because,
        "premises": premises,
        "absences": [_absence(absence) for absence in step.absences],
        "conditions": list(step.conditions),
        "file": step.place.file if step.place else None,
        "line": step.place.line if step.place else None,
        "sources": [{"standard": s.standard, "id": s.id, "relation": s.relation} for s in step.sources],
    }


def _absence(absence: Absence) -> Json:
    return {
        "sentence": absence.sentence,
        "query": absence.query,
        "bindings": {name: str(term) for name, term in absence.bindings},
        "besides": [{name: str(term) for name, term in row} for row in absence.besides],
    }
