"""Stands in for SGLang's CUDA-only kernel package in engine processes that have no GPU.

SGLang imports names of this package at about 200 places, also on a CPU. Every name and every
submodule exists here; calling one says that it needs a GPU. `fimls.engine` puts the folder above
first on the path of the processes it starts without a GPU, and of no others.
"""

from __future__ import annotations

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

__version__ = "0.0.0"


class _Kernel:
    """A kernel, or a class with members, that is not here."""

    def __init__(self, name: str) -> None:
        self.__name__ = self.__qualname__ = name

    def __getattr__(self, name: str) -> _Kernel:
        if name.startswith("__"):
            raise AttributeError(f"{self.__name__} has no attribute {name!r}")
        return _Kernel(f"{self.__name__}.{name}")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(f"{self.__name__} needs a GPU, and this engine runs without one.")


class _Submodules(MetaPathFinder, Loader):
    """Finds every ``sgl_kernel.x.y`` and makes it out of nothing."""

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> ModuleSpec | None:
        if fullname.startswith(f"{__name__}."):
            return ModuleSpec(fullname, self, is_package=True)
        return None

    def exec_module(self, module: ModuleType) -> None:
        module.__getattr__ = _named(module.__name__)


def _named(module: str) -> Any:
    def kernel(name: str) -> _Kernel:
        if name.startswith("__"):
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        return _Kernel(f"{module}.{name}")

    return kernel


__getattr__ = _named(__name__)
sys.meta_path.append(_Submodules())
