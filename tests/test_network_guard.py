"""The guard that keeps tests on this machine."""

from __future__ import annotations

import socket

import pytest

from tests.conftest import _GUARD
from tests.network_guard import LeftTheMachine, is_this_machine


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost", "shop.localhost"])
def test_loopback_is_this_machine(host: str) -> None:
    assert is_this_machine(host)


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "api.xero.com", "10.0.0.1"])
def test_everything_else_is_not(host: str) -> None:
    assert not is_this_machine(host)


def test_connecting_beyond_loopback_raises_and_is_remembered() -> None:
    with socket.socket() as probe, pytest.raises(LeftTheMachine, match=r"192\.0\.2\.1"):
        probe.connect(("192.0.2.1", 443))

    assert _GUARD.take_attempts() == ["192.0.2.1"]


def test_looking_up_a_foreign_name_raises_and_is_remembered() -> None:
    with pytest.raises(LeftTheMachine):
        socket.getaddrinfo("tillbridge.invalid", 443)

    assert _GUARD.take_attempts() == ["tillbridge.invalid"]
