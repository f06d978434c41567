"""The command that says whether aiopkg can do its work here."""

import json
import sys
from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from aiopkg.cli.options import InputFormat, Verbose

if TYPE_CHECKING:
    from aiopkg.doctor import Check, Consistency

__all__ = ["doctor"]


class DoctorFormat(StrEnum):
    """The forms in which checks are written."""

    text = "text"
    json = "json"


def doctor(
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE...]", help="With --dl: the files of a model.")
    ] = None,
    dl: Annotated[
        bool, typer.Option("--dl", help="Have HermiT look for contradictions in a model (OWL 2 DL).")
    ] = False,
    output_format: Annotated[DoctorFormat, typer.Option("-f", "--format", help="text or json.")] = DoctorFormat.text,
    input_format: InputFormat = None,
    verbose: Verbose = 0,
) -> None:
    """Check the installation: versions, optional parts, our own files; exit code 1 if something is broken.

    Example: aiopkg doctor; with a model, aiopkg doctor --dl org.ttl
    """
    from aiopkg.doctor import examine, reason_with_hermit  # noqa: PLC0415
    from aiopkg.errors import InputError  # noqa: PLC0415

    if bool(sources) != dl:
        raise InputError(
            "missing-argument",
            "A model and --dl go together.",
            fix="Say: aiopkg doctor --dl MODEL.ttl, or aiopkg doctor",
        )
    if sources:
        found = reason_with_hermit(sources, input_format)
        _write(asdict(found), _consistency(found), output_format)
        raise typer.Exit(int(not found.consistent or bool(found.empty)))
    checks = examine()
    _write([asdict(check) for check in checks], "\n".join(map(_line, checks)), output_format)
    raise typer.Exit(int(any(check.state == "broken" for check in checks)))


def _write(document: object, text: str, output_format: DoctorFormat) -> None:
    told = text if output_format is DoctorFormat.text else json.dumps(document, ensure_ascii=False, indent=2)
    sys.stdout.write(f"{told}\n")


def _line(check: "Check") -> str:
    fix = f"  {check.fix}" if check.fix else ""
    return f"{check.state:<7} {check.name:<16} {check.told}{fix}"


def _consistency(found: "Consistency") -> str:
    if not found.consistent:
        return "HermiT finds a contradiction: what the model states and what the ontology says cannot all be true."
    empty = [f"  no member can be in <{iri}>" for iri in found.empty]
    head = (
        "HermiT finds no contradiction." if not empty else "HermiT finds no contradiction, but classes without sense:"
    )
    note = f"{found.left_out:,} statements with datatypes unknown to OWL 2 DL were left out." if found.left_out else ""
    return "\n".join(part for part in (head, *empty, note) if part)
