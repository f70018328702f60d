"""Static files, under addresses that change with them: kept for a year, compressed once.

The mark in an address is a hash of the whole folder, so that the files of a page, which name each
other, are always of one state. An address without the mark, or with that of another release, gets
what there is now and asks again each time. Scripts travel without the comments that only those who
write them read.
"""

import gzip
import mimetypes
import re
from collections.abc import Callable
from functools import cache, lru_cache, partial
from hashlib import blake2b
from pathlib import Path
from typing import Final, NamedTuple

import brotli
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from dialog.web.places import folder
from dialog.web.press import pressed

PREFIX: Final = "/static"
A_YEAR: Final = "public, max-age=31536000, immutable"
AGAIN: Final = "no-cache"
MARK_BYTES: Final = 6
# A font is compressed already, and what fits into one packet comes no earlier.
PACKED: Final = ("text/", "image/svg")
SMALL: Final = 500
CODINGS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "br": partial(brotli.compress, quality=11),
    "gzip": partial(gzip.compress, compresslevel=9, mtime=0),
}
# Comments stand on lines of their own, and no text of a script has lines that begin like one.
_COMMENT = re.compile(r"^[ \t]*(?:/\*\*.*?\*/|//[^\n]*)[ \t]*\n", re.DOTALL | re.MULTILINE)
_MARKED = re.compile(rf"([0-9a-f]{{{2 * MARK_BYTES}}})/(.+)")


def bare(script: str) -> str:
    """Return a script without its comments."""
    return _COMMENT.sub("", script)


class File(NamedTuple):
    """A file as it is sent: its media type, its body, and its ETag."""

    kind: str
    body: bytes
    etag: str


class Assets:
    """The files of a folder as they were when the program started, as an ASGI application."""

    def __init__(self, directory: Path) -> None:
        """Read the folder."""
        names = sorted(path for path in directory.rglob("*") if path.is_file())
        self._files = {path.relative_to(directory).as_posix(): _file(path) for path in names}
        told = "".join(f"{name} {file.etag}" for name, file in self._files.items())
        self.mark = blake2b(told.encode(), digest_size=MARK_BYTES).hexdigest()

    def address(self, name: str) -> str:
        """Return the address of a file; ``KeyError`` where there is none of this name."""
        if name not in self._files:
            raise KeyError(name)
        return f"{PREFIX}/{self.mark}/{name}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        path = scope["path"].removeprefix(scope.get("root_path", "")).lstrip("/")
        marked = _MARKED.fullmatch(path)
        mark, name = marked.groups() if marked else ("", path)
        file = self._files.get(name)
        if file is None:
            raise HTTPException(404)
        kept = A_YEAR if mark == self.mark else AGAIN
        await (await _answer(file, Headers(scope=scope), kept))(scope, receive, send)


@cache
def assets() -> Assets:
    """Return the files of this program."""
    return Assets(folder("static"))


def _file(path: Path) -> File:
    kind = _kind(path)
    body = path.read_bytes()
    if path.suffix == ".js":
        body = bare(body.decode()).encode()
    return File(kind, body, f'"{blake2b(body, digest_size=12).hexdigest()}"')


def _kind(path: Path) -> str:
    """Return a media type that does not depend on the tables of the machine."""
    known = {".js": "text/javascript", ".woff2": "font/woff2", ".webp": "image/webp"}
    return known.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "text/plain"


async def _answer(file: File, asked: Headers, kept: str) -> Response:
    headers = {"cache-control": kept, "etag": file.etag}
    if file.kind.startswith(PACKED) and len(file.body) >= SMALL:
        headers["vary"] = "Accept-Encoding"
    if file.etag in asked.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    body = file.body
    coding = _coding(asked.get("accept-encoding", "")) if "vary" in headers else ""
    if coding:
        headers["content-encoding"] = coding
        body = await pressed(_packed, body, coding)
    return Response(body, headers=headers, media_type=file.kind)


def _coding(accepted: str) -> str:
    """Return the best coding that a client takes without conditions, or none."""
    named = re.split(r"[,\s]+", accepted[:256])
    return next((coding for coding in CODINGS if coding in named), "")


@lru_cache(maxsize=512)
def _packed(body: bytes, coding: str) -> bytes:
    return CODINGS[coding](body)
