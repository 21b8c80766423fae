"""``python -m fimls``: the same as the ``fimls`` command."""

import sys

from fimls.cli import main

sys.exit(main())
