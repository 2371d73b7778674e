"""Asks whether anything that the product runs on is known to have a weak spot.

    python -m scripts.audit

pip-audit looks up every pin of requirements/run.txt where it always does, in the advisories of Python's package index.
Ends with 1 if there is a weak spot. A service that can't be reached, or has no advisories, is no fault of the change
that is being checked: that is said, and ends with 0.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass

from scripts.lockfile import ROOT

COMMAND = ("-m", "pip_audit", "--disable-pip", "--no-deps", "--progress-spinner", "off", "--format", "json")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What there is to say, and whether there is a weak spot."""

    weak: bool
    lines: tuple[str, ...]


def verdict(answer: str) -> Verdict:
    """What pip-audit's answer means, which is JSON or, if it could ask nobody, nothing of the kind."""
    try:
        packages = json.loads(answer)["dependencies"]
    except (json.JSONDecodeError, KeyError, TypeError):
        return Verdict(False, ("The advisory service could not be reached: nothing was looked up.",))
    looked_up = [one for one in packages if "skip_reason" not in one]
    if not looked_up:
        return Verdict(False, ("The advisory service knows none of the packages: nothing was looked up.",))
    found = [
        f"{one['name']} {one['version']}: {weak['id']}, mended in {', '.join(weak['fix_versions']) or 'no version yet'}"
        for one in looked_up
        for weak in one["vulns"]
    ]
    skipped = [f"{one['name']} was not looked up: {one['skip_reason']}" for one in packages if "skip_reason" in one]
    return Verdict(bool(found), (*found, *skipped, f"{len(looked_up)} packages looked up, {len(found)} weak spots"))


def main() -> int:
    """Ask, and say it."""
    command = [sys.executable, *COMMAND, "--requirement", str(ROOT / "requirements" / "run.txt")]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    said = verdict(answer.stdout)
    print("\n".join(said.lines))
    return int(said.weak)


if __name__ == "__main__":
    sys.exit(main())
