"""Mail to people, through the operator's relay: what letters say, when, and how they go."""
