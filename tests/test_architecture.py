"""The house: who may import whom, what is public, where each outside engine is named."""

import ast
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

import aiopkg

PACKAGE = ROOT / "aiopkg"
ORDER = [
    *(
        "dataclass",
        "errors",
        "validators",
        "limits",
        "late",
        "formats",
        "solver",
        "vocab",
        "syntax",
        "graphs",
        "frames",
        "notebook",
        "assets",
    ),
    *("model", "rules", "settings", "crosswalk", "reason", "columns", "materialised", "measure", "validate", "derive"),
    *("sparql", "explain", "ask", "baseline", "assessment", "cut", "report", "engine", "conformance", "querying"),
    *("live", "connection", "imports", "web", "server", "agent", "doctor", "migrate", "cli", "__main__"),
]
"""Each module may import from those before it, and from itself."""

ONE_PLACE_ONLY = {
    *("clingo", "pyshacl", "owlrl", "rustworkx", "SPARQLWrapper", "jinja2", "xlsxwriter"),
    *("rdflib", "pandas", "polars", "mcp", "owlready2", "httptools", "uvloop"),
}
LONGEST_MODULE = 400
TOP_LEVEL = {"aiopkg", "docs", "frontend", "ontology", "queries", "shapes", "tests", "benchmarks"}


def modules() -> Iterator[tuple[str, Path, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        yield parts[0], path, ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path, tree: ast.Module) -> Iterator[str]:
    """Yield the full name of each module that a file imports, for types or anywhere in a function too."""
    here = ("aiopkg", *path.relative_to(PACKAGE).with_suffix("").parts)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(here[: -node.level]) if node.level else ""
            name = ".".join(part for part in (base, node.module) if part)
            yield from (f"{name}.{alias.name}" for alias in node.names)


def test_every_module_has_its_place_in_the_order() -> None:
    rooms = {room for room, _, _ in modules()} - {"__init__"}
    assert rooms == set(ORDER)


def test_imports_go_in_one_direction() -> None:
    wrong = []
    for room, path, tree in modules():
        if room == "__init__":
            continue
        allowed = set(ORDER[: ORDER.index(room) + 1]) | {"__version__"}
        for name in imported(path, tree):
            parts = name.split(".")
            if parts[0] == "aiopkg" and len(parts) > 1 and parts[1] not in allowed:
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert wrong == []


def test_each_outside_engine_is_named_in_one_module() -> None:
    homes = defaultdict(set)
    for _, path, tree in modules():
        for name in imported(path, tree):
            if name.split(".")[0] in ONE_PLACE_ONLY:
                homes[name.split(".")[0]].add(str(path.relative_to(ROOT)))
    assert {engine: places for engine, places in homes.items() if len(places) > 1} == {}


def test_modules_are_short() -> None:
    lengths = {str(p.relative_to(ROOT)): len(p.read_text(encoding="utf-8").splitlines()) for _, p, _ in modules()}
    assert {path: length for path, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_no_room_is_without_a_name_of_its_own() -> None:
    vague = {"util", "utils", "helper", "helpers", "misc", "common"}
    assert [p for _, p, _ in modules() if p.stem in vague] == []


def test_the_public_names_are_these() -> None:
    assert aiopkg.__all__ == [
        "AiopkgError",
        "Assessment",
        "Finding",
        "InputError",
        "LimitReached",
        "Limits",
        "Live",
        "MissingExtra",
        "Rule",
        "Solutions",
        "__version__",
        "assess",
        "catalogue",
        "connect",
        "query",
    ]
    assert all(getattr(aiopkg, name) is not None for name in aiopkg.__all__)
    assert sorted(aiopkg.__all__) == aiopkg.__all__
    with pytest.raises(AttributeError, match="no attribute 'asess'"):
        _ = aiopkg.asess


def test_importing_the_package_imports_no_engine() -> None:
    heavy = "{'pyoxigraph', 'numpy', 'rdflib', 'pyshacl', 'rustworkx', 'typer'} & set(sys.modules)"
    code = f"import sys, aiopkg; assert not {heavy}"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_root_is_quiet() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    tops = {line.split("/")[0] for line in listed.stdout.splitlines()}
    files = {".ci", ".gitignore", ".pre-commit-hooks.yaml", "CHANGELOG.md", "LICENSE", "README.md", "pyproject.toml"}
    assert tops <= TOP_LEVEL | files


def test_python_holds_no_pillar_name() -> None:
    words = {"governance", "talent", "technology"}
    found = [
        f"{path.relative_to(ROOT)}: {node.value}"
        for _, path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.lower() in words
    ]
    assert found == []
