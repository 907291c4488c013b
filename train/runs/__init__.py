"""The recipes: every stage from the corpora to the tables and pictures, at the scale of a CPU and of a GPU."""
