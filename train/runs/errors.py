"""Errors of a pass through the stages, apart from those of the trainings."""


class StageError(Exception):
    """A stage cannot run, or failed."""
