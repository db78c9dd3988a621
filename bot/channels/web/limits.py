"""How much one visitor and one address may do. Addresses are shared by whole offices and phone networks, so theirs
are wide; they only keep a single machine from taking everything."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

KEPT = 10_000  # buckets in memory before the full ones are forgotten


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, then so many a second."""

    burst: float
    per_second: float


@dataclass(frozen=True, slots=True)
class Limits:
    visitor_messages: Rate = Rate(30, 1)
    address_messages: Rate = Rate(600, 20)
    address_connections: Rate = Rate(200, 10)
    visitor_lines: int = 6  # open sockets and long polls; a further one closes the oldest
    address_lines: int = 400


class Buckets:
    """A token bucket for each key; times are monotonic seconds."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._levels: dict[str, tuple[float, float]] = {}

    def wait(self, key: str, now: float) -> float:
        """Takes one token and returns 0, or returns the seconds until there is one."""
        level, since = self._levels.get(key, (self._rate.burst, now))
        level = min(self._rate.burst, level + (now - since) * self._rate.per_second)
        if level < 1:
            return (1 - level) / self._rate.per_second
        self._levels[key] = (level - 1, now)
        if len(self._levels) > KEPT:
            self._forget(now)
        return 0.0

    def _forget(self, now: float) -> None:
        full_after = self._rate.burst / self._rate.per_second
        self._levels = {key: state for key, state in self._levels.items() if now - state[1] < full_after}


def address_key(remote: str | None, forwarded: str | None) -> str:
    """Whom to count a request to: the peer, or what a proxy on our own network says; an IPv6 customer is a /64."""
    peer = _address(remote)
    if forwarded and peer is not None and (peer.is_private or peer.is_loopback):
        peer = _address(forwarded.rsplit(",", 1)[-1].strip()) or peer
    if isinstance(peer, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((peer, 64), strict=False))
    return str(peer)


def _address(text: str | None) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text or "")
    except ValueError:
        return None
