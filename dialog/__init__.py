"""Dialog digital: people ask, support each other's questions, and are answered in public."""

__version__ = "0.1.0"
