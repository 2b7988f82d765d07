"""Pages about a sent invoice: the authority's inbox and steps, the supplier's answers, and who may attest how much."""

from collections.abc import Callable
from decimal import Decimal

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select

from invoicing.attest import queries, services
from invoicing.attest.forms import YES, CreditForm, InboxFilter, KeepForm, dispute_form, limits_form
from invoicing.attest.rules import WAITS_SV, obstacles
from invoicing.invoices.models import Invoice
from invoicing.invoices.queries import days_behind, line_groups, whole_invoice
from invoicing.invoices.rules import InvoiceAction, transitions_for
from invoicing.invoices.views import invoice_title
from invoicing.remuneration.facts import Month
from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import db, paginate, transaction
from marketplace.errors import Conflict, DomainError
from marketplace.rules import Transition, advance
from marketplace.second_factor.proof import freshly_proved
from marketplace.tenancy import current_actor
from marketplace.web.addresses import page_number, sort_key
from marketplace.web.downloads import FILE, file_response
from marketplace.web.forms import BaseForm, ConfirmForm, acted
from marketplace.web.guards import requires

bp = Blueprint("attest", __name__, url_prefix="/fakturor")

_SORTS = {"forfaller", "part", "manad", "nummer", "summa"}


@bp.get("/inkorg")
@requires(Role.CONTROLLER)
def inbox() -> ResponseReturnValue:
    form, found = _asked()
    return render_template(
        "invoicing/attest/inbox.html",
        form=form,
        page=paginate(found, page_number()),
        waits_for=queries.waits_for,
        waits_sv=WAITS_SV,
    )


@bp.get(f"/inkorg/lista.{FILE}")
@requires(Role.CONTROLLER)
def inbox_file(file_format: str) -> Response:
    header = (
        "Leverantör",
        "Nummer",
        "Månad",
        "Kom in",
        "Förfaller",
        "Väntar på",
        "Sakgranskad av",
        "Att betala",
    )
    rows = [
        (
            invoice.enterprise.name,
            invoice.number,
            str(Month.of(invoice.month)),
            invoice.issued_on,
            invoice.due_on,
            _waits_sv(invoice),
            invoice.examined_by,
            Decimal(invoice.payable_ore) / 100,
        )
        for invoice in db.session.scalars(_asked()[1])
    ]
    return file_response(file_format, "inkorg", header, rows)


def _waits_sv(invoice: Invoice) -> str:
    waits = queries.waits_for(invoice)
    return WAITS_SV[waits] if waits else ""


def _asked() -> tuple[InboxFilter, Select[Invoice]]:
    senders = {"": "Alla"} | {str(one.id): one.name for one in queries.senders()}
    form = InboxFilter(choices={"leverantor": senders})
    found = queries.inbox(
        waits=form.vantar.data,
        enterprise_id=form.leverantor.data,
        is_overdue=form.forfallna.data == YES,
        sort=sort_key(_SORTS, "forfaller"),
    )
    return form, found


@bp.route("/<int:invoice_id>/granska", methods=["GET", "POST"])
@requires(Role.CONTROLLER)
@freshly_proved
def examine(invoice_id: int) -> ResponseReturnValue:
    """Every line with the days behind it."""
    return _act(
        invoice_id,
        InvoiceAction.EXAMINE,
        ConfirmForm(),
        lambda _: services.examine_invoice(invoice_id),
        "Fakturan är sakgranskad. Nu kan någon annan attestera den.",
        template="invoicing/attest/examine.html",
    )


@bp.route("/<int:invoice_id>/attestera", methods=["GET", "POST"])
@requires(Role.CONTROLLER)
@freshly_proved
def attest(invoice_id: int) -> ResponseReturnValue:
    return _act(
        invoice_id,
        InvoiceAction.ATTEST,
        ConfirmForm(),
        lambda _: services.attest_invoice(invoice_id),
        "Fakturan är attesterad.",
    )


@bp.route("/<int:invoice_id>/bestrid", methods=["GET", "POST"])
@requires(Role.CONTROLLER)
def dispute(invoice_id: int) -> ResponseReturnValue:
    form = dispute_form(line.position for line in whole_invoice(invoice_id).lines)
    return _act(
        invoice_id,
        InvoiceAction.DISPUTE,
        form,
        lambda _: services.dispute_invoice(invoice_id, form.said()),
        "Fakturan är bestridd. Leverantören ser skälen och svarar.",
        template="invoicing/attest/dispute.html",
    )


@bp.route("/<int:invoice_id>/ta-tillbaka", methods=["GET", "POST"])
@requires(Role.CONTROLLER)
def withdraw_dispute(invoice_id: int) -> ResponseReturnValue:
    return _act(
        invoice_id,
        InvoiceAction.WITHDRAW_DISPUTE,
        ConfirmForm(),
        lambda _: services.withdraw_dispute(invoice_id),
        "Bestridandet är tillbakataget.",
    )


@bp.route("/<int:invoice_id>/utbetald", methods=["GET", "POST"])
@requires(Role.CONTROLLER)
def record_payment(invoice_id: int) -> ResponseReturnValue:
    return _act(
        invoice_id,
        InvoiceAction.RECORD_PAYMENT,
        ConfirmForm(),
        lambda _: services.record_payment_sent(invoice_id),
        "Utbetalningen är registrerad.",
    )


@bp.route("/<int:invoice_id>/kvitta", methods=["GET", "POST"])
@requires(Role.CONTROLLER)
def settle(invoice_id: int) -> ResponseReturnValue:
    return _act(
        invoice_id,
        InvoiceAction.SETTLE,
        ConfirmForm(),
        lambda _: services.settle_credit_note(invoice_id),
        "Kreditfakturan är kvittad.",
    )


@bp.route("/<int:invoice_id>/sta-fast", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
def keep_claim(invoice_id: int) -> ResponseReturnValue:
    return _act(
        invoice_id,
        InvoiceAction.KEEP_CLAIM,
        KeepForm(),
        lambda form: services.keep_claim(invoice_id, form["reason"].data or ""),
        "Svaret är skickat till köparen.",
    )


@bp.route("/<int:invoice_id>/kreditera", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
def credit(invoice_id: int) -> ResponseReturnValue:
    return _act(
        invoice_id,
        InvoiceAction.CREDIT,
        CreditForm(),
        lambda form: services.credit_invoice(invoice_id, form["reason"].data or ""),
        "Fakturan är krediterad, och kreditfakturan är skickad. Månaden kan faktureras på nytt.",
    )


@bp.route("/<int:invoice_id>/paminn", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
def remind(invoice_id: int) -> ResponseReturnValue:
    return _act(
        invoice_id,
        InvoiceAction.REMIND,
        ConfirmForm(),
        lambda _: services.remind_of(invoice_id),
        "Påminnelsen är skickad.",
    )


@bp.route("/attestgranser", methods=["GET", "POST"])
@requires(Role.PROCUREMENT_OFFICER, Role.CONTROLLER)
@freshly_proved
def limits() -> ResponseReturnValue:
    """The procurement officer sets them; controllers see who may attest what."""
    actor = current_actor()
    found = [(one.id, one.user.name, limit_ore) for one, limit_ore in queries.controllers()]
    form = limits_form(found)
    if acted(
        form,
        lambda: services.set_limits({one: form[f"limit_{one}"].data for one, _, _ in found}),
        "Beloppsgränserna är sparade.",
    ):
        return redirect(url_for("attest.limits"))
    page = render_template(
        "invoicing/attest/limits.html",
        form=form,
        controllers=found,
        may_set=actor.role is Role.PROCUREMENT_OFFICER,
        events=audit.timeline("attest_limits", actor.authority_id or 0),
    )
    return page, form.status()


def _act(
    invoice_id: int,
    action: InvoiceAction,
    form: BaseForm,
    service: Callable[[BaseForm], object],
    done_sv: str,
    *,
    template: str = "invoicing/invoices/act.html",
) -> ResponseReturnValue:
    """A page that says what the action causes, with what it asks; its button does it."""
    invoice, transition = _for_action(invoice_id, action)
    if form.validate_on_submit():
        try:
            with transaction():
                service(form)
        except DomainError as error:
            form.add_error(error)
            invoice, transition = _for_action(invoice_id, action)
        else:
            flash(done_sv, "success")
            return redirect(url_for("invoices.show", invoice_id=invoice_id))
    is_examining = action is InvoiceAction.EXAMINE
    page = render_template(
        template,
        invoice=invoice,
        title=invoice_title(invoice),
        transition=transition,
        form=form,
        groups=line_groups(invoice.lines),
        days=days_behind(invoice.lines) if is_examining else {},
        is_ending=action in {InvoiceAction.DISPUTE, InvoiceAction.CREDIT},
    )
    return page, form.status()


def _for_action(invoice_id: int, action: InvoiceAction) -> tuple[Invoice, Transition]:
    """The invoice, if the action is possible now. Raises NotFound, or Conflict with the reason."""
    actor = current_actor()
    invoice = whole_invoice(invoice_id)
    table = transitions_for(is_credit_note=invoice.is_credit_note)
    transition = advance(table, invoice.state, action, actor.role)
    attesters = queries.attesters() if action is InvoiceAction.ATTEST else []
    reason = obstacles(queries.matter(invoice), actor.user_id, attesters, today()).get(action)
    if reason is not None:
        raise Conflict(reason)
    return invoice, transition
