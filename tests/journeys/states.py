"""Sessions in every state, filled over the protocol: what there is to look at, and who may look."""

import json
import re
import shutil
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from dialog.forum.names import Role
from dialog.programme.copying import copy
from tests.live.client import TOLD, Browser
from tests.live.programme import declare
from tests.live.server import ROOT, Server
from tests.live.team import RELAY, account, organiser
from tests.web.test_information import LIST, path_of, take, write
from tests.web.test_information import number as noticed

PUBLISHED = "2026-10-06-wohnen-und-ankommen"
ENDED = {"opens": timedelta(days=-4), "starts": timedelta(days=-3), "goes_live": "by_clock"}
RUNNING = {"starts": timedelta(minutes=-10), "goes_live": "by_clock"}
OFFICES = (Role.MODERATOR, Role.MINISTER, Role.SCRIBE, Role.ORGANISER)
PERSONAL = "Kann Frau Probst mich unter 0170 1234567 anrufen?"
ALIKE = (
    "Wie lange dauert die Anerkennung eines Berufsabschlusses als Pflegekraft?",
    "Wie lange dauert es, bis ein Berufsabschluss als Pflegekraft anerkannt ist?",
)
PUBLIC = (
    "Warum warten Eltern bei uns im Landkreis so lange auf einen Sprachkurs mit Kinderbetreuung?",
    "Wird die Sprachmittlung in Arztpraxen künftig bezahlt?",
    "Wer hilft Familien, die ausziehen dürfen und keine Wohnung finden?",
    "Wann gibt es in jeder Unterkunft einen Raum zum Lernen?",
    "Wie kommen Jugendliche ohne Zeugnis in eine Ausbildung?",
    "Wer erstattet Ehrenamtlichen die Fahrten in entlegene Orte?",
    "Warum gilt der Führerschein aus dem Herkunftsland nur sechs Monate?",
    "An wen wenden sich Helferkreise, wenn ein Brief der Behörde unverständlich ist?",
    "Wie viele Plätze in Frauenkursen kommen im nächsten Jahr dazu?",
    "Werden Praktika in kleinen Betrieben weiter gefördert?",
    "Was ist mit WLAN in Unterkünften, deren Mietvertrag bald endet?",
    "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen: Wer liest so etwas vor?",
)
ANSWER = "Ab Januar fördern wir 40 weitere Kurse mit Kinderbetreuung.\n\nDen Plan legen wir vor."


def serve(folder: Path, **settings: object) -> Server:
    """Return a server of such sessions that has not started."""
    root = folder / "sessions"
    slugs = {
        "live": declare(root, "voll", release="direct", **RUNNING),  # type: ignore[arg-type]
        "quiet": declare(root, "still", **RUNNING),  # type: ignore[arg-type]
        "held": declare(root, "pause", **RUNNING),  # type: ignore[arg-type]
        "second": declare(root, "freigabe", **RUNNING),  # type: ignore[arg-type]
        "open": declare(root, "vorab", starts=timedelta(days=14)),
        "announced": declare(root, "bald", opens=timedelta(days=2), starts=timedelta(days=9)),
        "code": declare(root, "mit-code", identity="code", code="482913"),
        "closed": declare(root, "vorbei", **RUNNING),  # type: ignore[arg-type]
        "done": declare(root, "veroeffentlicht", release="direct", **RUNNING),  # type: ignore[arg-type]
        "cancelled": declare(root, "abgesagt", starts=timedelta(days=3)),
        "archived": PUBLISHED,
    }
    shutil.copytree(ROOT / "sessions" / PUBLISHED, root / PUBLISHED)
    slugs["probe"] = copy(root, slugs["live"], datetime.now(UTC), timedelta(hours=2)).slug
    plain = {
        "hello_seconds": 10,
        "demonstration": True,
        "staff_messages_per_10s": 100_000,
        "barrier_mail": "barriere@amt.example",
    }
    return Server(folder, slugs, **RELAY | plain | settings)


class States:
    """Everyone who may look, by a name for each, and what they did before."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.team = account(server, "Olga Ordner", *OFFICES)
        self.other = account(server, "Otto Ordner", *OFFICES)
        self._tokens: dict[tuple[int, str, str], str] = {}
        self.people: dict[str, Browser] = {"reader": server.browser(), "team": self.team}
        for name in ("live", "quiet", "held", "open", "closed", "done", "cancelled", "probe"):
            self.people[name] = server.volunteer(server.slugs[name], "Vera Helferkreis")
        self._live()
        self._held()
        self._second()
        self._over()
        self.places = {**server.slugs, **self._links(), **self._information()}

    def _links(self) -> dict[str, str]:
        """Return the addresses of links that are good once: looking at them uses none up."""
        live = self.server.slugs["live"]
        mine = self.people["live"].get(f"/sessions/{live}/mine").text
        private = re.search(rf"/sessions/{live}/mine/[\w.-]+", mine.replace("mine/data", ""))
        assert private is not None
        links = {
            "enter": self.server.invite(live, "moderator", "Kaya Demir"),
            "signin": organiser(self.server, "neu@amt.example", "Neu im Amt"),
        }
        TOLD.add(private[0].rpartition("/")[2])
        return {name: urlsplit(link).path for name, link in links.items()} | {"private": private[0]}

    def _information(self) -> dict[str, str]:
        """Return the addresses of a notice, a call and a draft; the guides' directory is there."""
        call = {"kind": "call", "title": "Integrationspreis", "deadline.day": "1.3.2099"}
        notice = noticed(write(self.team, topics="Sprache, Kurse", summary="Was sich ändert."))
        prize = noticed(write(self.team, **call))
        assert take(self.team, LIST).status == 303
        return {
            "notice": path_of(self.team, notice),
            "call": path_of(self.team, prize),
            "draft": noticed(write(self.team, "save", title="Ein Entwurf")),
            "public": notice,
        }

    def act(self, name: str, who: Browser, place: str, do: str, **fields: object) -> dict[str, Any]:
        """Let somebody do something from a page of a session, and return what came of it."""
        slug = self.server.slugs[name]
        token = self._tokens.get((id(who), slug, place))
        if token is None:
            token = self.server.page(who, slug, place).token
            self._tokens[id(who), slug, place] = token
        said = json.dumps({"type": "command", "key": str(uuid4()), "do": do} | fields)
        headers = {"content_type": "application/json", "x_dialog_token": token}
        answer = who.ask("POST", f"/sessions/{slug}/commands", said, **headers)
        assert answer.status == 200, (do, fields, answer.text)
        done: dict[str, Any] = answer.json().get("result") or {}
        return done

    def sees(self, name: str, stream: str = "desk") -> Mapping[str, Any]:
        """Return what the team has of a session: ``session``, and ``rows`` by number."""
        slug = self.server.slugs[name]
        told = self.team.get(f"/sessions/{slug}/updates?stream={stream}").json()[-1]
        return told | {"rows": {row["number"]: row for row in told["questions"]}}

    def desk(self, name: str, do: str, number: int, **fields: object) -> None:
        """Let the team decide on a question as it stands."""
        rev = self.sees(name)["rows"][number]["rev"]
        self.act(name, self.team, "/moderation", do, number=number, rev=rev, **fields)

    def asked(self, name: str, text: str, **fields: object) -> int:
        """Let the team enter a public question from the hall, and return its number."""
        given = {"text": text, "via": "hall"} | fields
        number = int(self.act(name, self.team, "/moderation", "ask", **given)["number"])
        self.desk(name, "approve", number)
        return number

    def own(self, name: str, text: str, **fields: object) -> int:
        """Let a session's volunteer ask."""
        return int(self.act(name, self.people[name], "", "ask", text=text, **fields)["number"])

    def now(self, name: str, number: int) -> None:
        session = self.sees(name, "stage")["session"]
        place = {"number": number, "order_rev": session["order_rev"]}
        self.act(name, self.team, "/stage", "now", **place)

    def answered(self, name: str, number: int, **fields: object) -> None:
        """Bring a question up, answer it, and let it be over."""
        self.now(name, number)
        seen = self.sees(name, "stage")
        rev = seen["rows"][number]["rev"]
        given = {"number": number, "rev": rev, "text": ANSWER} | fields
        self.act(name, self.team, "/scribe", "answer", **given)
        over = {"order_rev": seen["session"]["order_rev"], "seen": number}
        outcome = fields.get("outcome", "aloud")
        self.act(name, self.team, "/stage", "done", **over, outcome=outcome)

    def _live(self) -> None:
        """Everything at once: answers of every kind, own questions in every state, a full desk."""
        public = [self.asked("live", text) for text in PUBLIC]
        vera = self.people["live"]
        for number in public[1:3]:
            intent = time.time_ns() // 1_000_000
            self.act("live", vera, "", "upvote", number=number, on=True, intent=intent)
        self.answered("live", public[0], outcome="promised", by="Referat 4", until="2030-03-01")
        self.answered("live", public[1])
        self.answered("live", public[2], outcome="referred", to="Landratsamt")
        self.answered("live", public[3], outcome="written")
        self.desk("live", "topic", public[5], topic="Wohnen")
        self.own("live", "Wie lange wartet diese Frage noch?")
        mine = self.own("live", "Darf mein Name hier stehen?", show="name", district="Fürth")
        self.desk("live", "approve", mine)
        back = self.own("live", "Warum ist der Himmel so grau?")
        self.desk("live", "return", back, reason="off_topic", note="Bitte zum Thema")
        same = self.own("live", "Wer erstattet Ehrenamtlichen ihre Fahrten?")
        self.desk("live", "merge", same, into=public[5])
        changed = self.own("live", "Wann kommen die Buecher?", background="Für den Unterricht.")
        self.desk("live", "edit", changed, text="Wann kommen die Bücher?", background="")
        self.desk("live", "approve", changed)
        gone = self.own("live", "Diese nehme ich zurück.")
        self.act("live", vera, "", "withdraw", number=gone)
        self.desk("live", "stage_only", self.own("live", "Was wird aus meinem Fall?"))
        for text in (PERSONAL, *ALIKE):
            self.act(
                "live", self.team, "/moderation", "ask", text=text, via="phone", asker="Herr N."
            )
        order = self.sees("live")["session"]["order_rev"]
        self.act("live", self.team, "/moderation", "order", numbers=public[6:8], order_rev=order)
        self.desk("live", "brief", public[4], text="Nachfrage aus dem Saal: Wer zahlt?")
        self.now("live", public[4])
        self.act("live", self.team, "/moderation", "message", text="Noch zehn Minuten")
        self.act("live", self.team, "/organiser", "banner", text="Bitte Mikrofone ausschalten")

    def _held(self) -> None:
        self.asked("held", PUBLIC[0])
        self.act("held", self.team, "/organiser", "pause", on=True)

    def _second(self) -> None:
        """An answer waits for its release by a second person."""
        number = self.asked("second", PUBLIC[0])
        self.now("second", number)
        rev = self.sees("second", "stage")["rows"][number]["rev"]
        given = {"number": number, "rev": rev, "text": ANSWER}
        self.act("second", self.other, "/scribe", "answer", **given)

    def _over(self) -> None:
        """One session is closed with something left, one is published, one is called off."""
        for name in ("closed", "done"):
            numbers = [self.asked(name, text) for text in PUBLIC[:3]]
            self.desk(name, "approve", self.own(name, "Gibt es eine Antwort auf diese Frage?"))
            if name == "done":
                kept = {"outcome": "promised", "by": "Referat 4", "until": "2030-03-01"}
                self.answered(name, numbers[0], **kept)
                self.answered(name, numbers[1])
            else:
                self.own(name, "Wird diese noch geprüft?")
            self.act(name, self.team, "/organiser", "phase", to="closed")
        self.act("done", self.team, "/organiser", "conclude")
        self.act("done", self.team, "/organiser", "publish")
        self.act("done", self.team, "/organiser", "unpublish", number=2, why="Nennt Dritte.")
        self.asked("open", PUBLIC[4])
        self.act("cancelled", self.team, "/organiser", "phase", to="cancelled")
