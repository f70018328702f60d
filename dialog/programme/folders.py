"""The folder of a session while the organiser's pages write it: whole, and never over another's.

The mark of a folder says what stood in it when somebody read it: whoever writes names the mark
they have seen.
"""

import errno
import io
import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Final

from dialog import disk
from dialog.programme.declaration import Declaration
from dialog.programme.reading import INTRO, REHEARSAL, SLUG, TOML, read
from dialog.programme.writing import introduced, written

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows, where one process serves
    fcntl = None  # type: ignore[assignment]

RECORD: Final = "transcript.json"


class Moved(Exception):  # noqa: N818 - it is said of a folder
    """Somebody else has changed the folder meanwhile, or it is there already."""


def mark(folder: Path) -> str:
    """Return what tells one content of a folder from another; nothing there is empty."""
    found = blake2b(digest_size=12)
    try:
        for name in (TOML, INTRO):
            body = (folder / name).read_bytes()
            found.update(b"%d:" % len(body) + body)
    except OSError:
        return ""
    return found.hexdigest()


def create(root: Path, declaration: Declaration) -> None:
    """Make the folder of a new session; raise ``Moved`` where there is one of this name."""
    with _alone(root):
        _create(root, declaration)


def replace(root: Path, slug: str, declaration: Declaration, seen: str) -> None:
    """Let a folder say this from now on, a draft's under another name where its day moved.

    Raise ``Moved`` where it is not any more as it was ``seen``.
    """
    with _alone(root):
        folder = _own(root, slug)
        if not seen or mark(folder) != seen:
            raise Moved(slug)
        if declaration.slug != slug:
            if (folder / RECORD).exists():  # it cannot go, and would stand there twice
                raise Moved(slug)
            _create(root, declaration)
            _discard(root, slug)
            return
        drafts = []
        try:
            for name, text in ((INTRO, introduced(declaration)), (TOML, written(declaration))):
                drawn = disk.draft(folder / name, 0o644)
                drafts.append((drawn, folder / name))
                drawn.write_bytes(text.encode())
                disk.settle(drawn)
            for drawn, file in drafts:  # both are on the disk: from here on nothing can be lacking
                drawn.replace(file)
        finally:
            for drawn, _file in drafts:
                drawn.unlink(missing_ok=True)
        disk.settle(folder)


def discard(root: Path, slug: str, seen: str) -> None:
    """Delete a draft, and never what was announced; raise ``Moved`` where it is another by now."""
    with _alone(root):
        if mark(_own(root, slug)) != seen or not read(root / slug).draft:
            raise Moved(slug)
        _discard(root, slug)


def free(root: Path, slug: str) -> str:
    """Return the name, or with the next number where there is one like it."""
    count, name = 1, slug
    while (root / name).exists() or (root / f".{name}").exists():
        count += 1
        name = f"{slug[:76]}-{count}"
    return name


def packed(declaration: Declaration) -> bytes:
    """Return a session's folder as a ZIP file, as it is written here."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in ((TOML, written(declaration)), (INTRO, introduced(declaration))):
            archive.writestr(zipfile.ZipInfo(f"{declaration.slug}/{name}"), text)
    return body.getvalue()


def _create(root: Path, declaration: Declaration) -> None:
    slug = declaration.slug
    hidden = root / f".{slug}"
    if not SLUG.fullmatch(slug) or REHEARSAL.fullmatch(slug):
        raise ValueError(f"{slug} is no name for a session.")
    if (root / slug).is_symlink() or (root / slug).exists():
        raise Moved(slug)
    shutil.rmtree(hidden, ignore_errors=True)  # whoever was interrupted here left it
    hidden.mkdir()
    try:
        disk.write(hidden / INTRO, introduced(declaration).encode())
        disk.write(hidden / TOML, written(declaration).encode())
        hidden.rename(root / slug)
    finally:
        shutil.rmtree(hidden, ignore_errors=True)
    disk.settle(root)


def _discard(root: Path, slug: str) -> None:
    """Let a draft go out of sight whole, then delete it."""
    folder, hidden = _own(root, slug), root / f".{slug}"
    if (folder / RECORD).exists():
        raise ValueError(f"{slug} has a record.")
    shutil.rmtree(hidden, ignore_errors=True)
    folder.rename(hidden)
    shutil.rmtree(hidden)
    disk.settle(root)


def _own(root: Path, slug: str) -> Path:
    """Return a session's folder, which lies where it seems to: a link could lead anywhere."""
    folder = root / slug
    if not SLUG.fullmatch(slug) or folder.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(folder))
    return folder


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Keep all others out who write below a folder, in any process."""
    if fcntl is None:  # pragma: no cover - Windows
        yield
        return
    handle = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
