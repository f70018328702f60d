"""Files that outlive a power cut: there wholly or not at all, and in their folder for good."""

import os
import secrets
from pathlib import Path


def write(file: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Put a file in its place in one step, with this content from then on."""
    drawn = draft(file, mode)
    try:
        drawn.write_bytes(content)
        settle(drawn)
        drawn.replace(file)
    finally:
        drawn.unlink(missing_ok=True)
    settle(file.parent)


def draft(file: Path, mode: int = 0o600) -> Path:
    """Return a new empty file beside another one, where its content can be prepared."""
    drawn = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    drawn.touch(mode=mode, exist_ok=False)
    return drawn


def settle(path: Path) -> None:
    """Wait until a file's content, or a folder's list of names, is on the disk."""
    if path.is_dir() and os.name == "nt":
        return  # Windows opens no folders, and keeps their lists by itself
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
