"""From what was handed in to a list, whatever it is."""

import asyncio

from dialog.rolls.table import MOST_BYTES, Roll, Sheet, Unreadable, from_csv, from_text, roll
from dialog.rolls.workbook import OLD, SPREADSHEET, from_workbook


async def from_file(name: str, content: bytes) -> Roll:
    """Return the list in a file: XLSX, or CSV in any usual form; raise ``Unreadable``."""
    if len(content) > MOST_BYTES:
        raise Unreadable("unpacked")
    if content.startswith(OLD):
        raise Unreadable("old")
    if content.startswith(SPREADSHEET):
        return roll(name, await from_workbook(content))
    rows = await asyncio.to_thread(from_csv, content)
    return roll(name, [Sheet("", rows)])


async def from_paste(name: str, text: str) -> Roll:
    """Return the list in a text that was pasted; raise ``Unreadable``."""
    rows = await asyncio.to_thread(from_text, text)
    return roll(name, [Sheet("", rows)])
