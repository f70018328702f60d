"""Where templates and static files lie: beside the package in a checkout, inside it installed."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


def folder(name: str) -> Path:
    """Return the folder ``templates``, ``static`` or ``sessions/_template``."""
    installed = PACKAGE / "_data" / name
    return installed if installed.is_dir() else PACKAGE.parent / name
