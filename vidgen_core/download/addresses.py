"""Which addresses a download goes to: public ones, and on a rehearsal this machine's."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
#: Special ones that not every supported Python knows of.
_SPECIAL = tuple(map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20")))


def is_address(host: str) -> bool:
    """Whether *host* is an address and not a name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def objection(address: str, *, here: bool) -> str:
    """Return what is wrong with connecting to *address*, or an empty text.

    *here*: the download is to come from this machine, and from nowhere else.
    """
    parsed = ip_address(address)
    if here:
        return "" if parsed.is_loopback else "an address outside this machine"
    return _objection(parsed)


def _objection(address: IPv4Address | IPv6Address) -> str:
    if isinstance(address, IPv6Address):
        inner = _inner(address)
        if inner is not None:
            return _objection(inner)
    if address.is_loopback or address.is_unspecified:
        return "an address of this machine"
    if address.is_link_local or address.is_private:
        return "an address of a private network"
    if address.is_multicast:
        return "an address of a group"
    return "" if _is_public(address) else "a reserved address"


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    special = any(address in net for net in _SPECIAL if net.version == address.version)
    return address.is_global and not address.is_reserved and not special


def _inner(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that packets to *address* end up at, if there is one."""
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
