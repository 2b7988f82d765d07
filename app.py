"""The composition root: wires every room into one application, and the command `platstorget`."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from flask import Blueprint, Flask
from redis import Redis
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import Rule

import config
import migrations
from enterprises.applications import queries as application_queries
from enterprises.applications import views as applications
from enterprises.contracts import views as contracts
from enterprises.contracts import waiting_queries as contract_waiting
from enterprises.directory import views as directory
from enterprises.places import queries as place_queries
from enterprises.places import views as places
from enterprises.places.closure_queries import register_seat_holders
from enterprises.suppliers import views as suppliers
from indicators.alerts import queries as alert_queries
from indicators.alerts import views as capacity_alerts
from indicators.capacity import queries as capacity_queries
from indicators.capacity import views as capacity
from indicators.checkpoints import views as checkpoint_indicators
from indicators.choices import views as choices
from indicators.costs import views as cost_indicators
from indicators.definitions import views as definitions
from indicators.hours import queries as hours_queries
from indicators.hours import views as hours
from indicators.measures import views as measures
from indicators.outcomes import target_views as targets
from indicators.outcomes import views as outcomes
from indicators.region import queries as region_queries
from indicators.region import views as region
from indicators.reports import views as reports
from indicators.suppliers import views as supplier_indicators
from invoicing.attest import queries as attest_queries
from invoicing.attest import views as attest
from invoicing.budget import views as budget
from invoicing.costs import views as costs
from invoicing.delivery import queries as delivery_queries
from invoicing.delivery import views as delivery
from invoicing.earnings import views as earnings
from invoicing.invoices import queries as invoice_queries
from invoicing.invoices import views as invoices
from invoicing.ledger import views as ledger
from invoicing.payments import queries as payment_queries
from invoicing.payments import views as payments
from invoicing.preview import views as preview
from invoicing.run import views as invoice_runs
from marketplace.accounts.rules import MemberKind
from marketplace.advertising import queries as advertising_queries
from marketplace.advertising import views as advertising
from marketplace.audit_chain import queries as audit_queries
from marketplace.audit_chain import views as audit_chain
from marketplace.colleagues.duties import register_duties
from marketplace.crypto import KeyRing, key_ring
from marketplace.db import db, transaction
from marketplace.errors import DomainError
from marketplace.identity_provider import sign_in_views as identity
from marketplace.identity_provider import views as identity_provider
from marketplace.identity_provider.services import SEALED_CLIENT_SECRETS
from marketplace.key_rotation import Sealed
from marketplace.logs import add_request_log, configure_logging
from marketplace.procurement import views as procurement
from marketplace.second_factor.services import SEALED_SECRETS
from marketplace.tenancy import acting_as, system_actor
from marketplace.web.guards import Guard, guard_of
from marketplace.web.health import add_health
from marketplace.web.sessions import admit_guests
from marketplace.web.wiring import init_web
from marketplace.web.work import Waiting, register_waiting
from placements.access import views as access
from placements.access.queries import actor_of_session
from placements.access_log import queries as access_log_queries
from placements.access_log import views as access_log
from placements.assignment import views as assignment
from placements.attendance import views as attendance
from placements.attendance import waiting_queries as attendance_waiting
from placements.booking import views as booking
from placements.booking import waiting_queries as booking_waiting
from placements.booking.seat_queries import holders_of_seats
from placements.checkpoints import queries as checkpoint_queries
from placements.checkpoints import views as checkpoints
from placements.choice import queries as choice_queries
from placements.choice import views as choice
from placements.disposal import queries as disposal_queries
from placements.disposal import views as disposal
from placements.extracts import views as extracts
from placements.followup import queries as follow_up_queries
from placements.followup import views as followup
from placements.own_page import views as own_page
from placements.participants import consent_views
from placements.participants import queries as participant_queries
from placements.participants import views as participants
from placements.participants.services import SEALED_IDENTITIES
from placements.participants.takeover import DUTIES
from placements.plan import queries as plan_queries
from placements.plan import views as plan
from placements.report import views as report
from placements.report import waiting_queries as report_waiting
from placements.report.views import own as own_report
from placements.search import views as search
from placements.visits import queries as visit_queries
from placements.visits import views as visits
from placements.waiting_list import queries as waiting_list_queries
from placements.waiting_list import views as waiting_list

ROOT = Path(__file__).resolve().parent

BLUEPRINTS: Sequence[Blueprint] = (
    access.bp,
    access_log.bp,
    access_log.own_bp,
    advertising.bp,
    assignment.bp,
    attendance.bp,
    attendance.own_bp,
    attest.bp,
    audit_chain.bp,
    booking.bp,
    budget.bp,
    capacity.bp,
    capacity_alerts.bp,
    checkpoint_indicators.bp,
    checkpoints.bp,
    choice.bp,
    choices.bp,
    cost_indicators.bp,
    costs.bp,
    definitions.bp,
    delivery.bp,
    *directory.BLUEPRINTS,
    disposal.bp,
    disposal.hold_bp,
    earnings.bp,
    extracts.bp,
    extracts.own_bp,
    followup.bp,
    hours.bp,
    identity.bp,
    identity_provider.bp,
    invoices.bp,
    invoice_runs.bp,
    ledger.bp,
    measures.bp,
    outcomes.bp,
    own_page.bp,
    payments.bp,
    consent_views.bp,
    participants.bp,
    places.bp,
    preview.bp,
    plan.bp,
    plan.own_bp,
    procurement.bp,
    region.bp,
    report.bp,
    reports.bp,
    own_report.bp,
    search.bp,
    supplier_indicators.bp,
    applications.bp,
    contracts.bp,
    suppliers.bp,
    targets.bp,
    visits.bp,
    waiting_list.bp,
)
"""The views of every room. The web ground has registered its own and those of the accounts."""

WAITING: Sequence[Waiting] = (
    access_log_queries.waiting,
    advertising_queries.waiting,
    alert_queries.waiting,
    attendance_waiting.waiting,
    attest_queries.waiting,
    audit_queries.waiting,
    booking_waiting.waiting,
    capacity_queries.waiting,
    checkpoint_queries.waiting,
    choice_queries.waiting,
    delivery_queries.waiting,
    disposal_queries.waiting,
    follow_up_queries.waiting,
    hours_queries.waiting,
    invoice_queries.waiting,
    participant_queries.waiting,
    payment_queries.waiting,
    plan_queries.waiting,
    region_queries.waiting,
    report_waiting.waiting,
    place_queries.waiting,
    application_queries.waiting,
    contract_waiting.waiting,
    visit_queries.waiting,
    waiting_list_queries.waiting,
)
"""Who adds rows to the start page."""

JOBS: Mapping[str, Sequence[str]] = {
    "absence.repeated": ["placements.followup.jobs.call_meeting"],
    "budget.expect": ["invoicing.budget.jobs.expect"],
    "checkpoints.lapse": ["placements.checkpoints.jobs.lapse"],
    "checkpoints.make": ["placements.checkpoints.jobs.make"],
    "choice_round_closed": ["placements.visits.jobs.cancel_in_round"],
    "contract.ended": [
        "placements.booking.jobs.withdraw_requests",
        "placements.visits.jobs.cancel_under_contract",
    ],
    "contract.suspended": ["placements.booking.jobs.withdraw_requests"],
    "contracts.day": ["enterprises.contracts.jobs.keep_contract"],
    "disposal.decided": ["placements.disposal.jobs.carry_out"],
    "followup.remind": ["placements.followup.jobs.remind"],
    "grant_over": ["placements.choice.jobs.close_of_grant", "placements.visits.jobs.cancel_of_grant"],
    "grant_withdrawn": ["placements.waiting_list.jobs.end_withdrawn"],
    "indicators.compute": ["indicators.jobs.compute"],
    "indicators.compute_supplier": ["indicators.jobs.compute"],
    "indicators.compute_region": ["indicators.region.jobs.compute"],
    "invoices.remind": ["invoicing.attest.jobs.remind"],
    "invoice_run": ["invoicing.run.jobs.run_month"],
    "invoice.deliver": ["invoicing.delivery.jobs.hand_over"],
    "invoice.sent": ["invoicing.delivery.jobs.keep_paper", "invoicing.delivery.jobs.hand_over"],
    "invitation.send": ["marketplace.colleagues.jobs.send_invitation"],
    "letter.deliver": ["marketplace.letters.jobs.deliver_letter"],
    "letter.digest": ["marketplace.letters.jobs.send_digest"],
    "letter.send": ["marketplace.letters.jobs.send_letter"],
    "participants.lapse": ["placements.participants.jobs.lapse_grants"],
    "place_closed": ["placements.visits.jobs.withdraw_at_place"],
    "password.send": ["marketplace.accounts.jobs.send_password_link"],
    "placement.over": ["placements.followup.jobs.cancel_coming"],
    "placement.resumed": ["placements.followup.jobs.follow_plan"],
    "placement_accepted": [
        "placements.booking.jobs.tell",
        "placements.visits.jobs.cancel_elsewhere",
        "placements.waiting_list.jobs.end_placed",
    ],
    "placements.expire": ["placements.booking.jobs.follow_up"],  # as it was called before
    "placements.follow_up": ["placements.booking.jobs.follow_up"],
    "placements.late_change": ["placements.booking.jobs.expire_late_change"],
    "placements.move_on": ["placements.booking.jobs.move_on"],
    "placements.tell": ["placements.booking.jobs.tell"],
    "plan.agreed": [  # the month's invoice finds the start fee by itself
        "placements.checkpoints.jobs.make",
        "placements.followup.jobs.follow_plan",
    ],
    "question.published": ["enterprises.applications.jobs.tell_applicants"],
    "report.filed": ["placements.checkpoints.jobs.make"],  # and the report fee
    "reports.tell": ["indicators.reports.jobs.tell"],
    "seat_freed": ["placements.waiting_list.jobs.offer_seat"],
    "system.closed": [
        "enterprises.applications.jobs.tell_of_closing",
        "enterprises.contracts.jobs.tell_of_closing",
    ],
    "terms.published": ["enterprises.applications.jobs.tell_of_terms"],
    "waiting_list.expire": ["placements.waiting_list.jobs.expire_offer"],
    "waiting_list.joined": ["placements.waiting_list.jobs.look_for_new"],
    "waiting_list.keep": ["placements.waiting_list.jobs.keep_entry"],
}
"""Topic of a message → the jobs that it starts, by import path. Here a later room reacts to an earlier one."""

SEALED: Sequence[Sealed] = (SEALED_IDENTITIES, SEALED_SECRETS, SEALED_CLIENT_SECRETS)
"""Where the key ring has sealed something: what `platstorget keys` tells of and rotates."""


def create_app(settings: config.Settings | None = None) -> Flask:
    """The application. Raises config.ConfigError, and RuntimeError when a route lacks its guard."""
    settings = settings or config.load()
    configure_logging(settings.log_level)
    app = Flask(__name__, static_folder=None)
    app.config.update(settings.for_flask())
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    db.init_app(app)
    app.extensions["key_ring"] = KeyRing(settings.person_keys, settings.person_lookup_key)
    add_request_log(app)
    if settings.otlp_url:
        from marketplace.traces import add_traces

        add_traces(app, settings.otlp_url)
    if settings.metrics_token:  # imported once it is known where the web's processes share counts
        from marketplace.web.metrics import add_metrics

        add_metrics(app, settings.metrics_token, Redis.from_url(settings.redis_url))
    init_web(app)
    add_health(app, settings.redis_url, migrations.too_old())
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    register_waiting(app, *WAITING)
    register_seat_holders(app, holders_of_seats)
    register_duties(app, *DUTIES)
    admit_guests(app, actor_of_session)
    unguarded = [rule.rule for rule, guard in guarded_routes(app) if guard is None]
    if unguarded:
        raise RuntimeError(
            f"These routes have no guard: {', '.join(unguarded)}. See marketplace/web/guards.py."
        )
    return app


def guarded_routes(app: Flask) -> list[tuple[Rule, Guard | None]]:
    """Every route with its guard, by address."""
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))
    return [(rule, guard_of(app.view_functions[rule.endpoint])) for rule in rules]


# The command. Nothing below is used by the web or the worker.


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

    with shared_counts():
        serve(create_app(), bind, workers, threads)


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
