"""Where a service lives: the one form in which its address is accepted."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

_NAME = re.compile(r"([a-z0-9_][a-z0-9_-]{0,62}\.)*[a-z0-9_][a-z0-9_-]{0,62}\.?", re.IGNORECASE)
#: Some programs read a name that ends so as an address: ``127.1``, ``0x7f000001``.
_NUMBER = re.compile(r"(.*\.)?([0-9]+|0x[0-9a-f]*)\.?", re.IGNORECASE)


def service_url(text: str) -> str:
    """Return the address of a service as providers build on it, without a slash at its end.

    It is https, or plain http on this machine's loopback (``localhost``,
    ``127.0.0.1``, ``[::1]``), so that a proxy or a rehearsal will do. Meant as the
    ``converter`` of an option of scope ``user``. Raises ``ValueError`` for anything
    else; the sentence does not repeat *text*, which may hold a secret.
    """
    parts = _split(text)
    if parts.scheme == "http" and not is_loopback_host(parts.hostname or ""):
        raise ValueError("plain http:// is for this machine only; anywhere else it is https://")
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/')}"


def is_on_this_machine(value: object) -> bool:
    """Whether *value* is the address of a service that speaks plain http on loopback."""
    if not isinstance(value, str):
        return False
    try:
        return service_url(value).startswith("http://")
    except ValueError:
        return False


def is_loopback_host(host: str) -> bool:
    """Whether *host* itself says that it is this machine; no name is looked up."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_host(host: str) -> bool:
    """Whether *host* is written as a name of the net or an address, without brackets."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(len(host) <= 253 and _NAME.fullmatch(host) and not _NUMBER.fullmatch(host))
    return "%" not in host


def _split(text: object) -> SplitResult:
    if not isinstance(text, str) or not text.strip():
        raise ValueError("a service's address is needed, such as https://api.example.com/v1")
    text = text.strip()
    if not (text.isascii() and text.isprintable()) or any(letter in text for letter in ' \\"<>'):
        raise ValueError("a service's address is written in plain letters, without spaces")
    if "?" in text or "#" in text:
        raise ValueError("a service's address ends before any ? or #")
    if not text.lower().startswith(("https://", "http://")):
        raise ValueError("a service's address begins with https://")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError("the host or the port of the service's address is wrong") from None
    if "@" in parts.netloc:
        raise ValueError("a service's address holds no user and no password")
    if not is_host(parts.hostname or "") or port == 0 or parts.netloc.endswith(":"):
        raise ValueError("the host or the port of the service's address is wrong")
    return parts
