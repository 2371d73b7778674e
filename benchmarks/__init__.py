"""What the product costs: how long it takes to start, and how time and memory grow with the work.

``python -m benchmarks`` prints a table, with ``--json`` the same as JSON. Nothing here is part of the tests but that it
runs: how long something takes on a machine that others use too says nothing.
"""
