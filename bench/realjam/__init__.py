"""jamd beside ReaLJam (arXiv 2502.21267): how soon chords come, and how many too late, in one run on one machine."""
