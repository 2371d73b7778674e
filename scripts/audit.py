"""Checks the product's dependencies for known vulnerabilities.

    python -m scripts.audit

pip-audit looks up every pin of requirements/run.txt in its default service, the advisories of Python's package index.
The exit status is 1 if there is a vulnerability. If the service can't be reached or has no advisories, the script says
so and ends with 0, since the change that is being checked is not the cause.
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
    """The lines to print, and whether there is a vulnerability."""

    is_vulnerable: bool
    lines: tuple[str, ...]


def verdict(answer: str) -> Verdict:
    """The verdict from pip-audit's output, which is JSON only if pip-audit could reach its service."""
    try:
        packages = json.loads(answer)["dependencies"]
    except (json.JSONDecodeError, KeyError, TypeError):
        return Verdict(False, ("The advisory service could not be reached: nothing was looked up.",))
    looked_up = [package for package in packages if "skip_reason" not in package]
    if not looked_up:
        return Verdict(False, ("The advisory service knows none of the packages: nothing was looked up.",))
    found = [
        f"{package['name']} {package['version']}: {vulnerability['id']}, "
        f"fixed in {', '.join(vulnerability['fix_versions']) or 'no version yet'}"
        for package in looked_up
        for vulnerability in package["vulns"]
    ]
    skipped = [
        f"{package['name']} was not looked up: {package['skip_reason']}"
        for package in packages
        if "skip_reason" in package
    ]
    return Verdict(
        bool(found), (*found, *skipped, f"{len(looked_up)} packages looked up, {len(found)} vulnerabilities")
    )


def main() -> int:
    """Run pip-audit and print the verdict."""
    command = [sys.executable, *COMMAND, "--requirement", str(ROOT / "requirements" / "run.txt")]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    result = verdict(answer.stdout)
    print("\n".join(result.lines))
    return int(result.is_vulnerable)


if __name__ == "__main__":
    sys.exit(main())
