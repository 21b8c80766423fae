"""How the text of a model becomes text of a file, step by step; `fimls.refactor.answer_parsing.answer` uses it."""
