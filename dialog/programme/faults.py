"""What can be wrong with a session's folder, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Final

# what stands in a file, by the type it is read as
KINDS: Final[Mapping[type, tuple[str, str]]] = {
    str: ("ein Text in Anführungszeichen", "a text in quotation marks"),
    bool: ("true oder false", "true or false"),
    int: ("eine ganze Zahl", "a whole number"),
    float: ("eine Kommazahl", "a decimal number"),
    list: ("eine Liste in eckigen Klammern", "a list in square brackets"),
    dict: ("ein Abschnitt", "a section"),
    datetime: ("ein Zeitpunkt", "a moment"),
    date: ("ein Tag ohne Uhrzeit", "a day without a time"),
    time: ("eine Uhrzeit ohne Tag", "a time without a day"),
}

# code: sentence and next step in German, then both in English
WORDS: Final = {
    "no_folder": (
        "Diesen Ordner gibt es nicht.",
        "Prüfen Sie, welcher Ordner für die Dialoge eingestellt ist.",
        "There is no such folder.",
        "Check which folder is set for the sessions.",
    ),
    "no_file": (
        "Die Datei fehlt oder ist nicht zugänglich.",
        "Legen Sie sie nach dem Muster in „_template“ an.",
        "The file is missing or cannot be opened.",
        "Write it after the pattern in “_template”.",
    ),
    "not_utf8": (
        "Die Datei ist nicht in UTF-8 gespeichert (Byte {byte}).",
        "Speichern Sie sie im Editor mit der Kodierung UTF-8.",
        "The file is not saved as UTF-8 (byte {byte}).",
        "Save it with the encoding UTF-8.",
    ),
    "bad_toml": (
        "Zeile {line} ist nicht lesbar.",
        "Prüfen Sie dort Anführungszeichen, Klammern und Gleichheitszeichen.",
        "Line {line} cannot be read.",
        "Check its quotation marks, brackets and equals signs.",
    ),
    "missing": (
        "Die Angabe fehlt.",
        "Ergänzen Sie zum Beispiel: {example}",
        "The key is missing.",
        "Add for example: {example}",
    ),
    "unknown": (
        "Diese Angabe gibt es hier nicht.",
        "Möglich sind: {known}.",
        "There is no such key here.",
        "Possible are: {known}.",
    ),
    "misspelt": (
        "Diese Angabe gibt es hier nicht.",
        "Meinten Sie „{near}“?",
        "There is no such key here.",
        "Did you mean “{near}”?",
    ),
    "wrong_type": (
        "Hier steht {found}, gebraucht wird {wanted}.",
        "Ändern Sie den Wert, ein Beispiel steht in sessions/README.md.",
        "This is {found_en}, but {wanted_en} is needed.",
        "Change the value, sessions/README.md has an example.",
    ),
    "empty": (
        "Die Angabe ist leer.",
        "Tragen Sie etwas ein.",
        "The value is empty.",
        "Fill it in.",
    ),
    "too_long": (
        "Der Text hat {length} Zeichen, höchstens {limit} sind möglich.",
        "Kürzen Sie ihn.",
        "The text has {length} characters, at most {limit} are possible.",
        "Make it shorter.",
    ),
    "many_lines": (
        "Der Text enthält einen Zeilenumbruch oder ein Steuerzeichen.",
        "Schreiben Sie ihn in eine Zeile.",
        "The text holds a line break or a control character.",
        "Write it on one line.",
    ),
    "bad_signs": (
        "Der Text enthält Zeichen, die niemand sieht oder die andere Zeichen umordnen.",
        "Schreiben Sie ihn neu, ohne ihn aus einem anderen Programm einzufügen.",
        "The text holds signs that nobody sees or that move others around.",
        "Type it again instead of pasting it from another program.",
    ),
    "too_many": (
        "Die Liste hat {length} Einträge, höchstens {limit} sind möglich.",
        "Fassen Sie Einträge zusammen.",
        "The list has {length} entries, at most {limit} are possible.",
        "Combine some of them.",
    ),
    "twice": (
        "„{entry}“ steht zweimal in der Liste.",
        "Streichen Sie einen der beiden Einträge.",
        "“{entry}” stands in the list twice.",
        "Remove one of the two.",
    ),
    "bad_choice": (
        "„{found}“ ist hier nicht möglich.",
        "Wählen Sie: {options}.",
        "“{found}” is not possible here.",
        "Choose: {options}.",
    ),
    "bad_code": (
        "Der Code besteht nicht aus sechs Ziffern.",
        'Schreiben Sie sechs Ziffern in Anführungszeichen, zum Beispiel "482913".',
        "The code is not made of six digits.",
        'Write six digits in quotation marks, for example "482913".',
    ),
    "needless_code": (
        'Ein Code gilt nur mit identity = "code".',
        "Streichen Sie den Code oder ändern Sie identity.",
        'A code only counts with identity = "code".',
        "Remove the code or change identity.",
    ),
    "not_https": (
        "Die Adresse beginnt nicht mit https:// oder ist unvollständig.",
        "Schreiben Sie die vollständige Adresse, zum Beispiel https://video.example/dialog.",
        "The address does not begin with https:// or is not complete.",
        "Write the whole address, for example https://video.example/dialog.",
    ),
    "out_of_range": (
        "{found} liegt nicht zwischen {least} und {most}.",
        "Wählen Sie eine Zahl in diesem Bereich.",
        "{found} is not between {least} and {most}.",
        "Choose a number in this range.",
    ),
    "no_zone": (
        "Der Zeit fehlt die Zone.",
        "Schreiben Sie {right}.",
        "The time has no zone.",
        "Write {right}.",
    ),
    "wrong_offset": (
        "An diesem Tag gilt in Bayern {right}, nicht {found}.",
        "Ändern Sie das Ende der Zeitangabe in {right}.",
        "On that day the offset in Bavaria is {right}, not {found}.",
        "Change the end of the time to {right}.",
    ),
    "bad_year": (
        "Das Jahr {year} kann nicht stimmen.",
        "Prüfen Sie die Jahreszahl.",
        "The year {year} cannot be right.",
        "Check the year.",
    ),
    "bad_order": (
        "„{early}“ ({early_at}) liegt nicht vor „{late}“ ({late_at}).",
        "Prüfen Sie Tag und Uhrzeit beider Angaben.",
        "“{early}” ({early_at}) is not before “{late}” ({late_at}).",
        "Check day and time of both.",
    ),
    "bad_slug": (
        "Der Ordner „{folder}“ heißt nicht nach dem Muster Tag-Stichwort.",
        (
            "Benennen Sie ihn zum Beispiel 2026-11-24-sprache-und-arbeit "
            "(Kleinbuchstaben ohne Umlaute, Ziffern, Bindestriche)."
        ),
        "The folder “{folder}” is not named after the pattern day-words.",
        "Name it for example 2026-11-24-sprache-und-arbeit (small letters, digits, hyphens).",
    ),
    "other_slug": (
        "„{found}“ ist nicht der Name des Ordners.",
        "Schreiben Sie „{folder}“ oder streichen Sie die Zeile.",
        "“{found}” is not the folder's name.",
        "Write “{folder}” or remove the line.",
    ),
    "no_rehearsal": (
        "Nur eine Probe endet so; ein Dialog mit eigenem Namen wird nie gelöscht.",
        "Streichen Sie die Zeile; Proben legt „python -m dialog rehearsal“ an.",
        "Only a rehearsal ends so; a session with a name of its own is never deleted.",
        "Remove the line; rehearsals are made by “python -m dialog rehearsal”.",
    ),
    "other_day": (
        "Der Ordner nennt den {named}, der Dialog beginnt am {day}.",
        "Ändern Sie „starts“, oder sagen Sie mit postponed = true, dass er verlegt ist.",
        "The folder names {named}, the session starts on {day}.",
        "Change “starts”, or say with postponed = true that it was postponed.",
    ),
    "no_moment": (
        "„{found}“ ist kein Tag mit Uhrzeit.",
        "Schreiben Sie zum Beispiel 23.02.2027 und 18:00.",
        "“{found}” is no day with a time.",
        "Write for example 23.02.2027 and 18:00.",
    ),
    "no_day": (
        "Der Tag fehlt.",
        "Bitte wählen Sie einen Tag.",
        "The day is missing.",
        "Please choose a day.",
    ),
    "twice_that_night": (
        "Um {found} Uhr wird an diesem Tag die Uhr zurückgestellt: Diese Zeit gibt es zweimal.",
        "Wählen Sie, welche gemeint ist.",
        "At {found} the clock is set back on that day: this time comes twice.",
        "Choose which one is meant.",
    ),
    "not_that_night": (
        "{found} Uhr gibt es an diesem Tag nicht: Die Uhr wird von 2 auf 3 Uhr vorgestellt.",
        "Wählen Sie eine Zeit davor oder danach.",
        "There is no {found} on that day: the clock is set from 2 to 3.",
        "Choose a time before or after it.",
    ),
    "no_number": (
        "„{found}“ ist keine ganze Zahl.",
        "Schreiben Sie nur Ziffern.",
        "“{found}” is no whole number.",
        "Write digits only.",
    ),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one file, with what to do about it, in German and English.

    ``fields`` are what its sentences say of it.
    """

    file: Path
    key: str
    code: str
    sentence: str
    next_step: str
    sentence_en: str
    next_step_en: str
    fields: Mapping[str, object] = field(default_factory=dict, compare=False)

    def told(self, language: str = "de") -> str:
        """Return the fault as one line for a terminal.

        What of a folder's name is no text, is not shown: nothing could write it.
        """
        place = f"{self.file}: {self.key}" if self.key else f"{self.file}"
        said = f"{self.sentence} {self.next_step}"
        if language == "en":
            said = f"{self.sentence_en} {self.next_step_en}"
        return f"{place}: {said}".encode(errors="replace").decode()


class DeclarationError(Exception):
    """A session's folder cannot be used; `faults` says all that is wrong with it."""

    def __init__(self, faults: list[Fault]) -> None:
        """Keep the faults."""
        super().__init__("\n".join(fault.told("en") for fault in faults))
        self.faults = tuple(faults)
