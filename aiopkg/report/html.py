"""The report as one self-contained HTML page."""

from aiopkg.assessment import Assessment

__all__ = ["to_html"]


def to_html(assessment: Assessment) -> str:
    """Return the page."""
    return f"<!doctype html><title>{assessment.organization_label}</title>"
