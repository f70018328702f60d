"""From what was handed in to a list, whatever it is."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from dialog.rolls.table import MOST_BYTES, Roll, Rows, Sheet, Unreadable, from_csv, from_text, roll
from dialog.rolls.workbook import OLD, SPREADSHEET, from_workbook

Content = TypeVar("Content", bytes, str)


async def from_file(name: str, content: bytes) -> Roll:
    """Return the list in a file: XLSX, or CSV in any usual form; raise ``Unreadable``."""
    if len(content) > MOST_BYTES:
        raise Unreadable("unpacked")
    if content.startswith(OLD):
        raise Unreadable("old")
    if content.startswith(SPREADSHEET):
        sheets = await from_workbook(content)
        return await asyncio.to_thread(roll, name, sheets)
    return await asyncio.to_thread(_alone, name, from_csv, content)


async def from_paste(name: str, text: str) -> Roll:
    """Return the list in a text that was pasted; raise ``Unreadable``."""
    return await asyncio.to_thread(_alone, name, from_text, text)


def _alone(name: str, read: Callable[[Content], Rows], content: Content) -> Roll:
    """Return a list of one sheet; off the loop, for two million empty lines take a while."""
    return roll(name, [Sheet("", read(content))])
