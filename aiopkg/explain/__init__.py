"""Why things are so: proofs of what follows, and why a rule does or does not look at an element."""
