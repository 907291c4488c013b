"""Songs as tokens, and the windows of them that networks learn from."""
