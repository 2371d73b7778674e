"""Threads for work side by side. Nobody waits for them once somebody asks the run to end."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager


@contextmanager
def side_by_side(count: int) -> Iterator[ThreadPoolExecutor]:
    """``count`` threads for the block, which ends when all submitted work is done, or at once on Ctrl-C."""
    pool = ThreadPoolExecutor(count)
    try:
        yield pool
        pool.shutdown()
    except KeyboardInterrupt:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    except BaseException:
        pool.shutdown()
        raise
