«import json
import os
from pathlib import Path

FOLDER: Path = Path("data")


def path(name):
    return os.path.join("data", name)


def rows(text):
    return json.loads(text)
»
