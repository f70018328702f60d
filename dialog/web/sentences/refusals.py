"""Why not, what is kept, and what to do: every refusal, and the nine reasons of a return.

A refusal is said by its code and field where that has words of its own, else by its code.
"""

from typing import Final

from dialog.web.catalogue import marked as N_  # noqa: N812 - the name that extraction knows
from dialog.web.sentences.bulletin import REFUSED_NOTICES
from dialog.web.sentences.invitations import REFUSED_LISTS
from dialog.web.sentences.said import Said

_BY_PART: Final = REFUSED_LISTS | REFUSED_NOTICES

REFUSALS: Final[dict[str, Said]] = {
    "empty": Said(
        N_("Es fehlt noch Text"),
        N_("Das Feld ist leer."),
        N_("Bitte schreiben Sie Ihre Frage in das Feld."),
    ),
    "too_long": Said(
        N_("Der Text ist zu lang"),
        N_("Möglich sind höchstens {limit} Zeichen."),
        N_("Bitte kürzen Sie den Text. Erläuterungen passen in den Hintergrund."),
    ),
    "bad_text": Said(
        N_("Der Text enthält Zeichen, die sich nicht anzeigen lassen"),
        N_("Das geschieht manchmal beim Einfügen aus anderen Programmen."),
        N_("Bitte fügen Sie den Text ohne Formatierung ein oder tippen Sie die Stelle neu."),
    ),
    "duplicate": Said(
        N_("Diese Frage haben Sie schon eingereicht"),
        N_("Sie liegt der Moderation vor und geht nicht verloren."),
        N_("Sie finden sie unter „Meine Fragen“."),
    ),
    "too_fast": Said(
        N_("Das ging sehr schnell hintereinander"),
        N_("Zwischen zwei Fragen liegt eine kurze Pause."),
        N_("Bitte versuchen Sie es in {seconds} Sekunden noch einmal."),
    ),
    "too_fast.search": Said(
        N_("Das ging sehr schnell hintereinander"),
        N_("Zwischen vielen Suchen liegt eine kurze Pause."),
        N_("Bitte versuchen Sie es in {seconds} Sekunden noch einmal."),
    ),
    "too_many": Said(
        N_("Von Ihnen warten schon mehrere Fragen"),
        N_("Erst wenn eine davon geprüft ist, können Sie die nächste einreichen."),
        N_("Sie können eine wartende Frage ändern oder zurückziehen."),
    ),
    "closed": Said(
        N_("Das ist gerade nicht möglich"),
        N_("Der Dialog nimmt das jetzt nicht an."),
        N_("Sie können weiter mitlesen. Ihre Fragen und Antworten bleiben hier stehen."),
    ),
    "paused": Said(
        N_("Der Dialog macht eine Pause"),
        N_("Solange wird nichts angenommen."),
        N_("Bitte versuchen Sie es in einigen Minuten noch einmal."),
    ),
    "forbidden": Said(
        N_("Dafür fehlt Ihnen der Zugang"),
        N_("Mit Ihrem jetzigen Zugang ist das nicht möglich."),
        N_("Bitte nehmen Sie über Ihre Einladung oder mit dem Code teil."),
    ),
    "unknown": Said(
        N_("Das gibt es hier nicht"),
        N_("Die Frage ist nicht öffentlich, oder die Adresse ist nicht vollständig."),
        N_("Bitte prüfen Sie die Adresse oder gehen Sie zum Programm."),
    ),
    "gone": Said(
        N_("Das gibt es hier nicht mehr"),
        N_("Dieser Link gilt nicht mehr, oder die Frage wurde zurückgenommen."),
        N_("Bitte öffnen Sie den neuesten Link aus Ihrer Einladung."),
    ),
    "conflict": Said(
        N_("Inzwischen hat sich etwas geändert"),
        N_("Jemand anderes hat zur selben Zeit daran gearbeitet."),
        N_("Bitte sehen Sie sich den neuen Stand an und entscheiden Sie dann."),
    ),
    "key_reused": Said(
        N_("Dieses Formular wurde schon einmal mit anderem Inhalt gesendet"),
        N_("Das kann nach „Zurück“ im Browser geschehen."),
        N_("Bitte senden Sie es noch einmal; es ist jetzt erneuert."),
    ),
    "stale": Said(
        N_("Diese Eingabe ist zu alt"),
        N_("Seitdem ist zu viel Zeit vergangen."),
        N_("Bitte drücken Sie noch einmal."),
    ),
    "malformed": Said(
        N_("Die Angaben waren nicht lesbar"),
        N_("Etwas ist auf dem Weg verloren gegangen."),
        N_("Bitte laden Sie die Seite neu und versuchen Sie es noch einmal."),
    ),
    "too_big": Said(
        N_("Das war zu viel auf einmal"),
        N_("So viel Text nimmt das Formular nicht an."),
        N_("Bitte kürzen Sie den Text."),
    ),
    "muted": Said(
        N_("Sie können in diesem Dialog nur noch mitlesen"),
        N_("Die Organisation hat Ihren Zugang auf Mitlesen umgestellt."),
        N_("Wenn Sie das klären möchten, schreiben Sie an die Kontaktadresse."),
    ),
    "incomplete": Said(
        N_("Es fehlt noch eine Angabe"),
        N_("Ohne sie lässt sich das nicht speichern."),
        N_("Bitte ergänzen Sie das markierte Feld."),
    ),
    "busy": Said(
        N_("Gerade kommen sehr viele Eingaben an"),
        N_("Ihre wurde noch nicht gespeichert."),
        N_("Bitte versuchen Sie es in {seconds} Sekunden noch einmal."),
    ),
    "confirm": Said(
        N_("Bitte bestätigen Sie, dass Sie es sind"),
        N_("Das lässt sich nicht zurücknehmen, und Ihre Anmeldung ist älter als zehn Minuten."),
        N_("Bestätigen Sie es in einem neuen Tab und drücken Sie dann hier noch einmal."),
    ),
    "too_fast.signin": Said(
        N_("Das waren sehr viele Versuche"),
        N_("So schützen wir Konten vor dem Erraten und Postfächer vor zu vielen Nachrichten."),
        N_("Bitte versuchen Sie es in {seconds} Sekunden noch einmal."),
    ),
    "too_fast.signin_minutes": Said(
        N_("Das waren sehr viele Versuche"),
        N_("So schützen wir Konten vor dem Erraten und Postfächer vor zu vielen Nachrichten."),
        N_(
            "Bitte versuchen Sie es in {minutes} Minuten noch einmal. "
            "Der Link in Ihrer letzten E-Mail gilt solange weiter."
        ),
    ),
    "too_fast.barrier": Said(
        N_("Das waren sehr viele Meldungen"),
        N_("So schützen wir das Postfach des Betreibers."),
        N_("Bitte versuchen Sie es in {seconds} Sekunden noch einmal."),
    ),
    "too_fast.barrier_minutes": Said(
        N_("Das waren sehr viele Meldungen"),
        N_("So schützen wir das Postfach des Betreibers."),
        N_(
            "Bitte versuchen Sie es in {minutes} Minuten noch einmal, oder nehmen Sie einen der "
            "anderen Wege."
        ),
    ),
    "empty.barrier": Said(
        N_("Es fehlt noch Text"),
        N_("Bitte schreiben Sie, was nicht geht."),
        N_("Ein Satz genügt."),
    ),
    "too_long.barrier": Said(
        N_("Der Text ist zu lang"),
        N_("Möglich sind höchstens {limit} Zeichen."),
        N_("Bitte kürzen Sie den Text, oder nehmen Sie einen der anderen Wege."),
    ),
    "too_long.barrier_where": Said(
        N_("Die Angabe zur Seite ist zu lang"),
        N_("Möglich sind höchstens {limit} Zeichen."),
        N_("Bitte kürzen Sie sie."),
    ),
    "too_long.barrier_aid": Said(
        N_("Die Angabe, womit Sie arbeiten, ist zu lang"),
        N_("Möglich sind höchstens {limit} Zeichen."),
        N_("Bitte kürzen Sie sie."),
    ),
    "forbidden.no_reports": Said(
        N_("Dieser Server kann Ihre Meldung nicht zustellen"),
        N_("Für Meldungen ist hier kein Postfach eingerichtet."),
        N_("Bitte nehmen Sie einen der Wege, die unten stehen."),
    ),
    "incomplete.address": Said(
        N_("Das ist keine E-Mail-Adresse"),
        N_("Eine Adresse sieht so aus: name@amt.example."),
        N_("Bitte prüfen Sie die Adresse."),
    ),
    "forbidden.signin_code": Said(
        N_("Der Code stimmt nicht oder gilt nicht mehr"),
        N_("Er hat sechs Ziffern, gilt zehn Minuten und nur in diesem Browser."),
        N_("Nach fünf falschen Codes hilft nur noch der Link in der E-Mail oder eine neue E-Mail."),
    ),
    "forbidden.no_mail": Said(
        N_("Dieser Server verschickt noch keine E-Mails"),
        N_("Deshalb kann er Ihnen keinen Anmeldelink senden."),
        N_("Bitte fragen Sie die Administration nach einem Link."),
    ),
    "forbidden.staff": Said(
        N_("Diese Seite ist für das Team"),
        N_("Mit Ihrem jetzigen Zugang öffnet sie sich nicht."),
        N_("Bitte melden Sie sich an, oder öffnen Sie den Link aus Ihrer Einladung."),
    ),
    "forbidden.account": Said(
        N_("Diese Seite ist für das Team"),
        N_("Sie sind nicht angemeldet, oder Ihre Anmeldung ist abgelaufen."),
        N_("Bitte melden Sie sich an."),
    ),
    "forbidden.office": Said(
        N_("Diese Seite ist für die Organisation des Programms"),
        N_("Ihr Konto hat dieses Amt nicht."),
        N_("Wer es hat, kann es Ihnen geben."),
    ),
    "forbidden.stranger": Said(
        N_("Das ist der persönliche Link von jemand anderem"),
        N_("Sie sind als Teil des Teams angemeldet und bleiben dieselbe Person."),
        N_("Bitte öffnen Sie den Link in einem anderen Browser, oder melden Sie sich zuerst ab."),
    ),
    "incomplete.roles": Said(
        N_("Es fehlt noch eine Aufgabe"),
        N_("Ohne Aufgabe kann diese Person nichts tun."),
        N_("Bitte kreuzen Sie mindestens eine an."),
    ),
    "empty.name": Said(
        N_("Es fehlt noch der Name"),
        N_("Die anderen im Team müssen sehen, wer das ist."),
        N_("Bitte tragen Sie Vor- und Nachnamen ein."),
    ),
    "unknown.account": Said(
        N_("Dieses Konto gibt es nicht mehr"),
        N_("Jemand anderes hat es inzwischen entfernt."),
        N_("Bitte sehen Sie sich die Liste noch einmal an."),
    ),
    "conflict.last_organiser": Said(
        N_("Jemand muss das Programm organisieren"),
        N_("Dies ist das einzige Konto, das Aufgaben vergeben kann."),
        N_("Geben Sie zuerst einer zweiten Person die Organisation."),
    ),
    "gone.signin": Said(
        N_("Dieser Anmeldelink gilt nicht mehr"),
        N_("Er gilt nur einmal und nur kurze Zeit."),
        N_("Bitte fordern Sie einen neuen an."),
    ),
    "malformed.passage": Said(
        N_("Diese Stelle steht so nicht im Text"),
        N_("Geschwärzt wurde noch nichts."),
        N_("Bitte kopieren Sie die Stelle aus dem Text, oder wählen Sie den richtigen Text."),
    ),
    "empty.passage": Said(
        N_("Es fehlt die Stelle"),
        N_("Geschwärzt wurde noch nichts."),
        N_("Bitte schreiben oder kopieren Sie die Stelle in das Feld."),
    ),
    "conflict.archive": Said(
        N_("Diese Frage zeigt keinen Namen"),
        N_("Deshalb gibt es nichts, was dauerhaft im Archiv stehen könnte."),
        N_("Bitte laden Sie die Seite neu."),
    ),
    "duplicate.public": Said(
        N_("Diese Frage ist schon dabei"),
        N_("Sie steht mit denselben Worten als Frage {number} in der Liste."),
        N_("Bitte unterstützen Sie sie dort; so zählt sie mehr als zwei einzelne."),
    ),
    "forbidden.code": Said(
        N_("Der Code stimmt nicht"),
        N_("Er hat sechs Ziffern und steht auf dem Beamer oder im Video."),
        N_("Bitte geben Sie ihn noch einmal ein."),
    ),
    "forbidden.invited": Said(
        N_("Gerade nehmen nur Eingeladene teil"),
        N_("Fragen und unterstützen kann gerade nur, wer eine persönliche Einladung hat."),
        N_("Sie können weiter mitlesen. Wer eine Einladung hat, öffnet den Link aus der E-Mail."),
    ),
    "forbidden.show": Said(
        N_("So zeigt dieser Dialog niemanden"),
        N_("In diesem Dialog erscheinen Fragende anders, als Sie es gewählt haben."),
        N_("Bitte wählen Sie unter „Name und Ort“ eine der angebotenen Möglichkeiten."),
    ),
    "incomplete.name": Said(
        N_("In diesem Dialog wird mit Namen gefragt"),
        N_("In diesem Dialog wird mit Namen gefragt, und Sie haben noch keinen angegeben."),
        N_("Bitte tragen Sie ihn unter „Meine Fragen“ ein und reichen Sie die Frage dann ein."),
    ),
    "too_fast.network": Said(
        N_("Gerade kommen sehr viele aus Ihrem Netz dazu"),
        N_("Aus Ihrem Netz, zum Beispiel Ihrem Saal, kommen gerade sehr viele auf einmal dazu."),
        N_(
            "Bitte versuchen Sie es in {seconds} Sekunden noch einmal; Ihre Angaben bleiben stehen."
        ),
    ),
    "busy.second": Said(
        N_("Gerade hat die Moderation sehr viele Fragen"),
        N_("Die Moderation hat gerade sehr viele Fragen; Ihre ist noch nicht eingereicht."),
        N_(
            "Bitte versuchen Sie es in {seconds} Sekunden noch einmal. "
            "Fragen der anderen können Sie jederzeit unterstützen."
        ),
    ),
    "forbidden.link": Said(
        N_("Dieser Dialog ist für Eingeladene"),
        N_("Teilnehmen kann, wer eine persönliche Einladung hat."),
        N_("Bitte öffnen Sie den Link aus Ihrer E-Mail."),
    ),
    "forbidden.screen": Said(
        N_("Diese Anzeige ist nicht öffentlich"),
        N_("Diesen Dialog verfolgt nur, wer eingeladen ist."),
        N_("Bitte öffnen Sie in diesem Browser zuerst Ihre Einladung, dann diese Seite."),
    ),
    "forbidden.own": Said(
        N_("Das ist Ihr eigener Beitrag"),
        N_("Über eigene Fragen und Antworten entscheidet jemand anderes."),
        N_("Bitte überlassen Sie das einer zweiten Person."),
    ),
    "forbidden.second": Said(
        N_("Hier gibt eine zweite Person frei"),
        N_("In diesem Dialog veröffentlicht niemand allein einen Antworttext."),
        N_("Bitte geben Sie den Text der Organisation; sie kann die Antwort berichtigen."),
    ),
    "forbidden.appeal": Said(
        N_("Hier entscheidet eine zweite Person"),
        N_("Sie haben diese Frage selbst zurückgegeben; nun wird sie noch einmal geprüft."),
        N_("Bitte überlassen Sie das jemand anderem aus der Moderation."),
    ),
    "forbidden.rehearsal": Said(
        N_("Eine Probe wird nicht veröffentlicht"),
        N_("Sie ist nur zum Üben da und wird nach einigen Tagen ganz gelöscht."),
        N_("Veröffentlichen können Sie den echten Dialog, wenn er zu Ende ist."),
    ),
    "forbidden.real": Said(
        N_("Dies ist ein echter Dialog"),
        N_("Gespielt wird nur in einer Probe, damit echte Fragen echt bleiben."),
        N_("Legen Sie auf dem Server eine Probe davon an."),
    ),
    "forbidden.bearer": Said(
        N_("Diese Berechtigung gilt hier nicht"),
        N_("Sie ist abgelaufen, von einem anderen Server oder für eine andere Probe."),
        N_("Lassen Sie sich auf dem Server eine neue ausstellen."),
    ),
    "incomplete.ends": Said(
        N_("Das Ende des Dialogs ist schon vorbei"),
        N_("Die Uhr würde ihn sofort wieder beenden."),
        N_("Bitte verlängern Sie ihn zuerst und nehmen Sie ihn dann wieder auf."),
    ),
    "incomplete.questions": Said(
        N_("Es sind noch Fragen offen"),
        N_("Ohne Entscheidung oder Ergebnis: {open}."),
        N_("Bitte entscheiden Sie, was noch wartet, oder schließen Sie offene Fragen ab."),
    ),
    "incomplete.answers": Said(
        N_("Es warten noch Antworten auf ihre Freigabe"),
        N_("Nicht freigegeben: {open}. Sie kämen sonst nicht ins Protokoll."),
        N_("Bitte geben Sie sie frei."),
    ),
    "incomplete.by": Said(
        N_("Wer hat es zugesagt?"),
        N_("Eine Zusage braucht jemanden, der sie einlöst."),
        N_("Bitte tragen Sie Stelle oder Person ein."),
    ),
    "incomplete.until": Said(
        N_("Bis wann ist es zugesagt?"),
        N_("Eine Zusage braucht einen Tag; ohne ihn ist sie keine."),
        N_("Bitte tragen Sie den Tag ein oder wählen Sie ein anderes Ergebnis."),
    ),
    "incomplete.to": Said(
        N_("An wen wird verwiesen?"),
        N_("Die Fragenden müssen wissen, wohin sie sich wenden können."),
        N_("Bitte tragen Sie die Stelle ein."),
    ),
    "incomplete.numbers": Said(
        N_("Es fehlt noch eine Auswahl"),
        N_("Zusammengeführt werden mindestens zwei Fragen, zurückgegeben mindestens eine."),
        N_("Bitte kreuzen Sie an, worüber Sie entscheiden möchten."),
    ),
    "incomplete.note": Said(
        N_("Dieser Grund braucht einen Hinweis"),
        N_("Zum Beispiel den Link auf die Antwort oder die zuständige Stelle."),
        N_("Bitte ergänzen Sie den Hinweis."),
    ),
    "conflict.order": Said(
        N_("Auf dem Podium hat sich gerade etwas geändert"),
        N_("Jemand anderes war schneller; es wurde keine Frage übersprungen."),
        N_("Bitte sehen Sie auf den neuen Stand und drücken Sie dann noch einmal."),
    ),
    "malformed.fields": Said(
        N_("Noch nicht gesichert"),
        N_("Einige Angaben stimmen noch nicht. Alles, was Sie geschrieben haben, steht noch hier."),
        N_("Bitte ändern Sie die markierten Felder."),
    ),
    "incomplete.folder": Said(
        N_("Der Ordner dieses Dialogs lässt sich nicht lesen"),
        N_("Jemand hat ihn von Hand geändert, und dabei ist ein Fehler entstanden."),
        N_("Öffnen Sie „Bearbeiten“; dort steht, was zu ändern ist."),
    ),
    "unknown.folder": Said(
        N_("Diesen Dialog gibt es nicht"),
        N_("Die Adresse ist nicht vollständig, oder der Entwurf hat jetzt einen anderen Tag."),
        N_("Bitte gehen Sie zum Programm der Organisation."),
    ),
    "unknown.rehearsal": Said(
        N_("Diese Probe gibt es nicht mehr"),
        N_("Sie ist beendet und gelöscht."),
        N_("Sie können jederzeit eine neue anlegen."),
    ),
    "conflict.folder": Said(
        N_("Inzwischen hat jemand anderes diesen Dialog geändert"),
        N_("Ihre Eingaben stehen noch hier, gesichert sind sie nicht."),
        N_("Unten steht, was abweicht. Noch einmal gesichert, ersetzt Ihre Fassung die andere."),
    ),
    "busy.folder": Said(
        N_("Der Ordner der Dialoge lässt sich nicht beschreiben"),
        N_("Nichts ist gesichert, und nichts ist verloren: Ihre Eingaben stehen noch hier."),
        N_("Bitte sagen Sie es der Technik – Platz oder Rechte fehlen – und sichern Sie dann neu."),
    ),
    "busy.fault": Said(
        N_("Da ist bei uns etwas schiefgegangen"),
        N_("Der Fehler liegt nicht bei Ihnen und ist vermerkt."),
        N_("Bitte versuchen Sie es noch einmal; „Zurück“ im Browser bringt Ihren Text wieder."),
    ),
    "busy.pdf": Said(
        N_("Das PDF kann gerade nicht erstellt werden"),
        N_("Der Fehler liegt nicht bei Ihnen und ist vermerkt."),
        N_(
            "Bitte versuchen Sie es in {seconds} Sekunden noch einmal. "
            "Als Seite, CSV und Markdown gibt es das Protokoll weiterhin."
        ),
    ),
    "busy.storage": Said(
        N_("Gerade kann nichts gespeichert werden"),
        N_("Ihre Eingabe ist noch nicht gespeichert. Lesen können Sie weiterhin."),
        N_("Wir arbeiten daran. Bitte versuchen Sie es in {seconds} Sekunden noch einmal."),
    ),
    "stale.token": Said(
        N_("Diese Seite war zu lange offen"),
        N_("Ihr Text ist erhalten; gespeichert ist noch nichts."),
        N_("Bitte senden Sie noch einmal ab."),
    ),
} | _BY_PART

# Said by a page that is loaded for it, no script needs these; or to staff alone. Without them the
# room is lighter: whoever comes first comes by telephone.
BY_PAGE: Final = frozenset({
    "too_fast.search", "malformed.passage", "empty.passage", "conflict.archive", "forbidden.code",
    "forbidden.link", "forbidden.screen", "forbidden.bearer", "forbidden.real", "busy.pdf",
    *_BY_PART,
    "too_fast.network",
    "too_fast.signin", "too_fast.signin_minutes", "incomplete.address", "forbidden.signin_code",
    "forbidden.no_mail", "forbidden.staff", "forbidden.account", "forbidden.office",
    "forbidden.stranger", "gone.signin",
    "malformed.fields", "incomplete.folder", "unknown.folder", "conflict.folder", "busy.folder",
    "incomplete.roles", "empty.name", "unknown.account",
    "conflict.last_organiser",
    "unknown.rehearsal",
    "too_fast.barrier", "too_fast.barrier_minutes", "empty.barrier", "too_long.barrier",
    "too_long.barrier_where", "too_long.barrier_aid", "forbidden.no_reports",
})  # fmt: skip
TO_STAFF: Final = frozenset({
    "confirm", "forbidden.own", "forbidden.second", "forbidden.appeal", "forbidden.rehearsal",
    "incomplete.ends", "incomplete.questions", "incomplete.answers", "incomplete.by",
    "incomplete.until", "incomplete.to", "incomplete.numbers", "incomplete.note", "conflict.order",
})  # fmt: skip

REASONS: Final[dict[str, Said]] = {
    "off_topic": Said(
        N_("Nicht zum Thema"),
        N_("Ihre Frage gehört nicht zum Thema dieses Dialogs."),
        N_(
            "Bitte beziehen Sie die Frage auf das Thema oder stellen Sie sie in "
            "einem anderen Dialog."
        ),
    ),
    "already_answered": Said(
        N_("Bereits beantwortet"),
        N_("Auf diese Frage gibt es schon eine öffentliche Antwort."),
        N_("Bitte lesen Sie die Antwort und fragen Sie nach, wenn etwas offen bleibt."),
    ),
    "not_ours": Said(
        N_("Nicht unsere Zuständigkeit"),
        N_("Darüber entscheidet eine andere Stelle."),
        N_("Bitte wenden Sie sich an die genannte Stelle."),
    ),
    "single_case": Said(
        N_("Einzelfall"),
        N_("Ihre Frage nennt Menschen, die sich hier nicht äußern können."),
        N_(
            "Bitte fragen Sie allgemein. Für den Einzelfall gibt es eine "
            "vertrauliche Ansprechstelle."
        ),
    ),
    "no_question": Said(
        N_("Keine Frage"),
        N_("Ihr Beitrag ist eine Mitteilung oder Forderung."),
        N_("Bitte formulieren Sie daraus eine Frage."),
    ),
    "insulting": Said(
        N_("Beleidigend oder diskriminierend"),
        N_("Ihr Beitrag verletzt andere Menschen."),
        N_("Bitte fragen Sie sachlich; dieselbe Sache darf gefragt werden."),
    ),
    "pending": Said(
        N_("Laufendes Verfahren oder Geheimhaltung"),
        N_("Dazu darf in diesem Dialog niemand Auskunft geben."),
        N_("Bitte fragen Sie nach der allgemeinen Regel."),
    ),
    "advertising": Said(
        N_("Werbung oder Massenzuschrift"),
        N_("Ihr Beitrag wirbt für etwas oder ist vielfach gleich eingegangen."),
        N_("Bitte stellen Sie eine eigene Frage."),
    ),
    "unclear": Said(
        N_("Nicht verständlich"),
        N_("Wir haben Ihre Frage nicht verstanden."),
        N_("Bitte formulieren Sie neu, am besten in einem kurzen Satz."),
    ),
}
