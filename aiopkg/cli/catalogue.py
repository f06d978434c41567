"""The command that lists the rules, shows them whole, and finds them by clause."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

__all__ = ["rules"]


class RulesFormat(StrEnum):
    """The forms in which the rules are listed."""

    text = "text"
    json = "json"


def rules(
    codes: Annotated[
        list[str] | None, typer.Argument(metavar="[CODE...]", help="Show these rules whole; without one, list all.")
    ] = None,
    output_format: Annotated[RulesFormat, typer.Option("-f", "--format", help="text or json.")] = RulesFormat.text,
    cites: Annotated[
        str | None, typer.Option(metavar="CLAUSE", help="Only rules that cite this clause, or one matched to it.")
    ] = None,
    verbose: Annotated[int, typer.Option("-v", count=True, help="Give twice (-vv) to see where a defect lies.")] = 0,
) -> None:
    """List the rules with their severity, pillar, pack and sources; show one whole by its code.

    Example: aiopkg rules --cites "GOVERN 2.1"
    """
    from rich.console import Console  # noqa: PLC0415

    from aiopkg import report  # noqa: PLC0415
    from aiopkg.crosswalk import Cited, Lookup, cited  # noqa: PLC0415
    from aiopkg.errors import InputError  # noqa: PLC0415
    from aiopkg.rules import catalogue, rule_called  # noqa: PLC0415

    if codes and cites is not None:
        raise InputError("argument-clash", "Rules are chosen by code or by clause, not by both.", fix="Leave one out.")
    as_json = output_format is RulesFormat.json
    if codes:
        chosen = [rule_called(code) for code in codes]
        if as_json:
            sys.stdout.write(report.rules_json(chosen))
        else:
            Console().print(report.rule_sheets(chosen), highlight=False)
        return
    found = Lookup((), tuple(Cited(rule) for rule in catalogue()), ()) if cites is None else cited(cites)
    if as_json:
        sys.stdout.write(report.catalogue_json(found))
    else:
        Console().print(report.catalogue_table(found))
