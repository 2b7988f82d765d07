"""The container file and compose, read as an engine reads them: nothing runs as root, nothing is forgotten, nothing is
named that is not there."""

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import click
import yaml

from app import ROOT
from commands import cli
from config import Settings
from demo.cluster import APP, DATABASE, OWNER
from doctor import QUIET_LOG

LINES = (ROOT / "Containerfile").read_text().replace("\\\n", " ").splitlines()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
OURS = ("migrate", "web", "worker")
NOT_IN_A_CONTAINER = {"demo"}


def instructions(name: str) -> list[str]:
    return [line.partition(" ")[2] for line in LINES if line.startswith(f"{name} ")]


def check_command(words: list[str]) -> None:
    """A command of ours, with options that it has."""
    command = cli.commands[words[0]]
    command.make_context(words[0], list(words[1:])).close()


def test_it_runs_as_nobody_in_particular() -> None:
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", instructions("USER")[-1])
    assert LINES.index(f"USER {instructions('USER')[-1]}") > max(
        number for number, line in enumerate(LINES) if line.startswith("COPY ")
    )


def test_images_have_versions() -> None:
    images = [line.split()[0] for line in instructions("FROM")]
    images += [service["image"] for name, service in COMPOSE["services"].items() if name not in OURS]
    assert all(re.search(r":\d", image) for image in images)


def test_everything_that_is_installed_is_copied_and_sent_to_the_build() -> None:
    sources = {
        word for line in instructions("COPY") if not line.startswith("--from") for word in line.split()[:-1]
    }
    assert all((ROOT / source).exists() for source in sources)
    tracked = subprocess.run(
        ["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = {project["readme"]} | {Path(file).parts[0] for file in tracked} - {"tests", "bench", "checks"}
    assert needed <= sources
    sent = (ROOT / ".dockerignore").read_text().splitlines()
    assert {line.removeprefix("!") for line in sent if line.startswith("!")} == sources


def test_its_commands_are_there() -> None:
    check_command(yaml.safe_load(instructions("CMD")[-1]))
    for name in OURS:
        check_command(COMPOSE["services"][name]["command"])
    assert yaml.safe_load(instructions("ENTRYPOINT")[-1]) == ["platstorget"]
    assert isinstance(cli, click.Group)


def test_every_setting_is_named() -> None:
    wanted = {name.upper() for name in Settings.model_fields} - {"DEMO", "DATABASE_OWNER_URL"}
    services = COMPOSE["services"]
    for name in ("web", "worker"):
        assert services[name]["environment"].keys() == wanted
    assert services["migrate"]["environment"].keys() == {"DATABASE_OWNER_URL"}, (
        "nobody else knows the owner's"
    )


def test_nothing_can_be_written_or_gained() -> None:
    for name, service in COMPOSE["services"].items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert name in OURS or service["user"] != "root"
        assert name == "migrate" or "healthcheck" in service
    assert COMPOSE["services"]["web"]["ports"] == ["127.0.0.1:8000:8000"]


def test_postgresql_logs_nobody() -> None:
    given = [word.split("=") for word in COMPOSE["services"]["postgres"]["command"] if "=" in word]
    assert dict(given).items() < QUIET_LOG.items()
    told = (ROOT / "docs" / "operations.md").read_text()
    assert all(f"    {name} = {value}\n" in told for name, value in given)


def test_what_is_named_is_defined() -> None:
    for service in COMPOSE["services"].values():
        for volume in service.get("volumes", ()):
            assert volume.partition(":")[0] in COMPOSE["volumes"]
        for needed in service.get("depends_on", ()):
            assert needed in COMPOSE["services"]
    roles = COMPOSE["configs"]["roles"]["content"]
    for line in (ROOT / "docs" / "operations.md").read_text().splitlines():
        if line.strip().startswith(
            ("CREATE ROLE", "CREATE DATABASE", "REVOKE ALL ON DATABASE", "GRANT CONNECT")
        ):
            assert line.strip().partition(" PASSWORD")[0].removesuffix(";") in roles
    assert all(name in roles for name in (APP, OWNER, DATABASE))
