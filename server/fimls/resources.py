"""Where the files that ship beside the code are: ``configs/`` of the wheel or of the checkout."""

from __future__ import annotations

from pathlib import Path

from fimls.errors import ConfigurationError


def configs_path() -> Path:
    """Return the folder ``configs/``: in the installed package, else at the top of the checkout.

    Raises:
        ConfigurationError: neither place has it, so the installation is incomplete.
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "configs", package.parents[1] / "configs"):
        if (folder / "presets").is_dir():
            return folder
    raise ConfigurationError(
        f"No configs/presets folder beside {package}: reinstall fimls, its files are incomplete."
    )
