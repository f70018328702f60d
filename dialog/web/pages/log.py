"""The moderation log as a table: who did what, when and why, to be kept beside the record."""

from datetime import UTC, datetime, tzinfo
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from dialog.archive.table import table
from dialog.forum.names import Role
from dialog.forum.session import Session
from dialog.web import sentences
from dialog.web.catalogue import marked as N_  # noqa: N812 - the name that extraction knows
from dialog.web.deeds import log
from dialog.web.entrance import staff
from dialog.web.language import language
from dialog.web.templating import TABLES

COLUMNS: Final = (
    N_("Nummer"), N_("Zeit"), N_("Person"), N_("Rolle"), N_("Schritt"), N_("Frage"), N_("Grund"),
    N_("Notiz"), N_("Vorher"), N_("Nachher"), N_("Nimmt zurück"), N_("Zurückgenommen durch"),
)  # fmt: skip
SYSTEM = N_("Das System")
SOMEBODY = N_("Eine teilnehmende Person")
NOBODY_KNOWN = frozenset({"mute", "unmute"})


async def as_csv(request: Request) -> Response:
    """Return the whole log, the earliest first, for who may see the desk."""
    entrance = await staff(request, Role.MODERATOR)
    lang, zone = language(request), entrance.dialog.starts.tzinfo
    made = await entrance.room.read(lambda session, _board: whole(session, lang, zone))
    headers = {
        "content-disposition": f'attachment; filename="{entrance.dialog.slug}-log.csv"',
        "cache-control": "no-store",
    }
    return Response(made, 200, headers, "text/csv; charset=utf-8")


def whole(session: Session, lang: str, zone: tzinfo | None) -> bytes:
    """Return a session's log as CSV in a language, its times in a zone."""
    columns = [sentences.say(column, lang) for column in COLUMNS]
    rows = [_row(entry, lang, zone) for entry in reversed(log(session, None))]
    return table([columns, *rows])


def _row(entry: dict[str, Any], lang: str, zone: tzinfo | None) -> tuple[object, ...]:
    """Return the cells of one entry, in the order of the columns."""
    at = datetime.fromtimestamp(entry["at"] / 1000, UTC).astimezone(zone)
    role, reason = entry["role"].value, entry["reason"]
    called = sentences.say(TABLES["role"].get(role, SYSTEM), lang)
    who = entry["who"] or (sentences.say(SOMEBODY, lang) if role == Role.VOLUNTEER else called)
    numbers = () if entry["act"] in NOBODY_KNOWN else entry["numbers"]
    return (
        entry["event"],
        at.isoformat(timespec="seconds"),
        who,
        called,
        sentences.say(TABLES["deed"].get(entry["act"], entry["act"]), lang),
        ", ".join(map(str, numbers)),
        sentences.reason(reason.value, lang).title if reason else "",
        entry["note"],
        entry["before"],
        entry["after"],
        entry["undoes"] or "",
        entry["undone"] or "",
    )
