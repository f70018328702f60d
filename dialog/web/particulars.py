"""What the operator says of itself, and what is in force here, as the public pages tell it."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Particulars:
    """The operator's own words; an empty one was not given, several lines are a tuple."""

    address: tuple[str, ...]
    email: str
    phone: str
    represented: str
    vat: str
    authority: tuple[str, ...]
    editor: tuple[str, ...]
    officer: tuple[str, ...]
    complaints: tuple[str, ...]
    basis: str
    processor: tuple[str, ...]
    norm: str
    result: str
    assessed: date | None
    method: str
    gaps: tuple[str, ...]
    enforcement: tuple[str, ...]
    reports_to: str
    security: str
    policy: str


@dataclass(frozen=True, slots=True)
class InForce:
    """What the settings make of data: days and hours for which a sign-in is good, who is involved.

    ``relay`` and ``provider`` are names of hosts, empty where there is none.
    """

    pass_idle_days: int
    pass_days: int
    staff_idle_hours: int
    staff_days: int
    relay: str
    provider: str
    proxied: bool
