"""`platstorget demo` from the outside: it starts, stops without traces, keeps data, and says what is the matter.

The application is a stand-in that answers to the same commands, so that what is tried is the launcher.
"""

import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest

from demo import launcher
from demo.problems import DemoProblem

STAND_IN = """
import http.server, os, pathlib, sys, time
command, *options = sys.argv[1:]
root = pathlib.Path(__file__).parent
if command == "seed":
    from sqlalchemy import create_engine, text
    with create_engine(os.environ["DATABASE_OWNER_URL"]).begin() as connection:
        connection.execute(text("CREATE TABLE story (line text)"))  # fails on a second load into the same database
    print("loading", *options, flush=True)
    while (root / "slow").exists():
        time.sleep(0.05)
    if (root / "broken").exists():
        sys.exit("the story is broken")
elif command == "web":
    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(os.environ["PUBLIC_URL"].encode())
    host, port = options[options.index("--bind") + 1].split(":")
    http.server.HTTPServer((host, int(port)), Answer).serve_forever()
elif command == "worker":
    while not (root / "dies").exists():
        time.sleep(0.05)
    sys.exit("the worker is tired")
"""
RUN = """
import sys
from pathlib import Path
from demo.launcher import run
from demo.problems import DemoProblem
try:
    run(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
except DemoProblem as problem:
    sys.exit(str(problem))
"""


class Demo:
    """One run of the launcher, its words as they come."""

    def __init__(self, data: Path, root: Path, port: str) -> None:
        command = [sys.executable, "-u", "-c", RUN, str(data), port, str(root)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
        )
        self.lines: list[str] = []

    def until(self, words: str, patience: float = 60) -> str:
        """The first line with these words in it."""
        assert self.process.stdout is not None
        give_up = time.monotonic() + patience
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            if words in line:
                return line.rstrip()
            assert time.monotonic() < give_up, self.lines
        raise AssertionError(f"it ended without saying {words!r}: {self.lines}")

    def end(self, by: signal.Signals | None = signal.SIGINT) -> int:
        """Ends it, and checks that nothing which it started is left."""
        family = psutil.Process(self.process.pid).children(recursive=True) if by else []
        if by:
            self.process.send_signal(by)
        rest, _ = self.process.communicate(timeout=30)
        self.lines += rest.splitlines()
        _, alive = psutil.wait_procs(family, timeout=10)
        assert not alive
        return self.process.returncode


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "clone"
    folder.mkdir()
    (folder / "commands.py").write_text(STAND_IN)
    return folder


@pytest.fixture
def port() -> str:
    """One that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def test_it_loads_once_and_a_second_start_keeps_the_data(tmp_path: Path, root: Path, port: str) -> None:
    data = tmp_path / "data"
    first = Demo(data, root, port)
    assert re.search(rf"http://127\.0\.0\.1:{port}\b", first.until("ready"))
    assert any("loading" in line for line in first.lines)
    # Links in letters, feeds and open data lead back here.
    with urlopen(f"http://127.0.0.1:{port}") as answer:
        assert answer.read().decode() == f"http://127.0.0.1:{port}"
    assert first.end() == 0

    second = Demo(data, root, port)
    second.until("ready")
    assert not any("loading" in line for line in second.lines)
    assert second.end(signal.SIGTERM) == 0


def test_an_interrupted_first_load_starts_over_by_itself(tmp_path: Path, root: Path, port: str) -> None:
    (root / "slow").touch()
    interrupted = Demo(tmp_path / "data", root, port)
    interrupted.until("loading")
    interrupted.end()
    (root / "slow").unlink()
    again = Demo(tmp_path / "data", root, port)
    again.until("ready")
    assert any("starting it over" in line for line in again.lines)
    again.end()


def test_one_runs_in_a_folder_on_one_port_and_killed_outright_takes_its_children_along(
    tmp_path: Path, root: Path, port: str
) -> None:
    demo = Demo(tmp_path / "data", root, port)
    demo.until("ready")
    family = psutil.Process(demo.process.pid).children(recursive=True)
    listening = {
        (one.laddr.ip, one.laddr.port)
        for process in family
        for one in process.net_connections(kind="inet")
        if one.status == psutil.CONN_LISTEN
    }
    assert listening == {("127.0.0.1", int(port))}
    second = Demo(tmp_path / "data", root, port)
    assert "already running" in second.until("running")
    second.end(None)
    demo.end(signal.SIGKILL)

    again = Demo(tmp_path / "data", root, port)
    again.until("ready")
    (root / "dies").touch()
    assert "the worker is tired" in again.until("has stopped")
    assert again.end(None) == 1


def test_a_load_that_fails_says_why_and_where_in_one_line(tmp_path: Path, root: Path, port: str) -> None:
    (root / "broken").touch()
    demo = Demo(tmp_path / "data", root, port)
    line = demo.until("failed")
    assert "the story is broken" in line
    assert "seed.log" in line
    assert f"rm -rf {tmp_path / 'data'}" in line
    assert demo.end(None) == 1


def test_a_taken_port_gives_one_line_and_another_port(tmp_path: Path, root: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        demo = Demo(tmp_path / "data", root, str(number))
        assert demo.until("taken") == f"Port {number} is taken: choose another, PORT={number + 1} make demo."
        assert demo.end(None) == 1
    assert len(demo.lines) == 1


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1", "80 80"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    with pytest.raises(DemoProblem, match="PORT must be a number"):
        launcher._free_port(port)
