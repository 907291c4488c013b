"""Policies play held-out songs and are measured, drawn and heard."""
