"""The bill of materials, in CycloneDX: what an installation and the extension consist of."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

from release import ROOT, ReleaseError
from release.commands import output, program_of


def write_bill_of_materials(
    out: Path, version: str, environment: Path, in_the_extension: list[dict[str, Any]]
) -> None:
    """Write fimls-VERSION.cdx.json into `out`.

    Args:
        out: the folder.
        version: of the release.
        environment: where the release is installed; its packages are listed by cyclonedx-bom.
        in_the_extension: npm packages that are part of the .vsix.

    Raises:
        ReleaseError: what was written is not what CycloneDX's schema wants.
    """
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    project = ("--pyproject", ROOT / "pyproject.toml", "--output-reproducible")
    python = program_of(environment, "python")
    module = ("-m", "cyclonedx_py", "environment", *project, python)
    bill = json.loads(output(sys.executable, *module))
    bill["components"] += map(_npm_component, in_the_extension)
    text = json.dumps(bill, indent=2) + "\n"
    wrong = JsonStrictValidator(SchemaVersion.from_version(bill["specVersion"])).validate_str(text)
    if wrong is not None:
        raise ReleaseError(f"the bill of materials is not CycloneDX: {wrong}")
    (out / f"fimls-{version}.cdx.json").write_text(text, encoding="utf-8", newline="\n")


def _npm_component(package: dict[str, Any]) -> dict[str, Any]:
    name, version = package["name"], package["version"]
    purl = f"pkg:npm/{quote(name)}@{version}"
    return {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "licenses": [{"expression": package["license"]}],
        "purl": purl,
        "properties": [{"name": "fimls:part-of", "value": "VS Code extension"}],
    }
