"""Writes the reference pages from the assets and the source, so that they cannot say what is not so."""
