"""Policies that learn by playing: what they play, what they are paid for it, and how they learn from that."""
