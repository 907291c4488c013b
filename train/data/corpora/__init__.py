"""Readers that turn the corpora's own formats into songs on a grid of sixteenth notes."""
