"""The one state that an own question is in, and what its asker reads about it."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from dialog.web.catalogue import marked as N_  # noqa: N812 - the name that extraction knows
from dialog.web.sentences.said import State

STATES: Final[dict[str, State]] = {
    "waiting": State("clock", "", N_("Wird geprüft")),
    "approved": State("check", "act", N_("Freigegeben")),
    "stage_only": State(
        "lock",
        "act",
        N_("Nur für das Podium freigegeben"),
        N_("Wer antwortet, kann Ihre Frage sehen. Öffentlich gezeigt wird sie nicht."),
    ),
    "merged": State(
        "merge",
        "act",
        N_("Zusammengeführt"),
        N_("Ihr Wortlaut bleibt lesbar, und Ihre Unterstützung zählt dort mit."),
    ),
    "returned": State("back", "warn", N_("Zurückgegeben")),
    "appealed": State(
        "clock",
        "",
        N_("Wird noch einmal geprüft"),
        N_(
            "Eine zweite Person entscheidet endgültig, auch nach Ende des Dialogs. "
            "Sie lesen das Ergebnis hier."
        ),
    ),
    "upheld": State(
        "info",
        "",
        N_("Noch einmal geprüft, es bleibt dabei"),
        N_("Diese Entscheidung ist endgültig."),
    ),
    "withdrawn": State("x", "", N_("Von Ihnen zurückgezogen")),
    "unreviewed": State(
        "ring",
        "",
        N_("Nicht geprüft"),
        N_(
            "Bis zum Ende wurde über Ihre Frage nicht entschieden. Sie zählt "
            "öffentlich unter „Nicht geprüft“."
        ),
    ),
    "next": State(
        "right",
        "act",
        N_("Als Nächstes an der Reihe"),
        N_("Die Moderation liest Ihre Frage vor. Sie müssen nichts tun."),
    ),
    "now": State(
        "mic", "act", N_("Jetzt auf dem Podium"), N_("Ihre Frage wird gerade beantwortet.")
    ),
    "aloud": State("check", "ok", N_("Mündlich beantwortet")),
    "promised": State("promise", "", N_("Antwort zugesagt")),
    "kept": State("check", "ok", N_("Zusage eingelöst")),
    "written": State("edit", "ok", N_("Schriftlich beantwortet")),
    "referred": State("right", "ok", N_("Verwiesen")),
    "not_reached": State("ring", "", N_("Nicht mehr behandelt")),
}

# What a live page says by itself. A script fills the braces; the plural is the key's ending.


def own_state(row: Mapping[str, Any], upcoming: Collection[int] = ()) -> str:
    """Names the one state an own question is in; `upcoming` are the numbers shown as next."""
    review, appeal, answer = row["review"], row["appeal"], row["answer"]
    if review == "returned" and appeal and appeal["kind"] == "appeal":
        return "appealed" if appeal["open"] else "upheld"
    if review not in ("approved", "stage_only"):
        return str(review)
    if row["place"] == "now":
        return "now"
    if row["outcome"] != "open":
        return "kept" if answer and answer["kept"] else str(row["outcome"])
    if row["place"] == 1 or row["number"] in upcoming:
        return "next"
    return str(review)
