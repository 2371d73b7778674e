"""The two files of a step that the runner reads: its outputs, and its summary.

Both are opened before the command does anything, and written at the end. If one fails then, the other is still written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sessionsmgmt import safe_files
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.settings import OUTPUT, STEP_SUMMARY, OutputPaths

TITLES = {OUTPUT: "outputs", STEP_SUMMARY: "summary"}
"""The variables that name the files, and the names for a person."""


@dataclass(frozen=True, slots=True)
class StepFile:
    """One of the files: what adds a text to it, or why it can't be written.

    ``add`` hands the text's maker the number of bytes that are there, and returns why it failed, if it did.
    """

    title: str
    add: Callable[[Callable[[int], str]], str]
    trouble: str = ""


@contextmanager
def step_files(paths: OutputPaths, root: Path) -> Iterator[Mapping[str, StepFile]]:
    """The files by their variables, open for the block. One that the runner did not name takes every text.

    ``root`` is the folder of the checkout, which the files must not be reached through (see ``safe_files``).
    """
    named = {OUTPUT: paths.output, STEP_SUMMARY: paths.step_summary}
    with ExitStack() as stack:
        yield {variable: _opened(named[variable], title, root, stack) for variable, title in TITLES.items()}


def _opened(path: str, title: str, root: Path, stack: ExitStack) -> StepFile:
    if not path:
        return StepFile(title, lambda _: "")
    try:
        descriptor = stack.enter_context(safe_files.appending(Path(path), root))
    except OSError as error:
        reason = f"The step's {title} can't be written ({error.strerror})."
        return StepFile(title, lambda _: "", reason)

    def add(text: Callable[[int], str]) -> str:
        try:
            safe_files.append(descriptor, text(safe_files.size(descriptor)).encode("utf-8", "backslashreplace"))
        except OSError as error:
            return f"The step's {title} can't be written ({error.strerror}). What was done is done."
        return ""

    return StepFile(title, add)
