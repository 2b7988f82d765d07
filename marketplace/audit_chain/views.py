"""For the authority's controller: does the log of what has happened still say what it said?"""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from marketplace.accounts.rules import Role
from marketplace.audit_chain import queries
from marketplace.tenancy import own_authority
from marketplace.web.addresses import page_number
from marketplace.web.guards import requires

bp = Blueprint("audit_chain", __name__, url_prefix="/handelselogg")


@bp.get("")
@requires(Role.CONTROLLER)
def index() -> ResponseReturnValue:
    authority_id = own_authority()
    number, head = request.args.get("lank", type=int), request.args.get("avtryck", "")
    return render_template(
        "marketplace/audit_chain/index.html",
        last=queries.last_link(authority_id),
        checks=queries.checks(authority_id, page_number()),
        number=number,
        is_as_kept=queries.has_link(authority_id, number, head) if number and head else None,
    )
