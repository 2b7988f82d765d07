"""The composition root: wires every room into one application."""

from collections.abc import Mapping, Sequence
from pathlib import Path

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
from marketplace.advertising import queries as advertising_queries
from marketplace.advertising import views as advertising
from marketplace.audit_chain import queries as audit_queries
from marketplace.audit_chain import views as audit_chain
from marketplace.colleagues.duties import register_duties
from marketplace.crypto import KeyRing
from marketplace.db import db
from marketplace.identity_provider import sign_in_views as identity
from marketplace.identity_provider import views as identity_provider
from marketplace.identity_provider.services import SEALED_CLIENT_SECRETS
from marketplace.key_rotation import Sealed
from marketplace.logs import add_request_log, configure_logging
from marketplace.procurement import views as procurement
from marketplace.second_factor.services import SEALED_SECRETS
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
