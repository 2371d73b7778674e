"""Threads that are not waited for once somebody wants the run to end."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager


@contextmanager
def side_by_side(count: int) -> Iterator[ThreadPoolExecutor]:
    """So many threads for the block, which ends when all that they were given is done, or at once by Ctrl-C."""
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
