"""The README tells the truth: its commands print what it shows, its links lead somewhere."""

import ast
import re
from collections.abc import Iterator

import pytest
from conftest import ROOT
from readme import README, with_real_output

import aiopkg
from aiopkg.cli.app import app

TEXT = README.read_text(encoding="utf-8")


def test_the_commands_print_what_the_readme_shows() -> None:
    assert with_real_output(TEXT) == TEXT, "run python tests/readme.py and look at the difference"


def test_every_link_leads_to_a_file() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", TEXT)
    assert links
    assert [link for link in links if not link.startswith("http") and not (ROOT / link).exists()] == []


def test_the_set_up_is_two_commands() -> None:
    first = re.search(r"```bash\n(.*?)```", TEXT, re.DOTALL)
    assert first is not None
    lines = first[1].splitlines()
    assert len(lines) == 2
    assert "aiopkg assess" in lines[0]
    assert "pytest" in lines[1]


def commands() -> Iterator[str]:
    for command in app.registered_commands:
        assert command.callback is not None
        yield command.name or command.callback.__name__.rstrip("_")


def test_every_command_is_in_the_readme() -> None:
    names = set(commands())
    assert len(names) >= 6
    assert {name for name in names if f"aiopkg {name}" not in TEXT} == set()


def test_python_examples_name_what_is_public() -> None:
    for block in re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "aiopkg":
                assert node.attr in aiopkg.__all__


@pytest.mark.parametrize("name", ["LICENSE", "CHANGELOG.md", "pyproject.toml", ".ci/run"])
def test_what_a_project_needs_is_there(name: str) -> None:
    assert (ROOT / name).is_file()


def test_the_changelog_names_this_version() -> None:
    assert f"## {aiopkg.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
