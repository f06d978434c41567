"""The command that proves what an assessment says, and says why something does not follow."""

from datetime import datetime
from enum import StrEnum
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aiopkg.cli.configuring import settings_for

if TYPE_CHECKING:
    from aiopkg.assessment import Assessment
    from aiopkg.explain import Proof

__all__ = ["explain"]

_RULE_AND_ELEMENT = 2
_WIDTH = 110


class ProofFormat(StrEnum):
    """The forms in which a proof is written."""

    text = "text"
    json = "json"
    prov = "prov"
    html = "html"


def explain(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE... WHAT",
            help="Files, folders, globs, or -; then the id of a finding, recommendation or cascade, the word "
            "archetype, or a triple in three words (prefixed names, IRIs or labels); with --not, a triple, or the "
            "code of a rule and an element.",
        ),
    ],
    negated: Annotated[
        bool,
        typer.Option("--not", help="Say why a triple does not follow, or why a rule does not apply to an element."),
    ] = False,
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d"], metavar="DATE", help="Judge as of this day (default today)."),
    ] = None,
    pack: Annotated[list[str], typer.Option("--pack", metavar="ID", help="Apply this rule pack too.")] = [],  # noqa: B006
    output_format: Annotated[
        ProofFormat, typer.Option("-f", "--format", help="text, json, prov (PROV-O in Turtle) or html.")
    ] = ProofFormat.text,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write here, not to stdout.")
    ] = None,
    input_format: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="turtle, ntriples, nquads, trig, rdfxml or jsonld; default by ending."),
    ] = None,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Show no progress.")] = False,
    verbose: Annotated[int, typer.Option("-v", count=True, help="Give twice (-vv) to see where a defect lies.")] = 0,
) -> None:
    """Prove a finding, a recommendation, a cascade, an archetype or a triple, down to what the files state.

    Example: aiopkg explain org.ttl "Demand forecast" a aiop:LiveUseCase; with --not, aiopkg explain --not org.ttl G105
    "Demand forecast"
    """
    from aiopkg import engine  # noqa: PLC0415
    from aiopkg.cli.progress import progress  # noqa: PLC0415
    from aiopkg.cli.showing import emit  # noqa: PLC0415

    sources, matter = _parted(words)
    with progress(quiet) as tell:
        found = engine.assess(
            sources,
            as_of=as_of.date() if as_of else None,
            packs=pack,
            input_format=input_format,
            settings=settings_for(),
            progress=tell,
        )
        tell("Explaining")
        denial = _denied(found, matter, output_format) if negated else None
        proof = None if negated else found.explain(matter)
    if denial is not None:
        emit(denial, output)
    elif proof is not None:
        _show(proof, output_format, output)


def _denied(found: "Assessment", words: list[str], output_format: ProofFormat) -> str:
    """Return why a rule does not apply (two words) or a triple does not follow (three), as text or JSON."""
    import json  # noqa: PLC0415

    from aiopkg import report  # noqa: PLC0415
    from aiopkg.errors import InputError  # noqa: PLC0415
    from aiopkg.model.names import element_called  # noqa: PLC0415

    if output_format not in (ProofFormat.text, ProofFormat.json):
        raise InputError("proof-format", f"What is not so is not written as {output_format.value}.", fix="Say json.")
    if len(words) == _RULE_AND_ELEMENT:
        rule, name = words
        element = name if name.startswith("_:") else element_called(name, found.store, found.labels)
        applicability = found.applies(rule, element)
        document, text = report.applicability_document(applicability), report.applicability_text(applicability)
    else:
        absence = found.why_not(words)
        document, text = report.not_following_document(absence), report.not_following_text(absence)
    if output_format is ProofFormat.json:
        return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    return text


def _parted(words: list[str]) -> tuple[list[str], list[str]]:
    """Part the sources from what is asked about: what follows the last word that names something to read."""
    from aiopkg.errors import InputError  # noqa: PLC0415
    from aiopkg.model.sources import is_source  # noqa: PLC0415

    count = 1
    while count < len(words) and is_source(words[count]):
        count += 1
    if count == len(words):
        raise InputError(
            "missing-argument",
            "There is nothing to explain after the files.",
            fix=f'Say: aiopkg explain {words[0]} FINDING, or three words such as "Demand forecast" a aiop:UseCase.',
        )
    return words[:count], words[count:]


def _show(proof: "Proof", output_format: ProofFormat, output: Path | None) -> None:
    from rich.console import Console  # noqa: PLC0415

    from aiopkg import report  # noqa: PLC0415
    from aiopkg.cli.showing import emit  # noqa: PLC0415

    if output_format is ProofFormat.text and output is None:
        report.proof_to_text(proof, Console())
        return
    match output_format:
        case ProofFormat.text:
            text = StringIO()
            report.proof_to_text(proof, Console(file=text, width=_WIDTH))
            content = text.getvalue()
        case ProofFormat.json:
            content = report.proof_to_json(proof)
        case ProofFormat.prov:
            content = report.proof_to_prov(proof)
        case ProofFormat.html:
            content = report.proof_to_html(proof)
    emit(content, output)
