"""The demonstration: an own data folder, one evening that is live, and volunteers who play it."""

from dialog.demo.links import told
from dialog.demo.server import run

__all__ = ["run", "told"]
