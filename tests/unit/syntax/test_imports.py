"""What a text imports."""

from __future__ import annotations

import pytest

from fimls.syntax import parse
from fimls.syntax.imports import imports

CASES = [
    ("python", "import os, a.b, c.d as e", "os a e"),
    ("python", "from x import (y as z, w)", "z w"),
    ("python", "from q import *", "-"),
    ("python", "from __future__ import annotations", "-"),
    ("javascript", 'import d, {a as b, c} from "x"', "d b c"),
    ("typescript", 'import * as n from "y"', "n"),
    ("typescript", 'import type { T } from "y"', "T"),
    ("javascript", 'import "./style.css"', "-"),
    ("go", 'package p\nimport (\n f "fmt"\n . "x/y"\n _ "z"\n)', "f - -"),
    ("go", 'package p\nimport "a.org/strings"', "strings"),
    ("rust", "use std::{io::{self}, fmt as f, x::Y};", "io f Y"),
    ("rust", "use a::*;", "-"),
    ("rust", "use std::io::Read;", "-"),
    ("java", "import a.b.C; import static a.B.c; import d.*;", "C c -"),
    ("c", '#include <a.h>\n#include "b.h"\n', "- -"),
    ("cpp", "using namespace std;", "-"),
    ("csharp", "using System; using X = A.B;", "- X"),
    ("ruby", 'require "a"\nrequire_relative "b"\n', "- -"),
    ("php", "<?php\nuse A\\B as C;\nuse function D\\e;\nrequire 'a.php';", "C e -"),
    ("kotlin", "import a.b.C\nimport a.d as e\nimport f.*\n", "C e -"),
]


@pytest.mark.parametrize(("language", "text", "names"), CASES)
def test_names(language: str, text: str, names: str) -> None:
    parsed = parse(text, language)
    assert parsed is not None
    found = [" ".join(sorted(each.names)) or "-" for each in imports(parsed)]
    assert found == names.split()


def test_a_go_package_may_be_called_by_a_part_of_its_path() -> None:
    parsed = parse('package p\nimport "gopkg.in/yaml.v3"\nimport "a.org/go-redis/v9"', "go")
    assert parsed is not None
    one, other = (each.names for each in imports(parsed))
    assert "yaml" in one
    assert {"redis", "go-redis"} <= other


def test_words_in_strings_import_nothing() -> None:
    parsed = parse('x = "import os"\n# import sys\n', "python")
    assert parsed is not None
    assert imports(parsed) == []
