"""Child processes that do not outlive their parent, even when it is killed outright."""

import ctypes
import signal
import sys

_PR_SET_PDEATHSIG = 1


def die_with_parent(by: signal.Signals) -> None:
    """Call in the child: Linux sends it `by` when the parent is gone. Elsewhere it does nothing."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(by))
