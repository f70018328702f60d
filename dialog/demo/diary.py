"""What the players keep from one start to the next: their passes, and what was asked already."""

from pathlib import Path
from typing import Final

import msgspec

FILE: Final = "players.json"


class Diary(msgspec.Struct):
    """``passes`` are cookies by player; ``asked`` has the numbers of prepared questions."""

    session: str = ""
    passes: dict[str, str] = {}
    asked: dict[str, int] = {}


def read(data: Path, session: str) -> Diary:
    """Return the diary of a data folder; for another session nothing was asked yet."""
    file = data / FILE
    if not file.is_file():
        return Diary(session)
    try:
        diary = msgspec.json.decode(file.read_bytes(), type=Diary)
    except msgspec.DecodeError:
        return Diary(session)
    return diary if diary.session == session else Diary(session, diary.passes)


def write(data: Path, diary: Diary) -> None:
    """Store a diary wholly or not at all; passes are for us alone to read."""
    unfinished = data / f".{FILE}.new"
    unfinished.touch(mode=0o600)
    unfinished.write_bytes(msgspec.json.encode(diary))
    unfinished.replace(data / FILE)
