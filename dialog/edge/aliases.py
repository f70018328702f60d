"""Names for network addresses that tell nothing of them: kept in memory only, and for a day."""

import ipaddress
import secrets
from collections.abc import Callable
from hashlib import blake2b

DAY_S = 86_400.0


class Aliases:
    """Gives an address the same name for a day: its hash under a key that nobody else has."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Draw a key; ``clock`` gives seconds."""
        self._clock = clock
        self._draw()

    def of(self, address: str) -> bytes:
        """Return the name of an address, of IPv6 that of its /64: a household has all of it."""
        if self._clock() - self._drawn >= DAY_S:
            self._draw()
        return blake2b(_network(address).encode(), key=self._key, digest_size=8).digest()

    def _draw(self) -> None:
        self._key, self._drawn = secrets.token_bytes(32), self._clock()


def _network(address: str) -> str:
    """Return what stands for an address; what is none stands for itself."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((int(parsed), 64), strict=False))
