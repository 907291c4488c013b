"""Following the player's time: what the follower learns from, and how it is judged."""
