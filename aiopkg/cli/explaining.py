"""The command that proves what an assessment says, and says why something does not follow."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aiopkg.cli.assessing import assessed
from aiopkg.cli.options import AsOf, Config, InputFormat, Output, Pack, Profile, Quiet, Verbose
from aiopkg.cli.supervising import Limit, budget_for

if TYPE_CHECKING:
    from aiopkg.assessment import Assessment
    from aiopkg.explain import Proof

__all__ = ["explain"]

_RULE_AND_ELEMENT = 2


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
            help="Files, folders, globs, or -; then the id of a finding, recommendation, cascade or contradiction, "
            "the word archetype, the code of a rule and an element, or a triple in three words (prefixed names, IRIs "
            "or labels); with --not, a triple, or the code of a rule and an element.",
        ),
    ],
    negated: Annotated[
        bool,
        typer.Option("--not", help="Say why a triple does not follow, or why a rule does not apply to an element."),
    ] = False,
    as_of: AsOf = None,
    pack: Pack = [],  # noqa: B006 - Typer copies it
    config: Config = None,
    profile: Profile = None,
    output_format: Annotated[
        ProofFormat, typer.Option("-f", "--format", help="text, json, prov (PROV-O in Turtle) or html.")
    ] = ProofFormat.text,
    output: Output = None,
    limit: Limit = [],  # noqa: B006
    input_format: InputFormat = None,
    quiet: Quiet = False,
    verbose: Verbose = 0,
) -> None:
    """Prove a finding, a recommendation, a cascade, a contradiction, an archetype or a triple, down to the files.

    Example: aiopkg explain org.ttl "Demand forecast" a aiop:LiveUseCase; with --not, aiopkg explain --not org.ttl G105
    "Demand forecast"
    """
    from aiopkg.cli.progress import progress  # noqa: PLC0415
    from aiopkg.cli.showing import emit  # noqa: PLC0415

    sources, matter = _parted(words)
    with budget_for(limit), progress(quiet or bool(limit)) as tell:
        found = assessed(
            sources,
            as_of=as_of,
            packs=pack,
            input_format=input_format,
            config=config,
            profile=profile,
            progress=tell,
        )
        tell("Explaining")
        if negated:
            content = _denied(found, matter, output_format)
        else:
            content = _written(found.explain(matter), output_format, output)
    emit(content, output)


def _denied(found: "Assessment", words: list[str], output_format: ProofFormat) -> str:
    """Return why a rule does not apply (two words) or a triple does not follow (three), as text or JSON."""
    import json  # noqa: PLC0415

    from aiopkg import report  # noqa: PLC0415
    from aiopkg.errors import InputError  # noqa: PLC0415

    if output_format not in (ProofFormat.text, ProofFormat.json):
        raise InputError("proof-format", f"What is not so is not written as {output_format.value}.", fix="Say json.")
    if len(words) == _RULE_AND_ELEMENT:
        rule, name = words
        applicability = found.applies(rule, name)
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


def _written(proof: "Proof", output_format: ProofFormat, output: Path | None) -> str:
    from aiopkg import report  # noqa: PLC0415
    from aiopkg.cli.showing import drawn  # noqa: PLC0415

    match output_format:
        case ProofFormat.text:
            return drawn(lambda console: report.proof_to_text(proof, console), output)
        case ProofFormat.json:
            return report.proof_to_json(proof)
        case ProofFormat.prov:
            return report.proof_to_prov(proof)
        case ProofFormat.html:
            return report.proof_to_html(proof)
