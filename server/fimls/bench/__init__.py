"""Benchmarks that people run on their own engine: `fimls bench`.

It knows `backend`, `completion`, `context`, `engine`, `lsp`, `prompt`, `settings` and `text`.
"""
