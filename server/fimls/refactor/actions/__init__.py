"""The actions, one a file; `fimls.refactor.registry` has them in order."""
