"""What belongs to the process, and to it alone."""

from __future__ import annotations

import os
import time

import pytest

from vidgen_core.belongings import Kept


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_child_that_a_plugin_forked_and_forgot_is_no_second_vidgen() -> None:
    parent = os.getpid()
    try:
        with Kept():
            child = os.fork()
            if child == 0:
                raise SystemExit(0)
    except SystemExit:
        pass  # as the border of plugins does
    if os.getpid() != parent:
        os._exit(77)
    deadline = time.monotonic() + 30
    ended = (0, 0)
    while ended[0] == 0 and time.monotonic() < deadline:
        ended = os.waitpid(child, os.WNOHANG)
        time.sleep(0.01)
    assert os.waitstatus_to_exitcode(ended[1]) == 1
