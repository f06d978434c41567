"""One script a peer, each run by itself in an environment that has the peer installed.

A script takes a task (materialise or validate), the data, the axioms or shapes, and how often to run; it prints
one line of JSON: seconds to load, seconds of each run, and how many answers there were. It imports nothing of
aiopkg's, but for aiopkg's own.
"""
