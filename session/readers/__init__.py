"""Tests that read jamd's exports with independent software."""
