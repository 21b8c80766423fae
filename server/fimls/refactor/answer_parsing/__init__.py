"""How the text of a model becomes text of a file; `answer` puts the steps together."""
