"""What an organization asserts: triples with the places they came from, loaded whole or not at all."""

from aiopkg.model.load import Model, load

__all__ = ["Model", "load"]
