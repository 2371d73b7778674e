"""Measures how long the product takes to start, and how its time and memory grow with the work.

``python -m benchmarks`` prints tables, and with ``--json`` the same data as JSON. The tests only check that the
benchmarks run, since times on a shared machine mean nothing.
"""
