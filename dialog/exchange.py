"""Records between servers: all that belongs to one goes out as files, and comes in as files.

Taking in is all or nothing: every bundle is looked at and laid beside the sessions first, then all
are put in their places.
"""

import secrets
import shutil
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, BinaryIO

from dialog import disk
from dialog.app import Application
from dialog.archive import folder
from dialog.archive.intake import DECLARED, LOG, Bundle, Unfit, bundles
from dialog.archive.package import Package
from dialog.archive.record import upcast
from dialog.programme import DeclarationError, read
from dialog.programme.declaration import ZONE
from dialog.programme.reading import REHEARSAL, SLUG
from dialog.web.pages.log import whole

ZIP = ".zip"
OURS = 0o600


async def export(
    application: Application, slugs: Iterable[str], to: Path, *, logs: bool = False
) -> list[str]:
    """Write the records of these sessions, or of all, into a new folder or ZIP file, or nothing.

    With ``logs`` the moderation logs lie beside them, for the archive of the state: it decides
    before they are deleted. Return their slugs. Raise ``Unfit`` or ``OSError``.
    """
    if to.exists() and not (to.is_dir() and not any(to.iterdir())):
        raise Unfit(f"{to} is there already.")
    wanted = list(dict.fromkeys(slugs)) or await _slugs(application)
    if not wanted:
        raise Unfit("There is no record.")
    draft = to.with_name(f".{to.name}.{secrets.token_hex(8)}")
    try:
        if to.suffix == ZIP:
            draft.touch(mode=OURS, exist_ok=False)  # a session.toml in it may hold a code
            with draft.open("wb") as out:
                await _into_zip(application, wanted, out, logs=logs)
        else:
            await _into_folder(application, wanted, draft, logs=logs)
        disk.settle(draft)
        draft.replace(to)
        disk.settle(to.parent)
    finally:
        _remove(draft)
    return wanted


async def _into_zip(
    application: Application, slugs: list[str], out: BinaryIO, *, logs: bool
) -> None:
    with closing(Package(out)) as package:
        for slug in slugs:
            record = await _record(application, slug)
            files = await _files(application, record, logs=logs)
            package.put(slug, files, record["changed"])


async def _into_folder(
    application: Application, slugs: list[str], place: Path, *, logs: bool
) -> None:
    for slug in slugs:
        files = await _files(application, await _record(application, slug), logs=logs)
        _lay(place / slug, files)


async def _slugs(application: Application) -> list[str]:
    stored = {summary["slug"] for summary in await application.transcripts.all()}
    return sorted(stored.union(folder.slugs(application.settings.sessions)))


async def _record(application: Application, slug: str) -> dict[str, Any]:
    """Return a record from the database, or from its folder where no server took it in yet."""
    if (record := await application.transcripts.get(slug)) is not None:
        return upcast(record)
    place = application.settings.sessions / slug
    found = folder.read(place) if SLUG.fullmatch(slug) else None
    if found is None:
        raise Unfit(f"There is no record of {slug}.")
    return found


async def _files(
    application: Application, record: Mapping[str, Any], *, logs: bool
) -> dict[str, bytes]:
    place = application.settings.sessions / record["slug"]
    declared = {name: (place / name).read_bytes() for name in DECLARED if (place / name).is_file()}
    log = await _log(application, record) if logs else {}
    return declared | await application.formats.files(record) | log


async def _log(application: Application, record: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the moderation log with its checksum; nothing where it is gone, or never was here."""
    if not await application.journal.known(record["slug"]):
        return {}
    session = (await application.journal.open(record["slug"])).added_up().session
    made = {LOG: whole(session, record["language"], ZONE)}
    return made | {f"{LOG}.sha256": folder.sums(made)} if session.deeds else {}


async def take_in(
    application: Application, sources: Iterable[Path], *, replace: bool, store: bool
) -> dict[str, bool]:
    """Put the records of these folders and ZIP files in their places, or none of them.

    Return their slugs, and of each whether it was new; what is here already in the same bytes is
    left alone. With ``store`` the database has them at once, else from the next start of its
    server. Raise ``Unfit`` or ``OSError``.
    """
    sessions = application.settings.sessions
    stage = sessions / f".import-{secrets.token_hex(8)}"
    taken: dict[str, bool] = {}
    try:
        sessions.mkdir(parents=True, exist_ok=True)
        for source in sources:
            for bundle in bundles(source):
                new = await _is_new(application, bundle, replace=replace)
                if bundle.slug in taken:
                    _check_twice(stage / bundle.slug, bundle)
                    continue
                taken[bundle.slug] = new
                if new:
                    _stage(stage / bundle.slug, sessions / bundle.slug, bundle)
        new_ones = [slug for slug, new in taken.items() if new]
        with ExitStack() as undo:
            for slug in new_ones:
                _put(stage, sessions, slug, undo)
            records = {slug: _laid(sessions / slug) for slug in new_ones}
            if store:
                await application.transcripts.save_all(records)
            undo.pop_all()
    finally:
        _remove(stage)
    return taken


def _laid(place: Path) -> dict[str, Any]:
    """Return the record that was just put in its place, as the next start will read it."""
    try:
        record = folder.read(place)
    except folder.NoRecord as fault:
        raise Unfit(str(fault)) from fault
    if record is None:
        raise Unfit(f"{place} holds no record.")
    return record


async def _is_new(application: Application, bundle: Bundle, *, replace: bool) -> bool:
    """Tell whether a bundle says what is not here yet; raise ``Unfit`` where it may not."""
    slug = bundle.slug
    if not SLUG.fullmatch(slug) or REHEARSAL.fullmatch(slug):
        raise Unfit(f"{slug} is no name of a session that was held.")
    place = application.settings.sessions / slug
    found = await application.transcripts.get(slug)
    stored = found and upcast(found)
    if await application.journal.known(slug):
        if stored == bundle.record:
            return False
        raise Unfit(f"{slug} was declared and held on this server: its record is kept here.")
    there = {name: _content(place / name) for name in bundle.files}
    if there == dict(bundle.files) and stored in (None, bundle.record):
        return False
    other = [name for name, known in there.items() if known not in (None, bundle.files[name])]
    if not replace and (other or stored not in (None, bundle.record)):
        which = f"{slug}/{other[0]}" if other else f"The record of {slug}"
        raise Unfit(f"{which} is here already and says something else. --replace puts it in place.")
    return True


def _stage(staged: Path, place: Path, bundle: Bundle) -> None:
    """Lay a bundle beside the sessions, with what else its folder holds here."""
    kept = {
        name: content
        for name in DECLARED
        if name not in bundle.files and (content := _content(place / name)) is not None
    }
    _lay(staged, kept | dict(bundle.files))
    if (staged / "session.toml").exists():
        try:
            read(staged)
        except DeclarationError as error:
            fault = error.faults[0].told("en").replace(str(staged), bundle.slug)
            raise Unfit(f"{bundle.slug} cannot be used. {fault}") from error


def _check_twice(staged: Path, bundle: Bundle) -> None:
    there = {name: _content(staged / name) for name in bundle.files}
    if staged.exists() and there != dict(bundle.files):
        raise Unfit(f"{bundle.slug} comes twice, and says two things.")


def _put(stage: Path, sessions: Path, slug: str, undo: ExitStack) -> None:
    """Put a folder in its place; whatever goes wrong later brings the one before back."""
    place, before = sessions / slug, stage / f".{slug}"
    if place.exists():
        place.replace(before)
        undo.callback(before.replace, place)
    (stage / slug).replace(place)
    undo.callback(place.replace, stage / slug)
    disk.settle(sessions)


def _lay(place: Path, files: Mapping[str, bytes]) -> None:
    place.mkdir(mode=0o700, parents=True)
    for name, content in files.items():
        disk.write(place / name, content, mode=OURS)


def _content(file: Path) -> bytes | None:
    return file.read_bytes() if file.is_file() else None


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
