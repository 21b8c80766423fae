"""The language server: the only place that knows LSP types."""

from fimls.lsp.server import FimServer, create_server
from fimls.lsp.stdio_server import serve_stdio

__all__ = ["FimServer", "create_server", "serve_stdio"]
