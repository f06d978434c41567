"""The pages that are read from the program itself: commands, settings and error codes."""

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass

import typer

from aiopkg.cli.app import app
from aiopkg.formats import Format
from aiopkg.server import limits
from aiopkg.settings import KEYS
from writing import markdown
from writing.facts import ROOT
from writing.rule_pages import threshold_rows

__all__ = ["Refused", "commands", "errors", "refusals", "settings"]

CODE_AT = {"InputError": 0, "AiopkgError": 0, "LimitReached": 0, "Problem": 1}
"""The classes of errors that carry a code, and which argument it is."""

PASSED_ON = {"error.code", "problem['code']"}
"""Codes that come from elsewhere, and are told there."""

FILLED_IN = re.compile(r"\{\w+\}\.?")

ENDINGS = {
    "0": "all is well: no rule is violated at `--fail-on`, or it follows",
    "1": "a rule is violated at `--fail-on` or above, or it does not follow",
    "2": "a mistake in how aiopkg was called or in what it was given",
    "3": "a limit on time, memory or size was reached",
    "4": "a defect of aiopkg",
}


def commands() -> str:
    """Return the page of the commands, each with its help and its options."""
    group = typer.main.get_command(app)
    named = vars(group)["commands"]
    return markdown.page(
        "Commands",
        f"{app.info.help} `aiopkg --version` prints the version; `aiopkg COMMAND --help` says what stands here.",
        *("\n\n".join(_command(name, named[name])) for name in named),
        "## How a command ends",
        markdown.table(("Exit code", "Meaning"), ENDINGS.items()),
        "## Forms of the report",
        "What `aiopkg assess --format` writes.",
        markdown.table(
            ("Form", "What it is", "Ending"), ((f"`{each}`", each.holds, f"`{each.ending}`") for each in Format)
        ),
    )


def _command(name: str, command: object) -> Iterator[str]:
    callback = vars(command)["callback"]
    told, _, example = inspect.cleandoc(callback.__doc__).partition("Example: ")
    taken = [each for each in vars(command)["params"] if vars(each)["name"] != "help"]
    yield f"## {markdown.anchored(name, name)}"
    yield told.strip()
    yield markdown.fenced("bash", example)
    yield markdown.table(("Argument or option", "Meaning", "Default"), (_parameter(vars(each)) for each in taken))


def _parameter(has: dict[str, object]) -> tuple[str, str, str]:
    opts, metavar, default = has["opts"], has.get("metavar"), has.get("default")
    assert isinstance(opts, list)
    option = any(opt.startswith("-") for opt in opts)
    name = ", ".join(f"`{opt}`" for opt in opts) + (f" `{metavar}`" if metavar else "")
    shown = "" if callable(default) or default in (None, [], False, (), 0) else f"`{default}`"
    return name if option else f"`{metavar}`", markdown.cell(str(has["help"] or "")), shown


def settings() -> str:
    """Return the page of the settings: those of the file, thresholds of the rules, and limits of the endpoint."""
    return markdown.page(
        "Settings",
        "## The file",
        "The nearest `aiopkg.toml`, or `[tool.aiopkg]` in `pyproject.toml`, from the working directory upward. What "
        "the command line says goes first. [Assess on every commit](../how-to/continuous-integration.md) has an "
        "example.",
        markdown.table(("Key", "What it takes"), ((f"`{key}`", said) for key, said in KEYS.items())),
        "## Thresholds",
        "The numbers and durations at which rules turn. The settings have `thresholds` for others; a model sets its "
        "own by stating another `aiop:thresholdValue`:",
        markdown.fenced("turtle", 'aiop:PilotAge aiop:thresholdValue "P9M"^^xsd:duration .'),
        markdown.table(("Threshold", "Value", "Meaning", "Rules"), threshold_rows()),
        "## Limits of the endpoint",
        "What one request to `aiopkg serve` may take. From Python, give `aiopkg.server.serve` others.",
        markdown.table(("Limit", "Value", "Meaning"), _limits()),
    )


def _limits() -> Iterator[tuple[str, ...]]:
    tree = ast.parse(inspect.getsource(limits))
    holder = next(node for node in tree.body if isinstance(node, ast.ClassDef))
    for field, said in zip(holder.body, holder.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(said, ast.Expr):
            name = ast.unparse(field.target)
            value = getattr(limits.Limits(), name)
            yield f"`{name}`", f"{value:,}", markdown.cell(ast.literal_eval(said.value))


@dataclass(frozen=True, order=True)
class Refused:
    """One place where an error is raised: its module, code, cause and fix, and the HTTP status if it has one."""

    module: str
    code: str
    cause: str
    fix: str
    status: str


def errors() -> str:
    """Return the page of the error codes, module by module."""
    found = refusals()
    modules = sorted({each.module for each in found})
    return markdown.page(
        "Error codes",
        f"{len({each.code for each in found})} codes. An error names its code, where it is, what is the cause and, "
        "where it can be said, what to do. What stands in braces is filled in. The endpoint answers with a problem "
        "document (RFC 9457) and the status shown.",
        *(_errors_of(module, [each for each in found if each.module == module]) for module in modules),
    )


def _errors_of(module: str, found: list[Refused]) -> str:
    lines = ((f"`{each.code}`", each.status, markdown.cell(each.cause), markdown.cell(each.fix)) for each in found)
    return f"## {module}\n\n" + markdown.table(("Code", "Status", "Cause", "What to do"), lines)


def refusals() -> tuple[Refused, ...]:
    """Return every error that the package can raise with a code, by module, code and cause.

    Raises ValueError when the code of an error cannot be read from the source.
    """
    found: set[Refused] = set()
    for path in sorted((ROOT / "aiopkg").rglob("*.py")):
        module = path.relative_to(ROOT / "aiopkg").with_suffix("").as_posix().removesuffix("/__init__")
        found.update(_in_module(module, ast.parse(path.read_text(encoding="utf-8"))))
    return tuple(sorted(found))


def _in_module(module: str, tree: ast.Module) -> Iterator[Refused]:
    for function in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]:
        names = _assigned(function)
        arguments = [each.arg for each in function.args.args]
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
            known = ast.unparse(call.func)
            if known == "super().__init__" and call.args and isinstance(call.args[0], ast.Constant):
                yield _refused(module, call, call.args[0].value, 0, names)
            elif known in CODE_AT and len(call.args) > CODE_AT[known]:
                at = CODE_AT[known]
                code = call.args[at]
                if isinstance(code, ast.Constant):
                    yield _refused(module, call, code.value, at, names)
                elif isinstance(code, ast.Name) and code.id in arguments:
                    yield from _through(module, tree, function.name, arguments.index(code.id), call)
                elif ast.unparse(code) not in PASSED_ON:
                    raise ValueError(f"{module}: the code of {ast.unparse(call)} cannot be read")


def _through(module: str, tree: ast.Module, name: str, at: int, inner: ast.Call) -> Iterator[Refused]:
    """Yield the errors that are raised by way of a function which is given the code and the cause."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if ast.unparse(call.func) == name and isinstance(call.args[at], ast.Constant):
            code = ast.literal_eval(call.args[at])
            status = inner.args[0].value if isinstance(inner.args[0], ast.Constant) else ""
            yield Refused(module, code, _words(call.args[at + 1], {}), "", str(status))


def _refused(module: str, call: ast.Call, code: object, at: int, names: dict[str, ast.expr]) -> Refused:
    given = {each.arg: each.value for each in call.keywords}
    cause = _words(call.args[at + 2] if at else call.args[1], names)
    if at and FILLED_IN.fullmatch(cause):
        cause = f"{_words(call.args[at + 1], {})}: {cause}"
    status = _words(call.args[0], {}) if at else ""
    return Refused(module, str(code), cause, _words(given["fix"], names) if "fix" in given else "", status)


def _assigned(function: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, ast.expr]:
    """Return the texts that a function gives to names."""
    return {
        node.targets[0].id: node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }


def _words(node: ast.expr, names: dict[str, ast.expr]) -> str:
    """Return the text that an expression makes, with what is filled in at run time in braces."""
    match node:
        case ast.Constant():
            said = str(node.value)
        case ast.JoinedStr():
            said = "".join(_words(part, {}) for part in node.values)
        case ast.FormattedValue(value=ast.IfExp() as either):
            said = _words(either, {})
        case ast.FormattedValue():
            said = "{" + _spoken(node.value) + "}"
        case ast.IfExp():
            said = " / ".join(text for text in (_words(node.body, names), _words(node.orelse, names)) if text)
        case ast.BoolOp():
            said = " / ".join(_words(value, names) for value in node.values)
        case ast.Name() if node.id in names:
            said = _words(names[node.id], {})
        case _:
            said = "{" + _spoken(node) + "}"
    return said


def _spoken(node: ast.expr) -> str:
    """Return the name of what is filled in, as the source calls it."""
    match node:
        case ast.Call(func=ast.Name(id=name), args=[first, *_]) if not name.startswith("_"):
            said = "number" if name == "len" else _spoken(first)
        case ast.Call(func=ast.Attribute(value=ast.Constant()), args=[first, *_]):  # joined by a separator
            said = _spoken(first)
        case ast.Call(func=ast.Attribute(value=inner)) | ast.Subscript(value=inner) | ast.BoolOp(values=[inner, *_]):
            said = _spoken(inner)
        case ast.Call(func=inner):
            said = _spoken(inner)
        case ast.GeneratorExp(generators=[ast.comprehension(iter=inner), *_]):
            said = _spoken(inner)
        case ast.Attribute(attr=name) | ast.Name(id=name):
            said = "reason" if name == "strerror" else name.strip("_").lower()
        case _:
            said = "…"
    return said
