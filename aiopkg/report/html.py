"""Reports and proofs as self-contained HTML pages: no request leaves them, and they read without a script."""

from aiopkg.assessment import Assessment
from aiopkg.explain import Proof
from aiopkg.report.page import view
from aiopkg.report.proof.lines import tree_of
from aiopkg.report.templates import written

__all__ = ["proof_to_html", "to_html"]


def to_html(assessment: Assessment) -> str:
    """Return the page. All text of the organization is escaped; the same assessment gives the same bytes."""
    return written("page.html", {**view(assessment).parts(), "menu": ()})


def proof_to_html(proof: Proof) -> str:
    """Return a proof as a page of its own: a tree whose branches open and close."""
    return written("proof.html", tree_of(proof))
