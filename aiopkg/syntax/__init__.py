"""SPARQL queries and property paths as trees: read, taken apart and written again."""
