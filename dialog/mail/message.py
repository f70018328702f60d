"""A letter as it travels: headers, text, HTML, and a calendar file."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import formatdate
from typing import Final, NamedTuple

CTE: Final = "quoted-printable"
FILE: Final = "dialog.ics"
ONE_CLICK: Final = "List-Unsubscribe=One-Click"


class Content(NamedTuple):
    """What a letter says; ``calendar`` is an iCalendar file with this ``method`` in it.

    ``end`` is the address at which such letters are ended, also by the reader's program (RFC 8058).
    """

    lang: str
    subject: str
    text: str
    html: str
    calendar: str = ""
    method: str = ""
    end: str = ""


def message(content: Content, id_: str, host: str, sender: Address, to: str, at: int) -> bytes:
    """Return a letter as bytes, written at ``at`` (ms UTC); its Message-ID follows from ``id_``."""
    made = EmailMessage(policy=SMTP if to.isascii() else SMTPUTF8)
    made["From"] = sender
    local, _, domain = to.rpartition("@")
    made["To"] = Address(username=local, domain=domain)
    made["Subject"] = " ".join(content.subject.split())
    made["Date"] = formatdate(at / 1000)
    made["Message-ID"] = f"<{id_}@{host}>"
    made["Auto-Submitted"] = "auto-generated"
    if content.end:
        made["List-Unsubscribe"] = f"<{content.end}>"
        made["List-Unsubscribe-Post"] = ONE_CLICK
    made.set_content(content.text, cte=CTE)
    made.add_alternative(content.html, subtype="html", cte=CTE)
    if content.calendar:
        made.add_attachment(
            content.calendar.replace("\r\n", "\n"),
            subtype="calendar",
            cte=CTE,
            filename=FILE,
            params={"method": content.method},
        )
    # Set at last: what is said of a content goes with it into its part.
    made["Content-Language"] = content.lang
    return made.as_bytes()
