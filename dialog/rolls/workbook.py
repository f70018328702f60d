"""Spreadsheets, read in a process of its own with little memory and time.

A file of some kilobytes may unpack to gigabytes, or name a cell so far away that its table fills
all memory: neither may hold the server or end it.
"""

import asyncio
import io
import sys
import zipfile
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Sequence
from typing import Final

import msgspec

from dialog.rolls.address import LONGEST_CELL
from dialog.rolls.table import (
    MOST_COLUMNS,
    MOST_ROWS,
    MOST_SHEETS,
    Sheet,
    Unreadable,
    Why,
    text_of,
)

LONGEST_S: Final = 20.0
MEMORY: Final = 768 * 1024 * 1024
UNPACKED: Final = 64 * 1024 * 1024
PARTS: Final = 500
_ONE_AT_A_TIME: Final = asyncio.Lock()
SPREADSHEET, OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class Told(msgspec.Struct):
    """What the process says: sheets, or why there are none."""

    sheets: list[Sheet] = []
    why: Why | None = None


async def from_workbook(content: bytes) -> list[Sheet]:
    """Return the sheets of an XLSX file; raise ``Unreadable``."""
    async with _ONE_AT_A_TIME:
        return await _read(content)


async def _read(content: bytes) -> list[Sheet]:
    command = (sys.executable, "-m", "dialog.rolls.workbook")
    process = await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, start_new_session=True
    )
    try:
        told, _ = await asyncio.wait_for(process.communicate(content), LONGEST_S)
    except TimeoutError as fault:
        raise Unreadable("unpacked") from fault
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise Unreadable("unpacked")
    found: Told = await asyncio.to_thread(msgspec.json.decode, told, type=Told)
    if found.why:
        raise Unreadable(found.why)
    return found.sheets


def sheets(content: bytes) -> list[Sheet]:
    """Return the sheets of an XLSX file, read in this process; raise ``Unreadable``."""
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - here alone

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(_repacked(content)))
        names = book.sheet_names[:MOST_SHEETS]
        return [_sheet(name, book.get_sheet_by_name(name).to_python(False)) for name in names]
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as fault:
        raise Unreadable("unreadable") from fault


def _sheet(name: str, rows: Sequence[Sequence[object]]) -> Sheet:
    if len(rows) > MOST_ROWS and any(map(any, rows[MOST_ROWS:])):
        raise Unreadable("rows")
    cells = [[text_of(value) for value in row] for row in rows[:MOST_ROWS]]
    if any(any(row[MOST_COLUMNS:]) for row in cells):
        raise Unreadable("columns")
    if any(len(cell) > LONGEST_CELL for row in cells for cell in row):
        raise Unreadable("cells")
    return Sheet(name, [row[:MOST_COLUMNS] for row in cells])


def _repacked(content: bytes) -> bytes:
    """Return a file with its parts unpacked, each as long as it says; refuse what is too long."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = packed.infolist()
        if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED:
            raise Unreadable("unpacked")
        if any(part.flag_bits & 1 for part in parts):
            raise Unreadable("locked")
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as plain:
            for part in parts:
                if not part.is_dir():
                    plain.writestr(part.filename, packed.read(part))
    return made.getvalue()


def main() -> None:
    """Read what stands on standard input, and tell its sheets or why not."""
    import resource  # noqa: PLC0415 - systems without it cannot bound a process, and still serve

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        told = Told(sheets(sys.stdin.buffer.read()))
    except Unreadable as fault:
        told = Told(why=fault.why)
    except MemoryError:
        told = Told(why="unpacked")
    sys.stdout.buffer.write(msgspec.json.encode(told))


if __name__ == "__main__":
    main()
