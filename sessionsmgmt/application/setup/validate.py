"""``validate``: sessions.yml and its templates are checked, and nothing else is touched."""

from __future__ import annotations

import os

from sessionsmgmt.application.arguments import NoArguments
from sessionsmgmt.application.context import Context
from sessionsmgmt.application.result import ValidateResult


def validate(context: Context, _arguments: NoArguments) -> ValidateResult:
    """Say that sessions.yml is valid: a context has one that was read without a problem."""
    count = len(context.config.notices)
    path = os.path.relpath(context.config.path)
    return ValidateResult(f"{path} is valid: {count} {'notice' if count == 1 else 'notices'}.")
