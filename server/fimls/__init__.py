"""fimls: editor completions from SGLang, with prompts built for its prefix cache."""

__version__ = "0.1.0"
