"""The paper of an invoice, and what could not be handed over."""

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from invoicing.delivery import queries, services
from invoicing.delivery.rules import DELIVERY_STATE_SV, DELIVERY_STATE_TONE
from marketplace.accounts.rules import Role
from marketplace.db import paginate, transaction
from marketplace.web.addresses import page_number
from marketplace.web.guards import requires

bp = Blueprint("delivery", __name__, url_prefix="/fakturor")


@bp.route("/<int:invoice_id>.pdf")
@requires(Role.SUPPLIER_MANAGER, Role.CONTROLLER)
def paper(invoice_id: int) -> ResponseReturnValue:
    """Kept since the invoice was sent; whoever is quicker than the job does its work."""
    with transaction():
        pdf = services.keep_paper(invoice_id).pdf
    return Response(pdf, mimetype="application/pdf")


@bp.route("/inte-lamnade")
@requires(Role.SUPPLIER_MANAGER)
def index() -> ResponseReturnValue:
    return render_template(
        "invoicing/delivery/index.html",
        page=paginate(queries.undelivered(), page_number()),
        state_sv=DELIVERY_STATE_SV,
        state_tone=DELIVERY_STATE_TONE,
    )


@bp.route("/<int:invoice_id>/lamna-igen", methods=["POST"])
@requires(Role.SUPPLIER_MANAGER)
def retry(invoice_id: int) -> ResponseReturnValue:
    with transaction():
        services.retry(invoice_id)
    flash("Vi försöker lämna e-fakturan igen. Resultatet syns här om en stund.", "success")
    return redirect(url_for("invoices.show", invoice_id=invoice_id))
