"""Why a fact does not follow, as plain values for JSON and as text for a terminal."""

from typing import Any

from aiopkg.explain import Miss, NotFollowing

__all__ = ["not_following_document", "not_following_text"]


def not_following_document(found: NotFollowing) -> dict[str, Any]:
    """Return why a fact does not follow as plain values; terms are N-Triples terms."""
    triple = found.conclusion
    return {
        "conclusion": [str(triple.subject), str(triple.predicate), str(triple.object)],
        "sentence": found.sentence,
        "follows": found.follows,
        "reason": found.reason,
        "near": [
            {
                "rule": miss.rule,
                "because": miss.because,
                "there": list(miss.there),
                "missing": miss.missing,
            }
            for miss in found.misses
        ],
    }


def not_following_text(found: NotFollowing) -> str:
    """Return why a fact does not follow: what it lacks, and the rules that come near it."""
    head = f"This follows: {found.sentence}" if found.follows else f"This does not follow: {found.sentence}"
    return "\n".join([head, found.reason, *(line for miss in found.misses for line in _lines(miss))]) + "\n"


def _lines(miss: Miss) -> list[str]:
    there = [f"    there: {sentence}" for sentence in miss.there]
    return ["", f"  {miss.because}  [{miss.rule}]", *there, f"    missing: {miss.missing}"]
