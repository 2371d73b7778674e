"""What the configuration takes from the emails: how a template is checked, and which languages have wording."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.people import Role


@dataclass(frozen=True, slots=True)
class WordingChecks:
    """The checks of a notice's wording.

    ``template_problems`` takes the text of a template and the roles. It returns a line and a column, both from 1, and a
    sentence for each problem. ``signature_problems`` does the same for the text of a signature. ``has_wording`` tells
    whether there is built-in wording for the name of a known locale.
    """

    template_problems: Callable[[str, Sequence[Role]], Sequence[tuple[int, int, str]]]
    signature_problems: Callable[[str], Sequence[tuple[int, int, str]]]
    has_wording: Callable[[str], bool]
