"""Names for network addresses that tell nothing of them: kept in memory only, and for a day."""

import ipaddress
import secrets
from collections.abc import Callable
from hashlib import blake2b

DAY_S = 86_400.0
HOST, NEIGHBOURS = 32, 24


class Aliases:
    """Gives an address the same name for a day: its hash under a key that nobody else has."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Draw a key; ``clock`` gives seconds."""
        self._clock = clock
        self._draw()

    def of(self, address: str) -> bytes:
        """Return the name of an address, of IPv6 that of its /64: a household has all of it."""
        return self._hashed(_network(address, HOST))

    def of_network(self, address: str) -> bytes:
        """Return the name of the network around an address: its /24, or its /64."""
        return self._hashed(f"network {_network(address, NEIGHBOURS)}")

    def _hashed(self, named: str) -> bytes:
        if self._clock() - self._drawn >= DAY_S:
            self._draw()
        return blake2b(named.encode(), key=self._key, digest_size=8).digest()

    def _draw(self) -> None:
        self._key, self._drawn = secrets.token_bytes(32), self._clock()


def _network(address: str, bits: int) -> str:
    """Return what stands for an address, of IPv4 that many bits; what is none stands for itself."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    short = parsed if isinstance(parsed, ipaddress.IPv4Address) else parsed.ipv4_mapped
    if short:
        return str(ipaddress.ip_network((int(short), bits), strict=False))
    return str(ipaddress.ip_network((int(parsed), 64), strict=False))
