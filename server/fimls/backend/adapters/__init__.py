"""Adapters: one engine's interface a file, each a `fimls.backend.base.Backend`."""
