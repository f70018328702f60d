"""Questions to measure with: seeded, of the length and with the words that evenings have."""

import random

WHO = ("Ehrenamtliche", "Familien", "Kinder", "Geflüchtete", "Vereine", "Schulen", "Gemeinden")
WHAT = (
    *("Sprachkurse", "Wohnungen", "Dolmetscher", "Anerkennung der Berufsabschlüsse", "Beratung"),
    *("Kita-Plätze", "Fahrten zum Amt", "Termine in der Ausländerbehörde", "Lernorte", "Internet"),
)
HOW = ("schneller", "verlässlich", "ohne lange Wege", "auch abends", "auf dem Land", "kostenlos")
WHEN = ("in diesem Jahr", "ab dem Sommer", "vor dem Winter", "nach dem Umzug", "vor der Schule")
WHERE = ("im Kreis", "in der Gemeinde", "in der Stadt")


def question(dice: random.Random) -> str:
    """Return one question, alike in its words and not in its meaning to most others."""
    who, what, how, when = (dice.choice(part) for part in (WHO, WHAT, HOW, WHEN))
    place = f"{dice.choice(WHERE)} {dice.randint(1, 9_999)}"
    told = f"Wie bekommen {who} {when} {how} {what}"
    return f"{told}, und wer hilft dabei {place}, wenn {dice.choice(WHO)} darauf warten?"
