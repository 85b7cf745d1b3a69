"""What every download begins with: a user without a proxy, and certificates of the tests' own."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from .sites import Net


@pytest.fixture(autouse=True)
def no_proxy_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "NETRC"):
            monkeypatch.delenv(name)


@pytest.fixture
def into(tmp_path: Path) -> Path:
    return tmp_path / "output.mp4"


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def certificate(authority: trustme.CA) -> Callable[..., ssl.SSLContext]:
    """From names to what a server needs to prove that it is called so."""

    def context(*names: str) -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*names).configure_cert(made)
        return made

    return context


@pytest.fixture
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, authority: trustme.CA) -> Net:
    """A public net whose servers stand on this machine, and whose certificates are trusted."""
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    net = Net()
    monkeypatch.setattr(socket, "create_connection", net.create_connection)
    return net
