"""Child processes that never outlive the one that started them."""

import os
import pwd
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from marketplace.processes import die_with_parent


def start(
    command: Sequence[object],
    log: Path,
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    user: str | None = None,
    shown: bool = False,
    stop_signal: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Starts `command` with its output in `log`, in a session of its own so that Ctrl-C reaches only us.

    With `shown`, the output comes through `stdout` of the process instead. Should this process be killed outright,
    Linux sends the child `stop_signal`.
    """
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - our own programs, no shell
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if shown else output,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=cwd,
            user=user,
            group=pwd.getpwnam(user).pw_gid if user else None,
            extra_groups=[] if user else None,
            start_new_session=True,
            preexec_fn=_dies_with_parent(stop_signal),  # noqa: PLW1509 - we have one thread when we start
        )


def stop(process: subprocess.Popen[bytes] | None, with_signal: signal.Signals, patience: float = 20) -> None:
    """Asks the process to stop, and makes it when it has not within `patience` seconds."""
    if process is None or process.poll() is not None:
        return
    process.send_signal(with_signal)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def last_line(log: Path) -> str:
    """The last thing that a program said, for the one line that tells why it stopped."""
    try:
        lines = log.read_text(errors="replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1].strip() if lines else ""


def _dies_with_parent(stop_signal: signal.Signals) -> Callable[[], None]:
    return lambda: die_with_parent(stop_signal)
