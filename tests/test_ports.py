"""A port that is kept for a server is the server's alone."""

from __future__ import annotations

import errno
import socket
import sys

import pytest

from firstdose.web.starting import check_listening
from tests.ports import free_port

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="ports are kept on Linux alone")


def test_a_server_listens_there_twice_and_nobody_else() -> None:
    port = free_port()
    for _ in range(2):
        check_listening("127.0.0.1", port)
    with socket.socket() as other, pytest.raises(OSError, match=r".") as refused:
        other.bind(("127.0.0.1", port))
    assert refused.value.errno == errno.EADDRINUSE


def test_no_port_is_given_twice() -> None:
    ports = [free_port() for _ in range(50)]
    assert len(set(ports)) == len(ports)
