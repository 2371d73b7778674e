"""Writes the software bill of materials (SBOM) as CycloneDX 1.6 in JSON, for tools that look for vulnerabilities.

    python -m scripts.sbom [FILE]

``make sbom`` writes build/sbom.cdx.json with the packages of requirements/run.txt. Their licences and dependencies come
from the metadata of the installed packages. What is compiled into a package is in its own SBOM (PEP 770).
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path

from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.licences import Package, packages
from scripts.lockfile import ROOT


def bill() -> str:
    """The SBOM. Raises SystemExit if it does not match the schema of CycloneDX."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    root = Component(
        name=project["name"],
        version=project["version"],
        type=ComponentType.APPLICATION,
        licenses=[LicenseExpression(project["license"])],
        bom_ref=project["name"],
    )
    components = {package.name: _component(package) for package in packages()}
    bom = Bom(components=components.values())
    bom.metadata.component = root
    bom.register_dependency(root, _needed(project["dependencies"], components))
    for name, component in components.items():
        bom.register_dependency(component, _needed(metadata.requires(name) or (), components))
    text = JsonV1Dot6(bom).output_as_string(indent=2)
    if problem := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise SystemExit(f"sbom: the result is not valid CycloneDX: {problem}")
    return text


def _component(package: Package) -> Component:
    url = PackageURL("pypi", None, package.name, package.version)
    return Component(
        name=package.name,
        version=package.version,
        type=ComponentType.LIBRARY,
        licenses=[LicenseExpression(package.licence)],
        purl=url,
        bom_ref=str(url),
    )


def _needed(requirements: Iterable[str], components: Mapping[str, Component]) -> list[Component]:
    """The components that are required on this machine, without extras."""
    parsed = map(Requirement, requirements)
    wanted = [needed for needed in parsed if not needed.marker or needed.marker.evaluate({"extra": ""})]
    names = {canonicalize_name(needed.name) for needed in wanted}
    return [component for name, component in components.items() if name in names]


def main(target: Path = ROOT / "build" / "sbom.cdx.json") -> None:
    """Write the SBOM to the target."""
    target.parent.mkdir(exist_ok=True)
    target.write_text(bill(), "utf-8")
    print(f"{target}: {len(packages())} packages")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
