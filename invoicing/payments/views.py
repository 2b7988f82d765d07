"""Pages of payments: the bank's file is read in, and what does not fit is mended by hand."""

from decimal import Decimal

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select

from invoicing.invoices.queries import whole_invoice
from invoicing.invoices.rules import InvoiceAction, transitions_for
from invoicing.payments import queries, services
from invoicing.payments.forms import TO_MEND, MendForm, PaidForm, PaymentFilter
from invoicing.payments.models import Payment
from invoicing.payments.rules import COLUMNS_SV, PROBLEM_HELP_SV, PROBLEM_SV
from invoicing.remuneration.facts import Month
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import db, get_or_404, paginate, transaction
from marketplace.errors import DomainError
from marketplace.rules import advance
from marketplace.tenancy import current_actor
from marketplace.web.addresses import page_number, sort_key
from marketplace.web.downloads import FILE, file_response
from marketplace.web.filters import kronor
from marketplace.web.forms import CsvForm, one_of
from marketplace.web.guards import requires

bp = Blueprint("payments", __name__, url_prefix="/fakturor")


@bp.get("/inbetalningar")
@requires(Role.SUPPLIER_MANAGER)
def index() -> ResponseReturnValue:
    form, found = _asked()
    return render_template(
        "invoicing/payments/index.html",
        form=form,
        page=paginate(found, page_number()),
        problem_sv=PROBLEM_SV,
    )


@bp.get(f"/inbetalningar/lista.{FILE}")
@requires(Role.SUPPLIER_MANAGER)
def index_file(file_format: str) -> Response:
    header = (*COLUMNS_SV, "Faktura", "Att reda ut", "Utredd", "Utredd av", "Anteckning")
    rows = [
        (
            payment.bank_id,
            payment.paid_on,
            payment.ocr,
            Decimal(payment.amount_ore) / 100,
            payment.invoice.number if payment.invoice else None,
            PROBLEM_SV[payment.problem] if payment.problem else "",
            payment.mended_on,
            payment.mended_by,
            payment.note_sv,
        )
        for payment in db.session.scalars(_asked()[1])
    ]
    return file_response(file_format, "inbetalningar", header, rows)


def _asked() -> tuple[PaymentFilter, Select[Payment]]:
    form = PaymentFilter()
    sort = sort_key(queries.PAYMENT_SORTS, "-dag")
    return form, queries.payments(to_mend=form.visa.data == TO_MEND, sort=sort)


@bp.route("/inbetalningar/las-in", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
def import_file() -> ResponseReturnValue:
    form = CsvForm()
    if form.validate_on_submit():
        try:
            _, content = form.upload()
            with transaction():
                done = services.import_payments(content)
        except DomainError as error:
            form.add_error(error)
        else:
            flash(done.told_sv, "warning" if done.listed else "success")
            return redirect(url_for("payments.index", visa=TO_MEND if done.listed else None))
    return render_template(
        "invoicing/payments/import.html", form=form, columns=";".join(COLUMNS_SV)
    ), form.status()


@bp.route("/inbetalningar/<int:payment_id>", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
def show(payment_id: int) -> ResponseReturnValue:
    payment = get_or_404(Payment, payment_id)
    unpaid = queries.unpaid_invoices() if payment.is_open else []
    named = next((invoice.id for invoice, _ in unpaid if invoice.ocr == payment.ocr), None)
    form = MendForm(data={"invoice_id": named})
    form.invoice_id.choices = one_of(
        {
            invoice.id: f"Faktura {invoice.number}, {Month.of(invoice.month).text_sv}, {invoice.authority.name}: "
            f"{kronor(outstanding)} återstår"
            for invoice, outstanding in unpaid
        },
        blank="Ingen faktura",
    )
    if form.validate_on_submit():
        invoice_id, note = form.invoice_id.data, form.note.data or ""
        try:
            with transaction():
                if invoice_id is None:
                    services.set_payment_aside(payment_id, note)
                else:
                    services.attach_payment(payment_id, invoice_id, note)
        except DomainError as error:
            form.add_error(error)
            payment = get_or_404(Payment, payment_id)
        else:
            flash("Inbetalningen är utredd.", "success")
            return redirect(url_for("payments.index", visa=TO_MEND))
    page = render_template(
        "invoicing/payments/show.html",
        payment=payment,
        form=form,
        problem_sv=PROBLEM_SV,
        help_sv=PROBLEM_HELP_SV,
    )
    return page, form.status()


@bp.route("/<int:invoice_id>/betald", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
def mark_paid(invoice_id: int) -> ResponseReturnValue:
    invoice = whole_invoice(invoice_id)
    table = transitions_for(is_credit_note=invoice.is_credit_note)
    transition = advance(table, invoice.state, InvoiceAction.MARK_PAID, current_actor().role)
    form = PaidForm(data={"paid_on": today()})
    if form.validate_on_submit():
        try:
            with transaction():
                services.mark_paid(invoice_id, form.paid_on.data or today())
        except DomainError as error:
            form.add_error(error)
            invoice = whole_invoice(invoice_id)
        else:
            flash("Fakturan är registrerad som betald.", "success")
            return redirect(url_for("invoices.show", invoice_id=invoice_id))
    page = render_template("invoicing/payments/paid.html", invoice=invoice, transition=transition, form=form)
    return page, form.status()
