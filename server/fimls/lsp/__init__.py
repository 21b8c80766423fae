"""The language server: the only place that knows LSP types.

It knows `backend`, `completion`, `context`, `logs`, `metrics`, `prompt`, `refactor`, `settings`,
`syntax` and `text`.
"""

from fimls.lsp.create_server import create_server
from fimls.lsp.server import FimServer, prepare_messages
from fimls.lsp.stdio_server import serve_stdio

__all__ = ["FimServer", "create_server", "prepare_messages", "serve_stdio"]
