"""Where a document stands as a Python module, and with which Python its project runs."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ModulePlace:
    """What a module needs to be imported as its project imports it.

    Attributes:
        name: of the module, with its packages.
        imports: folders that Python is to look in.
        files: what the jail has to show: the folder of the project, and its Python.
        python: the interpreter.
    """

    name: str
    imports: tuple[str, ...]
    files: tuple[Path, ...]
    python: Path


def place_of(path: Path, root: Path) -> ModulePlace:
    """Return the place of a document in a workspace's folder."""
    package, names = path.parent, [path.stem]
    while package != root and (package / "__init__.py").is_file():
        names.insert(0, package.name)
        package = package.parent
    if len(names) > 1 and names[-1] == "__init__":
        names.pop()
    python, packages = Path(sys.executable), list[Path]()
    files = [root]
    for folder in (root / ".venv", root / "venv"):
        if (own := folder / "bin" / "python").exists():
            python = own
            packages = [each.resolve() for each in folder.glob("lib/python*/site-packages")]
            files += [own.resolve().parent.parent, *packages]
            break
    imports = dict.fromkeys(map(str, (package, root, root / "src", *packages)))
    return ModulePlace(".".join(names), tuple(imports), tuple(files), python)
