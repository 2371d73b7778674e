"""The checks of the wording that sessions.yml is read with. The modules of the emails are imported when one is made."""

from __future__ import annotations

from collections.abc import Sequence

from sessionsmgmt.config.wording import WordingChecks
from sessionsmgmt.domain.model.people import Role


def _template_problems(text: str, roles: Sequence[Role]) -> Sequence[tuple[int, int, str]]:
    from sessionsmgmt.email.template import check

    return check(text, roles)


def _signature_problems(text: str) -> Sequence[tuple[int, int, str]]:
    from sessionsmgmt.email.signature import check

    return check(text)


def _has_wording(locale: str) -> bool:
    from sessionsmgmt.email.language import has_wording

    return has_wording(locale)


WORDING = WordingChecks(_template_problems, _signature_problems, _has_wording)
