"""An assessment that is kept up to date: after an edit, only what the edit can reach is worked out again."""

from aiopkg.live.session import Live, Outcome
from aiopkg.live.watch import Watch

__all__ = ["Live", "Outcome", "Watch"]
