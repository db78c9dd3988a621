"""Catalogues of the interface's words, and the two commands that keep them: update and check."""
