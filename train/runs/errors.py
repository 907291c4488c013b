"""What can go wrong in a pass through the stages, apart from what trains them."""


class StageError(Exception):
    """A stage that cannot be run, or that failed."""
