"""The proxy of the user's environment."""

from __future__ import annotations

import os

import httpx

from vidgen_core.errors import MachineError
from vidgen_core.hosts import is_host


def proxy_for(host: str) -> httpx.Proxy | None:
    """Return the proxy that the user's environment names for https, but not for *host*."""
    names = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
    name = next((name for name in names if os.environ.get(name)), "")
    if not name or _passes_by(host):
        return None
    proxy = _read(os.environ[name])
    if proxy is None:
        raise MachineError(
            f"downloads cannot use the proxy that {name} names",
            advice=f"give {name} an address that begins with http:// or https://",
        )
    return proxy


def _read(text: str) -> httpx.Proxy | None:
    """Return what *text* names, or ``None``; it may hold a password and is not shown."""
    try:
        proxy = httpx.Proxy(text if "://" in text else f"http://{text}")
    except (httpx.InvalidURL, ValueError):
        return None
    return proxy if proxy.url.scheme in ("http", "https") and is_host(proxy.url.host) else None


def _passes_by(host: str) -> bool:
    """Whether the user's environment says that *host* is reached without the proxy."""
    named = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    for entry in (each.strip().lower().lstrip(".") for each in named.split(",")):
        if entry == "*" or (entry and (host == entry or host.endswith(f".{entry}"))):
            return True
    return False
