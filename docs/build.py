"""Writes the reference pages of the documentation: ``python docs/build.py``; ``--check`` only compares.

The pages are made of the assets and of the program, and of nothing else: same checkout, same bytes.
"""

import sys
from pathlib import Path

from writing.article import requirements
from writing.code_pages import commands, errors, settings
from writing.ontology_pages import failure_modes, terms
from writing.ontology_site import ontology_site
from writing.questions_page import questions_page
from writing.rule_pages import rules

__all__ = ["REFERENCE", "main", "pages"]

REFERENCE = Path(__file__).resolve().parent / "reference"


def pages() -> dict[str, str]:
    """Return each reference page by the name of its file."""
    return {
        "commands.md": commands(),
        "errors.md": errors(),
        "failure-modes.md": failure_modes(),
        "ontology.html": ontology_site(),
        "ontology.md": terms(),
        "questions.md": questions_page(),
        "requirements.md": requirements(),
        "rules.md": rules(),
        "settings.md": settings(),
    }


def main() -> int:
    """Write the pages, or tell which ones are out of date, with 1 if there are any."""
    stale = 0
    REFERENCE.mkdir(exist_ok=True)
    for name, text in pages().items():
        path = REFERENCE / name
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        if "--check" in sys.argv:
            print(f"docs/reference/{name} is out of date; run python docs/build.py")
        else:
            path.write_text(text, encoding="utf-8")
    return int(stale > 0 and "--check" in sys.argv)


if __name__ == "__main__":
    sys.exit(main())
