"""The addresses of the demonstration, one for each role, and how they are told."""

from collections.abc import Mapping
from typing import cast

from dialog.forum.names import SECOND, Role
from dialog.store.accounts import Accounts
from dialog.store.people import People
from dialog.store.signins import SignIns

STAFF = {
    Role.MODERATOR: "K. Aydın",  # noqa: RUF001 - a Turkish name
    Role.MINISTER: "Staatsminister",
    Role.SCRIBE: "L. Sommer",
    Role.ORGANISER: "Organisation",
}
LABELS = {
    "volunteer": "Teilnehmen",
    "moderator": "Moderation",
    "minister": "Podium",
    "scribe": "Protokoll",
    "organiser": "Organisation",
    "programme": "Alle Dialoge",
}
PROGRAMME = "organisation@vorfuehrung.example"
GOOD_FOR_S = 14 * 24 * 60 * 60

TOLD = """\
Dialog digital: eine Vorführung auf diesem Rechner. Sie ist kein Angebot einer Behörde;
Fragen, Antworten und Personen sind erfunden.

{lines}

Der Link zum Teilnehmen gilt beliebig oft, jeder andere einmal; ein neuer Start druckt neue.
Ein Browser kann alle Rollen zugleich haben, die Adresse entscheidet. Er ist aber immer dieselbe
Person, und niemand prüft die eigene Frage oder gibt die eigene Antwort frei: Wer das zeigen
möchte, öffnet den zweiten Link in einem privaten Fenster oder einem anderen Profil. „Alle
Dialoge“ meldet an: Dieses Konto darf alles, und was der Browser vorher durfte, endet damit.

Strg+C beendet die Vorführung, der nächste Start setzt sie fort.
"""


async def make(
    people: People, accounts: Accounts, signins: SignIns, base: str, slug: str
) -> dict[str, object]:
    """Return the addresses of all roles, those of staff with fresh invitations.

    That of the programme's organiser signs in, which one-time links for one session do not.
    """
    roles = {"volunteer": f"{base}/sessions/{slug}/join"}
    for role, name in STAFF.items():
        roles[role.value] = await invite(people, base, slug, role, name)
    account = await accounts.make(PROGRAMME, "Vorführung")
    await accounts.appoint(account.id, {Role.ORGANISER})
    number = await signins.ask(account.id, GOOD_FOR_S * SECOND)
    roles["programme"] = f"{base}/signin/{signins.sealed(number).token}"
    return {"base": base, "session": slug, "roles": roles}


async def invite(people: People, base: str, slug: str, role: Role, name: str) -> str:
    """Return the address of a new invitation, good for one person and one use."""
    return f"{base}/enter/{await people.invite(slug, role, name, GOOD_FOR_S)}"


def told(links: Mapping[str, object]) -> str:
    """Return the addresses with what a newcomer has to know, in German, for a terminal."""
    roles = cast("Mapping[str, str]", links["roles"])
    shown = [("Programm", links["base"]), *((LABELS[role], url) for role, url in roles.items())]
    return TOLD.format(lines="\n".join(f"  {label:<14}{url}" for label, url in shown))
