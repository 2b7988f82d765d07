"""Pages of invoices: the supplier approves and sends, the authority examines and attests."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select

from invoicing.attest import queries as attest
from invoicing.attest.rules import OUTCOME_SV, obstacles
from invoicing.delivery import queries as delivery_queries
from invoicing.delivery.rules import DELIVERY_STATE_SV, DELIVERY_STATE_TONE, DELIVERY_TRANSITIONS
from invoicing.invoices import queries, services
from invoicing.invoices.documents import STYLESHEET, quantity_sv
from invoicing.invoices.forms import CommentForm, InvoiceFilter
from invoicing.invoices.models import Invoice
from invoicing.invoices.rules import (
    INVOICE_EVENT_SV,
    INVOICE_STATE_SV,
    INVOICE_STATE_TONE,
    INVOICE_TRANSITIONS,
    InvoiceAction,
    InvoiceState,
    transitions_for,
)
from invoicing.remuneration.facts import Month
from invoicing.run.drafts import refresh_draft
from invoicing.run.queries import unpriced_of
from marketplace import audit, clock
from marketplace.accounts.rules import Role
from marketplace.db import db, paginate, transaction
from marketplace.errors import DomainError, NotFound
from marketplace.rules import advance, possible_actions
from marketplace.second_factor.proof import freshly_proved
from marketplace.tenancy import current_actor
from marketplace.web.addresses import page_number, sort_key
from marketplace.web.downloads import FILE, file_response
from marketplace.web.forms import ConfirmForm
from marketplace.web.guards import public, requires

bp = Blueprint("invoices", __name__, url_prefix="/fakturor")

_PAGES = {
    InvoiceAction.APPROVE: "invoices.approve",
    InvoiceAction.SEND: "invoices.send",
    InvoiceAction.COMMENT: "invoices.comment",
    InvoiceAction.EXAMINE: "attest.examine",
    InvoiceAction.ATTEST: "attest.attest",
    InvoiceAction.DISPUTE: "attest.dispute",
    InvoiceAction.WITHDRAW_DISPUTE: "attest.withdraw_dispute",
    InvoiceAction.KEEP_CLAIM: "attest.keep_claim",
    InvoiceAction.CREDIT: "attest.credit",
    InvoiceAction.REMIND: "attest.remind",
    InvoiceAction.RECORD_PAYMENT: "attest.record_payment",
    InvoiceAction.SETTLE: "attest.settle",
    InvoiceAction.MARK_PAID: "payments.mark_paid",
}
"""Where each action is taken."""
_BEFORE_SENT = {InvoiceAction.APPROVE, InvoiceAction.COMMENT, InvoiceAction.SEND}
"""What is over, or has no meaning yet, is not told of."""

bp.add_app_template_filter(quantity_sv)


@bp.app_template_filter("month")
def month_name(first_day: date) -> str:
    """The day that a month begins → "mars 2026"."""
    return Month.of(first_day).text_sv


@bp.route("")
@requires(Role.SUPPLIER_MANAGER, Role.CONTROLLER)
def index() -> ResponseReturnValue:
    form, found = _asked()
    return render_template(
        "invoicing/invoices/index.html",
        form=form,
        page=paginate(found, page_number()),
        state_sv=INVOICE_STATE_SV,
        state_tone=INVOICE_STATE_TONE,
    )


@bp.route(f"/lista.{FILE}")
@requires(Role.SUPPLIER_MANAGER, Role.CONTROLLER)
def index_file(file_format: str) -> Response:
    _, found = _asked()
    header = ("Månad", "Leverantör", "Köpare", "Nummer", "Läge", "Utan moms", "Moms", "Att betala")
    rows = [
        (
            str(Month.of(invoice.month)),
            invoice.enterprise.name,
            invoice.authority.name,
            invoice.number,
            INVOICE_STATE_SV[invoice.state],
            *(Decimal(ore) / 100 for ore in (invoice.net_ore, invoice.vat_ore, invoice.payable_ore)),
            invoice.issued_on,
            invoice.due_on,
        )
        for invoice in db.session.scalars(found)
    ]
    return file_response(file_format, "fakturor", (*header, "Fakturadatum", "Förfaller"), rows)


def _asked() -> tuple[InvoiceFilter, Select[Invoice]]:
    months = {str(month): month.text_sv for month in queries.invoice_months()}
    form = InvoiceFilter(choices={"manad": {"": "Alla"} | months})
    sort = sort_key(queries.INVOICE_SORTS, "-manad")
    return form, queries.invoices(state=form.lage.data, month=form.manad.data, sort=sort)


@bp.route("/<int:invoice_id>")
@requires(Role.SUPPLIER_MANAGER, Role.CONTROLLER)
def show(invoice_id: int) -> ResponseReturnValue:
    invoice = _read(invoice_id)
    is_sent = invoice.sent_at is not None
    actor = current_actor()
    attesters = attest.attesters() if actor.role is Role.CONTROLLER else []
    delivery = delivery_queries.delivery_of(invoice.id)
    return render_template(
        "invoicing/invoices/show.html",
        invoice=invoice,
        title=invoice_title(invoice),
        groups=queries.line_groups(invoice.lines),
        problems=[] if is_sent else services.problems_to_mend(invoice),
        unpriced=[] if is_sent else unpriced_of(invoice.contract_id, invoice.month),
        actions=possible_actions(
            transitions_for(is_credit_note=invoice.is_credit_note),
            invoice.state,
            actor.role,
            obstacles(attest.matter(invoice), actor.user_id, attesters, clock.today()),
        ),
        links={
            action: url_for(page, invoice_id=invoice.id)
            for action, page in _PAGES.items()
            if (action in _BEFORE_SENT) is not is_sent
        },
        other=queries.counterpart(invoice),
        disputes=attest.disputes_of(invoice.id),
        outcome_sv=OUTCOME_SV,
        paper=delivery_queries.paper_of(invoice.id),
        delivery=delivery,
        retries=possible_actions(DELIVERY_TRANSITIONS, delivery.state, actor.role) if delivery else [],
        delivery_sv=DELIVERY_STATE_SV,
        delivery_tone=DELIVERY_STATE_TONE,
        events=audit.timeline("invoice", invoice.id),
        event_sv=INVOICE_EVENT_SV,
        state_sv=INVOICE_STATE_SV,
        state_tone=INVOICE_STATE_TONE,
    )


@bp.route("/<int:invoice_id>/rad/<int:position>")
@requires(Role.SUPPLIER_MANAGER, Role.CONTROLLER)
def line(invoice_id: int, position: int) -> ResponseReturnValue:
    invoice = _read(invoice_id)
    row = queries.invoice_line(invoice, position)
    return render_template(
        "invoicing/invoices/line.html",
        invoice=invoice,
        title=invoice_title(invoice),
        group=queries.line_groups([row])[0],
        line=row,
        days=queries.days_behind([row])[position],
    )


@bp.route("/<int:invoice_id>/godkann", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
@freshly_proved
def approve(invoice_id: int) -> ResponseReturnValue:
    return _confirmed(
        invoice_id,
        InvoiceAction.APPROVE,
        partial(services.approve_invoice, read=request.form.get("read", "")),
        "Fakturan är godkänd. Nu kan den skickas.",
    )


@bp.route("/<int:invoice_id>/skicka", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
def send(invoice_id: int) -> ResponseReturnValue:
    return _confirmed(invoice_id, InvoiceAction.SEND, services.send_invoice, "Fakturan är skickad.")


@bp.route("/<int:invoice_id>/kommentera", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
def comment(invoice_id: int) -> ResponseReturnValue:
    invoice = _for_action(invoice_id, InvoiceAction.COMMENT)
    form = CommentForm()
    if form.validate_on_submit():
        try:
            with transaction():
                services.comment_draft(invoice_id, form.reason.data or "")
        except DomainError as error:
            form.add_error(error)
            invoice = _for_action(invoice_id, InvoiceAction.COMMENT)
        else:
            flash("Kommentaren är sparad.", "success")
            return redirect(url_for("invoices.show", invoice_id=invoice_id))
    return _action_page(invoice, InvoiceAction.COMMENT, form), form.status()


@bp.route("/<int:invoice_id>.xml")
@requires(Role.SUPPLIER_MANAGER, Role.CONTROLLER)
def xml(invoice_id: int) -> ResponseReturnValue:
    """The invoice as it was sent, byte for byte."""
    invoice = _sent(invoice_id)
    headers = {
        "Content-Disposition": f'attachment; filename="faktura-{invoice.enterprise.orgnr}-{invoice.number}.xml"'
    }
    return Response(invoice.xml.encode(), mimetype="application/xml", headers=headers)


@bp.route("/<int:invoice_id>.html")
@requires(Role.SUPPLIER_MANAGER, Role.CONTROLLER)
def page(invoice_id: int) -> ResponseReturnValue:
    """The reading copy as it was made when the invoice was sent."""
    return Response(_sent(invoice_id).html.encode(), mimetype="text/html")


@bp.route("/invoice.css")
@public("the reading copy's style sheet lies beside it, here and where it is exported")
def stylesheet() -> ResponseReturnValue:
    return Response(STYLESHEET.read_bytes(), mimetype="text/css")


def invoice_title(invoice: Invoice) -> str:
    kind = "Kreditfaktura" if invoice.is_credit_note else "Faktura"
    return f"{kind} {invoice.number or ''}".strip() + f", {Month.of(invoice.month).text_sv}"


def _confirmed(
    invoice_id: int, action: InvoiceAction, service: Callable[[int], Invoice], done_sv: str
) -> ResponseReturnValue:
    """A page that says what the action causes; its button does it."""
    invoice = _for_action(invoice_id, action)
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            with transaction():
                service(invoice_id)
        except DomainError as error:
            form.add_error(error)
            invoice = _for_action(invoice_id, action)
        else:
            flash(done_sv, "success")
            return redirect(url_for("invoices.show", invoice_id=invoice_id))
    return _action_page(invoice, action, form), form.status()


def _action_page(invoice: Invoice, action: InvoiceAction, form: ConfirmForm | CommentForm) -> str:
    is_sending = action in {InvoiceAction.APPROVE, InvoiceAction.SEND}
    transition = INVOICE_TRANSITIONS[invoice.state, action]
    problems = services.problems_to_mend(invoice) if is_sending else []
    return render_template(
        "invoicing/invoices/act.html",
        invoice=invoice,
        title=invoice_title(invoice),
        transition=transition,
        problems=problems,
        is_blocked=action is InvoiceAction.SEND and bool(problems),
        form=form,
    )


def _read(invoice_id: int) -> Invoice:
    """The invoice as it is now: a draft is computed again each time that its supplier reads it."""
    if current_actor().role is Role.SUPPLIER_MANAGER:
        with transaction():
            refresh_draft(invoice_id)
    return queries.whole_invoice(invoice_id)


def _for_action(invoice_id: int, action: InvoiceAction) -> Invoice:
    """The invoice, if the action is possible now. Raises NotFound, or Conflict with the reason."""
    invoice = _read(invoice_id)
    advance(INVOICE_TRANSITIONS, invoice.state, action, current_actor().role)
    return invoice


def _sent(invoice_id: int) -> Invoice:
    invoice = queries.whole_invoice(invoice_id)
    if invoice.state in {InvoiceState.DRAFT, InvoiceState.APPROVED}:
        raise NotFound("Fakturan är inte skickad än, så det finns ingenting att hämta.")
    return invoice
