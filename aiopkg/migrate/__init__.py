"""Brings files up to date with the ontology."""

from aiopkg.migrate.migration import Migrated, Migration, migrate, migrations

__all__ = ["Migrated", "Migration", "migrate", "migrations"]
