"""Independent readers of what jamd exports: tests."""
