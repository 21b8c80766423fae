"""What the pictures of the editors' READMEs show, and where they are put."""

from __future__ import annotations

import os
from pathlib import Path

SCREENSHOTS = Path(folder) if (folder := os.environ.get("FIMLS_SCREENSHOTS")) else None

CODE = '''"""Shapes."""

from math import pi


class Circle:
    def __init__(self, name, radius):
        self.name = name
        self.radius = radius

    def area(self):
        return pi * self.radius**2


class Square:
'''

CIRCLE = CODE.partition("\n\nclass Square")[0].replace("        return pi", "        size = pi")
CIRCLE += "        return size\n"
