"""Ports for servers that tests start as processes of their own."""

from __future__ import annotations

import atexit
import socket
import sys


def free_port() -> int:
    """A port of this machine that nobody else gets until these tests have ended.

    A server takes seconds to start. A port that was only looked up is free until then for whoever asks the system for
    one, another test or a browser; so it is kept. On Linux a server can listen at a port that somebody has bound who
    does not listen, where both allow that; other systems have no such rule, and there the port is given back.
    """
    kept = socket.socket()
    kept.bind(("127.0.0.1", 0))
    # only now: with it the system could choose a port that another process keeps in this way
    kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    port = int(kept.getsockname()[1])
    if sys.platform == "linux":
        atexit.register(kept.close)
    else:
        kept.close()
    return port
