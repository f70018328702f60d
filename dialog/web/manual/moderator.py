"""The manual of moderators."""

from typing import Final

from dialog.web.catalogue import marked as N_  # noqa: N812 - the name that extraction knows
from dialog.web.manual.shape import Manual, Part, Picture

MODERATOR: Final = Manual(
    "moderator",
    N_("Hilfe für die Moderation"),
    N_(
        "Sie prüfen, was eingeht, und helfen dem Podium durch den Abend. Jeder "
        "Schritt lässt sich rückgängig machen, und was Sie tun, steht im Verlauf."
    ),
    (
        Part(
            "first",
            "steps",
            N_("Erste Schritte"),
            (
                N_(
                    "Öffnen Sie den Link aus der E-Mail der Organisation, oder melden Sie "
                    "sich unter „Für das Team“ mit Ihrer dienstlichen Adresse an. Ein "
                    "Kennwort gibt es nicht."
                ),
                N_(
                    "Öffnen Sie die Moderation des Dialogs. Links steht die Prüfliste, die "
                    "älteste Frage zuerst, in der Mitte die Frage, an der Sie arbeiten."
                ),
                N_(
                    "Üben Sie vorher in einer Probe: Die Organisation legt sie an, sie sieht "
                    "genauso aus, und nichts davon wird veröffentlicht."
                ),
            ),
            picture=Picture(
                "desk",
                N_(
                    "Die Moderation: links die Prüfliste, in der Mitte eine Frage mit den "
                    "Knöpfen Freigeben und Zurückgeben, rechts ähnliche Fragen."
                ),
            ),
        ),
        Part(
            "before",
            "points",
            N_("Vor dem Dialog"),
            (
                N_(
                    "Fragen, die vorab eingehen, prüfen Sie schon in den Tagen davor. Je "
                    "leerer die Prüfliste am Abend ist, desto besser."
                ),
                N_(
                    "Sprechen Sie ab, wer zuerst prüft, wer Zweitprüfungen übernimmt und wer "
                    "mit dem Podium spricht."
                ),
                N_("Lesen Sie die Hausregeln: Zurückgegeben wird nur aus einem der neun Gründe."),
            ),
        ),
        Part(
            "decide",
            "points",
            N_("Eine Frage entscheiden"),
            (
                N_(
                    "„Freigeben“ macht sie öffentlich. Stehen Personendaten darin, ist kein "
                    "Knopf hervorgehoben, und es wird noch einmal gefragt."
                ),
                N_(
                    "„Zurückgeben“ verlangt einen der neun Gründe. Die fragende Person liest "
                    "Grund, einen Satz und den nächsten Schritt; schreiben Sie dazu, was ihr "
                    "hilft."
                ),
                N_(
                    "„Bearbeiten“ ändert den Wortlaut. Das Original bleibt, die fragende "
                    "Person sieht die Änderung und kann widersprechen."
                ),
                N_(
                    "„Nur Podium“ ist für Fragen, die einen Einzelfall nennen: Öffentlich "
                    "steht dann nur, dass eine Frage nicht gezeigt wird."
                ),
                N_(
                    "„Zusammenführen“ verbindet gleiche Fragen. Es zählen die Menschen, nicht "
                    "die Klicks: Wer beide unterstützt, zählt einmal. „Wieder trennen“ nimmt "
                    "es zurück."
                ),
                N_(
                    "Ähnliche wartende Fragen stehen als Gruppe und lassen sich gemeinsam "
                    "entscheiden."
                ),
                N_(
                    "Öffnen Sie eine Frage, sehen die anderen das. Entscheiden zwei zugleich, "
                    "gilt die erste Entscheidung, und die zweite Person verliert keinen Text."
                ),
                N_(
                    "Unter „Thema, Notiz für das Podium, Person“ ordnen Sie ein Thema zu, "
                    "hinterlassen eine Notiz oder nehmen von jemandem keine Fragen mehr an."
                ),
            ),
        ),
        Part(
            "during",
            "points",
            N_("Während des Dialogs"),
            (
                N_(
                    "Unter „Ablauf“ ziehen Sie Fragen vor, rufen auf und beenden sie. Ohne "
                    "Ablauf kommt als Nächstes, was die meisten unterstützen."
                ),
                N_(
                    "Mit „Nachricht senden“ schreiben Sie dem Podium ein Wort. Es steht dort, "
                    "bis jemand „Gelesen“ drückt."
                ),
                N_(
                    "Lesen Sie jede Frage laut vor, wenn sie aufgerufen wird: Wer nur zuhört, "
                    "sieht sie nicht."
                ),
                N_(
                    "Kommt eine Frage am Telefon, per E-Mail oder im Saal, tragen Sie sie für "
                    "die Person ein: „Frage eintragen“."
                ),
                N_(
                    "Eilt es, nimmt „Sofort ausblenden“ die Frage von jedem Bildschirm; "
                    "„Anzeige leeren“ leert Beamer und Einblendung. Beides steht auf jeder "
                    "Seite des Teams."
                ),
            ),
        ),
        Part(
            "after",
            "points",
            N_("Nach dem Dialog"),
            (
                N_(
                    "Was in der Prüfliste steht, entscheiden Sie noch vor der "
                    "Veröffentlichung. Was übrig bleibt, zählt öffentlich als „nicht "
                    "geprüft“."
                ),
                N_(
                    "Bitten um eine zweite Prüfung entscheidet jemand, der die Frage noch "
                    "nicht entschieden hat."
                ),
                N_("Unter „Verlauf“ steht, wer was wann entschieden hat."),
            ),
        ),
        Part(
            "keys",
            "keys",
            N_("Tasten"),
            (
                ("J K", N_("nächste, vorige Frage der Prüfliste; Enter öffnet sie")),
                ("A", N_("freigeben; wo Personendaten stehen, wird noch einmal gefragt")),
                ("R, 1–9", N_("zurückgeben, dann der Grund")),
                ("M, 1–3", N_("zusammenführen, dann die ähnliche Frage")),
                ("V, 1–3", N_("zurückgeben mit Verweis, dann die veröffentlichte Antwort")),
                (
                    "G",
                    N_(
                        "ähnliche gemeinsam entscheiden; darin 1–9 an- und abkreuzen, W und 1–9 "
                        "welche stehen bleibt, M zusammenführen, R und 1–9 zurückgeben"
                    ),
                ),
                ("E", N_("bearbeiten")),
                ("S", N_("nur Podium")),
                ("H", N_("sofort ausblenden, was auf dem Podium ist")),
                ("B", N_("Beamer und Einblendung leeren oder wieder zeigen")),
                ("/", N_("suchen: alle Fragen nach Wörtern, Nummer, Stand, Thema und Merkmal")),
                ("U", N_("eigenen letzten Schritt rückgängig machen")),
                ("?", N_("alle Tasten")),
            ),
        ),
        Part(
            "trouble",
            "troubles",
            N_("Wenn etwas nicht geht"),
            (
                (
                    N_("Ich habe mich verdrückt"),
                    N_(
                        "Drücken Sie U oder „Rückgängig“. Ältere Schritte nehmen Sie unter "
                        "„Verlauf“ zurück."
                    ),
                ),
                (
                    N_("Tasten lösen aus, obwohl ich nur tippen will"),
                    N_(
                        "Schalten Sie „Tastenkürzel“ unter der Frage aus. In Textfeldern wirken "
                        "sie nie."
                    ),
                ),
                (
                    N_("Etwas Falsches steht auf dem Beamer"),
                    N_(
                        "H nimmt die Frage weg, B leert Beamer und Einblendung. Dann in Ruhe "
                        "entscheiden."
                    ),
                ),
                (
                    N_("Keine Verbindung"),
                    N_(
                        "Was Sie geschrieben haben, bleibt stehen. Die Seite verbindet sich von "
                        "selbst; sonst „Erneut verbinden“."
                    ),
                ),
                (
                    N_("Die Prüfliste läuft voll"),
                    N_(
                        "Nehmen Sie zuerst Gruppen. Die Organisation kann weitere Menschen in die "
                        "Moderation holen, Fragen anhalten oder nur Eingeladene zulassen."
                    ),
                ),
                (
                    N_("Jemand reicht immer wieder dasselbe ein"),
                    N_(
                        "Geben Sie die Fragen zurück. Hilft das nicht: „Keine weiteren Fragen von "
                        "dieser Person annehmen“."
                    ),
                ),
            ),
        ),
    ),
)
