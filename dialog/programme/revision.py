"""A session.toml with some of its keys set anew, everything else as somebody wrote it."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

_TABLE: Final = re.compile(r"\s*\[\[?\s*([^\]]+?)\s*\]")
_KEY: Final = re.compile(r"\s*([A-Za-z_]+)\s*=")


def revised(text: str, values: Mapping[str, datetime | str]) -> str:
    """Return a session.toml with keys set; ``video.from`` is *from* of the table *video*.

    A key of the top that does not stand there is added; one of a missing table is left out.
    """
    left, lines, table = dict(values), [], ""
    for line in text.splitlines():
        table = f"{found[1]}." if (found := _TABLE.match(line)) else table
        key = table + found[1] if (found := _KEY.match(line)) else ""
        lines.append(_line(key, left.pop(key)) if key in left else line)
    top = [_line(key, value) for key, value in left.items() if "." not in key]
    return "\n".join([*top, *lines]) + "\n"


def _line(key: str, value: datetime | str) -> str:
    said = f'"{value}"' if isinstance(value, str) else value.isoformat(timespec="seconds")
    return f"{key.rpartition('.')[2]} = {said}"
