"""What each role has to know to do the whole evening, by role."""

from typing import Final

from dialog.web.manual.administrator import ADMINISTRATOR
from dialog.web.manual.minister import MINISTER
from dialog.web.manual.moderator import MODERATOR
from dialog.web.manual.organiser import ORGANISER
from dialog.web.manual.reader import READER
from dialog.web.manual.scribe import SCRIBE
from dialog.web.manual.shape import Manual, Part, Picture
from dialog.web.manual.volunteer import VOLUNTEER

__all__ = ["MANUALS", "Manual", "Part", "Picture"]

MANUALS: Final[dict[str, Manual]] = {
    one.role: one
    for one in (VOLUNTEER, MODERATOR, MINISTER, SCRIBE, ORGANISER, READER, ADMINISTRATOR)
}
