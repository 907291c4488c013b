"""The networks, and those that learn from data: the online policy, the anchor, the reward models."""
