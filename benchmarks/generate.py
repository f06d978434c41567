"""Writes a believable organization of any size, with gaps planted in known numbers.

    python -m benchmarks.generate --triples 100000 --seed 1 -o org.ttl

Beside the model, ``org.ttl.planted.json`` says how many elements violate each rule; every rule that it does not
name is violated nowhere. The same size and seed give the same bytes.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from benchmarks.unit import GAPS, Unit

__all__ = ["AS_OF", "Generated", "generate", "write"]

AS_OF = "2026-06-30"
"""The day as of which the planted numbers hold."""

UNITS_A_DIVISION = 12
EVERY = 3
"""One unit in so many has a gap."""

AT_THE_CENTRE = {"M801": 1}
"""What the organization itself violates: little of what its use cases rely on is reused."""

PREFIXES = """\
@prefix : <https://example.org/org/> .
@prefix aiop: <https://w3id.org/aiop#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

CENTRE = """
:company a org:FormalOrganization ; rdfs:label "Marlowe Group" ;
    aiop:hasCondition aiop:GlobalDiverse ; aiop:declaredArchetype aiop:Hybrid ; aiop:sponsor :chief-executive ;
    aiop:fundingInterval "P3M"^^xsd:duration ; aiop:developmentInterval "P28D"^^xsd:duration ;
    aiop:reviewInterval "P3M"^^xsd:duration .
:platform-team a aiop:CentralTeam ; rdfs:label "AI Platform" ; org:unitOf :company .
:data-office a org:OrganizationalUnit ; rdfs:label "Data Office" ; org:unitOf :company ;
    aiop:providesFunction aiop:StandardsFunction .
:risk a org:OrganizationalUnit ; rdfs:label "Risk" ; org:unitOf :company ;
    aiop:providesFunction aiop:GovernanceFunction .
:chief-executive a org:Post ; rdfs:label "Chief Executive" ; org:postIn :company ; org:heldBy :ashgrove .
:chief-risk-officer a org:Post ; rdfs:label "Chief Risk Officer" ; org:postIn :risk ; org:heldBy :penhallow .
:ethicist a org:Post ; rdfs:label "AI Ethicist" ; org:postIn :risk ; org:heldBy :duarte ; org:role aiop:AIEthicist .
:ashgrove a foaf:Person ; rdfs:label "Imogen Ashgrove" .
:penhallow a foaf:Person ; rdfs:label "Rufus Penhallow" .
:duarte a foaf:Person ; rdfs:label "Salome Duarte" .
:run-platform a aiop:Platform ; rdfs:label "Run platform" ; aiop:ownedBy :platform-team ;
    aiop:hasSecurityAssessment :security-assessment ; aiop:hasFallback :second-site .
:security-assessment a aiop:SecurityAssessment ; rdfs:label "Security assessment, 2026" .
:second-site a aiop:Fallback ; rdfs:label "Second site" .
:dashboard a aiop:SharedAsset ; rdfs:label "Model dashboard" ; aiop:ownedBy :platform-team ; aiop:version "5.0" ;
    aiop:hasFallback :second-site ; aiop:documentation "https://example.org/org/docs/dashboard"^^xsd:anyURI .
:monitor a aiop:Monitor ; rdfs:label "Model monitor" .
:incident-desk a aiop:IncidentRoute ; rdfs:label "Incident desk" .
:retirement-plan a aiop:RetirementPlan ; rdfs:label "Plan for retiring models" .
:privacy-assessment a aiop:PrivacyAssessment ; rdfs:label "Privacy assessment of models, 2026" .
:quality-standard a aiop:QualityStandard ; rdfs:label "Data standard" .
:fabric a aiop:DataFabric ; rdfs:label "Data fabric" ; aiop:ownedBy :data-office ; aiop:fabricOf :company .
:review a aiop:OperatingModelReview ; rdfs:label "Review, second quarter 2026" ;
    aiop:reviewOf :company ; aiop:heldOn "2026-06-11"^^xsd:date .
:adoption a aiop:ChangeInitiative ; rdfs:label "Working with models" ; aiop:ledBy :risk ;
    aiop:sponsor :chief-executive ; aiop:effortOnProcessChange 0.7 .
:objective a aiop:Objective ; rdfs:label "Fair and fast answers" .
:lessons a aiop:LiteracyMeasure ; rdfs:label "Lessons on what a model can say" .
"""


@dataclass(frozen=True)
class Generated:
    """How large a generated model came out, and how many elements violate each rule in it."""

    triples: int
    units: int
    violations: dict[str, int]


def generate(triples: int, seed: int) -> Iterator[str | Generated]:
    """Yield a model of about so many triples in parts of Turtle, and at last what it came to."""
    chance = Random(seed)
    yield PREFIXES
    yield CENTRE
    count, number = statements(CENTRE), 0
    planted: Counter[str] = Counter(AT_THE_CENTRE)
    gaps = list(GAPS)
    chance.shuffle(gaps)
    while count < triples or not number:
        if number % UNITS_A_DIVISION == 0:
            division = f":division-{number // UNITS_A_DIVISION}"
            text = (
                f'{division} a org:OrganizationalUnit ; rdfs:label "Division {number // UNITS_A_DIVISION + 1}" ;\n'
                "    org:unitOf :company .\n"
            )
            yield text
            count += statements(text)
        gap = gaps[number // EVERY % len(gaps)] if number % EVERY == 1 else None
        text = Unit(number, division, chance, gap).turtle()
        yield text
        count += statements(text)
        planted.update(GAPS[gap] if gap else {})
        number += 1
    yield Generated(count, number, dict(sorted(planted.items())))


def statements(text: str) -> int:
    """Count the statements in Turtle as this package writes it: ends of statements, and commas between objects."""
    spaced = text.replace(" ;\n", " ; ")
    return spaced.count(" ; ") + spaced.count(" .\n") + spaced.count(" , ")


def write(triples: int, seed: int, output: Path) -> Generated:
    """Write a model and, beside it, what is planted in it."""
    with output.open("w", encoding="utf-8", newline="\n") as file:
        for part in generate(triples, seed):
            if isinstance(part, Generated):
                found = part
            else:
                file.write(part)
    told = {"seed": seed, "as_of": AS_OF, "triples": found.triples, "units": found.units}
    side = output.with_name(output.name + ".planted.json")
    side.write_text(json.dumps({**told, "violations": found.violations}, indent=2) + "\n", encoding="utf-8")
    return found


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Write an organization of any size with gaps in known numbers.")
    parser.add_argument("--triples", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--output", type=Path, required=True)
    given = parser.parse_args()
    found = write(given.triples, given.seed, given.output)
    print(f"{given.output}: {found.triples} triples, {found.units} units, {sum(found.violations.values())} violations")


if __name__ == "__main__":
    main()
