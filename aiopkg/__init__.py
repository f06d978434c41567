"""AI operating-model knowledge graph: what is wrong with how an organization runs its AI, why, what to do."""

__version__ = "0.1.0"
