"""The validators that there are, by name; importing this imports none of them."""

from enum import StrEnum

__all__ = ["Validator"]


class Validator(StrEnum):
    """Who decides which elements fail a rule."""

    aiopkg = "aiopkg"
    pyshacl = "pyshacl"
