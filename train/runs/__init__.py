"""Trainings as commands, the folder of a run, and the recipes: every stage from the corpora to the tables and pictures."""
