"""The command `platstorget`: what an operator does by hand. The web and the worker use none of it."""

import os
import sys
from pathlib import Path
from typing import Any

import click
from redis import Redis
from werkzeug.routing import Rule

import config
import migrations
from app import ROOT, SEALED, create_app, guarded_routes
from marketplace.accounts.rules import MemberKind
from marketplace.crypto import key_ring
from marketplace.db import transaction
from marketplace.errors import DomainError
from marketplace.tenancy import acting_as, system_actor


class _OneLineErrors(click.Group):
    """What a person can mend is said in one line, without a stack."""

    def invoke(self, ctx: click.Context) -> Any:
        from demo.problems import DemoProblem

        try:
            return super().invoke(ctx)
        except (config.ConfigError, DemoProblem) as error:
            raise click.ClickException(str(error)) from error
        except DomainError as error:
            raise click.ClickException(error.message_sv) from error


@click.group(cls=_OneLineErrors)
def cli() -> None:
    """Platstorget: work training places at social enterprises."""


@cli.command("demo")
@click.option("--participants", type=click.IntRange(min=20), help="How many people the story has (2 500).")
def demo_command(participants: int | None) -> None:
    """Runs everything on this machine, with invented people. PORT and PLATSTORGET_DATA are honoured."""
    from demo.launcher import run

    data = Path(os.environ.get("PLATSTORGET_DATA") or ROOT / ".demo")
    run(data, os.environ.get("PORT") or "8000", ROOT, participants)


@cli.command()
def migrate() -> None:
    """Brings the database at DATABASE_OWNER_URL up to date."""
    migrations.upgrade(*config.migration_target())


@cli.command()
@click.option("--participants", type=click.IntRange(min=20), help="How many people the story has (2 500).")
def seed(participants: int | None) -> None:
    """Loads the demo's story into an empty database. Only with DEMO=1."""
    settings = config.load()
    if not settings.demo:
        raise config.ConfigError("The story has invented people in it: it is loaded only with DEMO=1.")
    from demo import seed as story

    with create_app(settings).app_context():
        story.load(participants, click.echo)


@cli.command()
@click.option("--bind", default="127.0.0.1:8000", show_default=True, help="Address and port to listen on.")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(min=1))
@click.option("--threads", default=4, show_default=True, type=click.IntRange(min=1))
def web(bind: str, workers: int, threads: int) -> None:
    """Serves the application with gunicorn."""
    from marketplace.web.server import serve, shared_counts

    settings = config.load()
    with shared_counts():
        serve(create_app(settings), bind, workers, threads)


@cli.command()
def worker() -> None:
    """Runs background jobs: the outbox relay, the clock and one RQ worker. Start as many as you like."""
    import worker as jobs

    config.load()
    sys.exit(jobs.run())


@cli.command()
def doctor() -> None:
    """Looks at everything the program stands on, and says what to do about what is not well. Fails when something is
    wrong."""
    from doctor import Level, Patient, examine

    settings = config.load()
    patient = Patient(settings, create_app(settings), Redis.from_url(settings.redis_url), tuple(SEALED))
    levels = set()
    for name, finding in examine(patient):
        click.echo(f"{finding.level:4}  {name:12}  {finding.told}")
        levels.add(finding.level)
    sys.exit(1 if Level.FAIL in levels else 0)


@cli.command()
def routes() -> None:
    """Lists every route with its guard. Fails when one has none."""
    app = create_app(config.offline())
    rows = [
        (_methods(rule), rule.rule, rule.endpoint, guard.describe() if guard else "NO GUARD")
        for rule, guard in guarded_routes(app)
    ]
    wide = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        click.echo("  ".join(f"{cell:{width}}" for cell, width in zip(row, wide, strict=True)).rstrip())


@cli.group("invoices")
def invoices_group() -> None:
    """The month's invoices."""


@invoices_group.command("run")
@click.option("--month", required=True, help="YYYY-MM")
def invoices_run(month: str) -> None:
    """Asks the worker for the drafts of a month. Safe to repeat: what is made stays."""
    from invoicing.run.services import start_month_run

    asked = _month(month)
    with create_app().app_context(), acting_as(system_actor()), transaction():
        start_month_run(asked)
    click.echo(f"The worker makes the invoices of {asked}. Those that exist stay as they are.")


@invoices_group.command("export")
@click.option("--month", required=True, help="YYYY-MM")
@click.option("--out", "folder", required=True, type=click.Path(file_okay=False, path_type=Path))
def invoices_export(month: str, folder: Path) -> None:
    """Writes the XML of a month's sent invoices, one file each."""
    from invoicing.invoices.services import export_month

    asked = _month(month)
    with create_app().app_context(), acting_as(system_actor()), transaction():
        count = export_month(asked, folder)
    click.echo(f"{count} invoices of {asked} in {folder}.")


@cli.group("indicators")
def indicators_group() -> None:
    """Capacity, choices and the suppliers' own figures."""


@indicators_group.command("compute")
@click.option("--whole", is_flag=True, help="All days from the first, not only those since the last time.")
def indicators_compute(whole: bool) -> None:
    """Computes the indicators of every organisation, here and now."""
    from indicators.services import compute_all

    with create_app().app_context():
        click.echo(f"Computed for {compute_all(is_whole=whole)} organisations.")


@cli.group("keys")
def keys_group() -> None:
    """The key ring of personal numbers and secrets: PERSON_KEYS and PERSON_LOOKUP_KEY."""


@keys_group.command("status")
def keys_status() -> None:
    """Tells under which keys everything is kept, by their names, and which can be taken out of the ring."""
    from marketplace.key_rotation import standings

    with create_app().app_context():
        ring = key_ring()
        found = standings(SEALED)
    click.echo(
        f"Keys that encrypt, newest first: {', '.join(ring.names)}. Personal numbers are stamped {ring.stamp}."
    )
    for one in found:
        left = ", ".join(f"{count} under {name or 'no name'}" for name, count in sorted(one.left.items()))
        click.echo(f"{one.table}: {one.done} under the newest keys{f'; {left}' if left else ''}")
    click.echo(
        "Run `platstorget keys rotate`, and keep every key until then."
        if any(one.left for one in found)
        else "Every key but the newest can be taken out."
    )


@keys_group.command("rotate")
def keys_rotate() -> None:
    """Seals anew, under the newest keys, what is under older ones. Safe to stop, to repeat and to run in service."""
    from marketplace.key_rotation import rotate

    with create_app().app_context():
        rotate(SEALED, click.echo)


@cli.group("audit")
def audit_group() -> None:
    """The chain that seals what has happened."""


@audit_group.command("verify")
def audit_verify() -> None:
    """Reads every chain from its beginning, as each night. Fails when one does not hold."""
    from marketplace.audit_chain.services import check_chains

    with create_app().app_context(), acting_as(system_actor()), transaction():
        told = [(check.problem_sv, check.line()) for check in check_chains()]
    for _, line in told:
        click.echo(line)
    broken = sum(bool(problem) for problem, _ in told)
    if broken:
        raise click.ClickException(f"{broken} of {len(told)} chains do not hold. See docs/operations.md.")


@cli.group("found")
def found_group() -> None:
    """An authority or a member of one: how an installation begins."""


@found_group.command("authority")
@click.argument("name")
@click.argument("orgnr")
@click.option(
    "--kommun", "kommun_codes", multiple=True, required=True, help="A code of four digits; may be repeated."
)
@click.option(
    "--coordinator", required=True, help="The e-mail address of the first coordinator, who is invited."
)
def found_authority_command(name: str, orgnr: str, kommun_codes: tuple[str, ...], coordinator: str) -> None:
    """The worker sends the invitation, through MAIL_URL."""
    from marketplace.colleagues.founding import found_authority

    with create_app().app_context(), acting_as(system_actor()), transaction():
        found_authority(name, orgnr, kommun_codes, coordinator)
    click.echo("Founded. The coordinator is invited by letter.")


@found_group.command("member")
@click.argument("name")
@click.argument("authority_orgnr")
@click.option(
    "--kommun", "kommun_codes", multiple=True, required=True, help="A code of four digits; may be repeated."
)
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in MemberKind]),
    required=True,
    help="What consents give it to read.",
)
def found_member_command(name: str, authority_orgnr: str, kommun_codes: tuple[str, ...], kind: str) -> None:
    """Its case officers are then invited by the authority's coordinators."""
    from marketplace.colleagues.founding import found_member

    with create_app().app_context(), acting_as(system_actor()), transaction():
        found_member(name, authority_orgnr, kommun_codes, MemberKind(kind))
    click.echo("Founded.")


@cli.command("allow-passwords")
@click.argument("orgnr")
def allow_passwords_command(orgnr: str) -> None:
    """Lets the people of the authority ORGNR sign in by password, when its own identity provider has gone away."""
    from marketplace.identity_provider.services import allow_passwords

    with create_app().app_context(), acting_as(system_actor()), transaction():
        allow_passwords(orgnr)
    click.echo("Passwords are allowed again.")


@cli.group("reference")
def reference_group() -> None:
    """Kommuner and trades."""


@reference_group.command("load")
@click.argument("file", required=False, type=click.Path(path_type=Path))
def reference_load(file: Path | None) -> None:
    """Reads FILE, a newer table of trades by sex from SCB; without FILE what the project ships."""
    from marketplace.reference.services import load_reference, load_scb_table

    with create_app().app_context(), acting_as(system_actor()), transaction():
        report = load_reference() if file is None else load_scb_table(file)
    for line in report.lines_sv():
        click.echo(line)


def _month(text: str) -> Any:
    """A month as the invoices know it."""
    from invoicing.remuneration.facts import Month

    try:
        return Month.parse(text)
    except ValueError:
        raise click.BadParameter("write it as YYYY-MM, for example 2026-10", param_hint="--month") from None


def _methods(rule: Rule) -> str:
    return ",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))


if __name__ == "__main__":
    cli()
