"""The forms in which an assessment is written: the one list that the command line, the documentation and the tests
read. Nothing is imported until a form is asked for.
"""

from enum import StrEnum

__all__ = ["Format"]


class Format(StrEnum):
    """A form of the report, by its name.

    ``holds`` says what it is, in half a sentence; ``ending`` is what its files end with; ``writer`` names the function
    in :mod:`aiopkg.report` that makes it of an assessment, as ``module:function``; ``binary`` says that it is no
    text; ``site`` names the function that makes the pages of a folder, where there is one.
    """

    holds: str
    ending: str
    writer: str
    binary: bool
    site: str

    text = "text", "for a terminal: what is wrong, where, and what to do first", ".txt", "text:to_plain_text"
    json = "json", "everything, for other tools; its JSON Schema is shipped", ".json", "document:to_json"
    markdown = "markdown", "for a pull request or a wiki: gaps by rule, every finding", ".md", "markdown:to_markdown"
    html = "html", "one self-contained page for executives, or a folder", ".html", "html:to_html", False, "site:to_site"
    turtle = "turtle", "findings as a SHACL validation report, recommendations, cascades", ".ttl", "rdf:to_turtle"
    csv = "csv", "every finding as a row; no cell is a formula", ".csv", "table:to_csv"
    xlsx = "xlsx", "a workbook: summary, findings, rules, recommendations", ".xlsx", "workbook:to_xlsx", True
    sarif = "sarif", "SARIF 2.1.0 for code hosts, within their limits", ".sarif", "sarif:to_sarif"
    junit = "junit", "JUnit XML for test dashboards: a gap is a failed test", ".xml", "junit:to_junit"
    github = "github", "annotations on the lines of a pull request", ".txt", "annotations:to_github"

    def __new__(cls, name: str, holds: str, ending: str, writer: str, binary: bool = False, site: str = "") -> "Format":
        """Make a form whose value is its name."""
        form = str.__new__(cls, name)
        form._value_ = name
        form.holds, form.ending, form.writer, form.binary, form.site = holds, ending, writer, binary, site
        return form
