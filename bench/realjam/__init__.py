"""Compares jamd with ReaLJam (arXiv 2502.21267): how soon chords come and how many come too late, in one run on one
machine."""
