"""How far each invitation of a session is, for its page and for a table of all."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from dialog.archive.table import table
from dialog.store.guests import Guest
from dialog.store.outbox import Standing
from dialog.store.tables import Delivery
from dialog.web import sentences
from dialog.web.catalogue import marked as N_  # noqa: N812 - the name that extraction knows
from dialog.web.templating import BERLIN

COLUMNS: Final = (
    N_("E-Mail"), N_("Name"), N_("Sprache"), N_("Stand"), N_("Seit"), N_("Geöffnet"),
    N_("War dabei"), N_("Protokoll gewünscht"),
)  # fmt: skip
YES: Final = N_("ja")
ON_THE_WAY: Final = {
    Delivery.WAITING: "waiting",
    Delivery.SENDING: "waiting",
    Delivery.SENT: "sent",
    Delivery.FAILED: "failed",
    Delivery.UNCLEAR: "unclear",
}


@dataclass(frozen=True, slots=True)
class Invitation:
    """One invited person: where the invitation stands since ``at`` (ms UTC), and why it failed."""

    guest: Guest
    state: str
    at: int
    fault: str = ""

    @property
    def told(self) -> bool:
        """Tell whether a letter went, or was to go, to somebody who has not opened it."""
        return self.state in ("sent", "failed", "unclear")

    def matches(self, state: str, words: Sequence[str]) -> bool:
        """Tell whether it is in a state, if any is named, and all words stand in it."""
        text = f"{self.guest.address} {self.guest.name}".casefold()
        return state in ("", self.state) and all(word in text for word in words)


@dataclass(frozen=True, slots=True)
class Invitations:
    """All of a session, in the order of being added."""

    all: tuple[Invitation, ...]

    @property
    def counts(self) -> Counter[str]:
        """How many there are in each state."""
        return Counter(one.state for one in self.all)

    @property
    def unsent(self) -> list[Invitation]:
        """Those to whom nothing was sent yet."""
        return [one for one in self.all if one.state == "unsent"]

    @property
    def unopened(self) -> list[Invitation]:
        """Those to whom something was sent, and who have not opened it."""
        return [one for one in self.all if one.told]

    def found(self, state: str, words: str) -> list[Invitation]:
        """Return those in a state that hold all words."""
        wanted = words.casefold().split()
        return [one for one in self.all if one.matches(state, wanted)]


def invitations(guests: Iterable[Guest], letters: Mapping[int, Sequence[Standing]]) -> Invitations:
    """Return how far each is, from what they did and where their letters stand."""
    return Invitations(tuple(_standing(one, letters.get(one.person, ())) for one in guests))


def _standing(guest: Guest, letters: Sequence[Standing]) -> Invitation:
    if guest.withdrawn:
        return Invitation(guest, "withdrawn", guest.withdrawn)
    if guest.joined:
        return Invitation(guest, "joined", guest.joined)
    if guest.opened:
        return Invitation(guest, "opened", guest.opened)
    letter = next((one for one in letters if one.kind == "invitation"), None)
    # What was sent before an invitation was withdrawn had another link.
    if letter is None or letter.state not in ON_THE_WAY or letter.at < guest.since:
        return Invitation(guest, "unsent", max(guest.since, letter.at if letter else 0))
    return Invitation(guest, ON_THE_WAY[letter.state], letter.at, letter.fault)


def as_table(found: Invitations, lang: str) -> bytes:
    """Return all of them as CSV, without their links."""
    columns = [sentences.say(column, lang) for column in COLUMNS]
    return table([columns, *(_row(one, lang) for one in found.all)])


def _row(one: Invitation, lang: str) -> tuple[object, ...]:
    guest = one.guest
    said = sentences.invitation(one.state, lang).label
    return (
        guest.address,
        guest.name,
        guest.lang,
        f"{said}: {one.fault}" if one.fault else said,
        _day(one.at),
        _day(guest.opened),
        _day(guest.joined),
        sentences.say(YES, lang) if guest.asked else "",
    )


def _day(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, BERLIN).isoformat(timespec="minutes") if ms else ""
