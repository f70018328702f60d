"""Many records in one file: a folder each, in bytes that depend on nothing but the records."""

import zipfile
from collections.abc import Mapping
from datetime import datetime
from typing import BinaryIO

from dialog.archive.words import utc

EARLIEST = (1980, 1, 1, 0, 0, 0)  # before that, a ZIP file knows no time
FILE = 0o100644 << 16


class Package:
    """A ZIP file that is being written."""

    def __init__(self, out: BinaryIO) -> None:
        """Begin at the start of a file."""
        self._zip = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6)

    def put(self, slug: str, files: Mapping[str, bytes], changed: str) -> None:
        """Add the folder of a record, dated with its last change."""
        moment = _dated(utc(changed))
        for name, content in files.items():
            entry = zipfile.ZipInfo(f"{slug}/{name}", moment)
            entry.external_attr = FILE
            entry.compress_type = zipfile.ZIP_DEFLATED
            self._zip.writestr(entry, content)

    def close(self) -> None:
        """Write the list of what is in it."""
        self._zip.close()


def _dated(moment: datetime) -> tuple[int, int, int, int, int, int]:
    told = moment.timetuple()[:6]
    return max(told, EARLIEST)
