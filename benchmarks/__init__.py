"""Measures aiopkg beside its peers on generated organizations; run by hand, never by a test."""
