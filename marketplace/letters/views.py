"""The settings page, and the link in a letter that turns its kind down."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.queries import memberships_of
from marketplace.db import transaction
from marketplace.errors import NotFound
from marketplace.letters.forms import letters_form
from marketplace.letters.messages import told_by
from marketplace.letters.queries import ways_of
from marketplace.letters.rules import KINDS, LetterKind, kinds_to
from marketplace.letters.services import choose_ways, turn_down
from marketplace.tenancy import acting_as, current_actor, system_actor
from marketplace.web.guards import public, signed_in

bp = Blueprint("letters", __name__)


@bp.route("/installningar", methods=["GET", "POST"])
@signed_in
def settings() -> ResponseReturnValue:
    user_id = current_actor().user_id or 0
    kinds = kinds_to([one.role for one in memberships_of(user_id)])
    if not kinds:
        return redirect(url_for("accounts.choose_membership"))
    ways = ways_of(user_id)
    form = letters_form({kind: ways[kind] for kind in kinds if not KINDS[kind].must_sv})
    if form.validate_on_submit():
        with transaction():
            choose_ways(user_id, {kind: form[kind].data for kind in kinds if not KINDS[kind].must_sv})
        flash("Dina inställningar är sparade.", "success")
        return redirect(url_for("letters.settings"))
    must = [(KINDS[kind].label_sv, KINDS[kind].must_sv) for kind in kinds if KINDS[kind].must_sv]
    return render_template("marketplace/letters/settings.html", form=form, must=must), form.status()


@bp.route("/brev/avsta/<token>", methods=["GET", "POST"])
@public("the link is signed, and says which person's letters of which kind it turns down")
def unsubscribe(token: str) -> ResponseReturnValue:
    """Opened from a letter; or posted to by a mail program, which has no session and no form of ours (RFC 8058)."""
    told = told_by(token)
    if told is None:
        raise NotFound(
            "Länken är inte hel. Kopiera hela länken ur brevet, eller logga in och välj Inställningar."
        )
    user_id, kind = told
    is_done = request.method == "POST"
    if is_done:
        with (
            acting_as(system_actor()),
            transaction(),
        ):  # nobody has signed in: it is the link that shows who asks
            turn_down(user_id, kind)
    return render_template(
        "marketplace/letters/unsubscribe.html",
        kind=KINDS[kind],
        is_digest=kind is LetterKind.MY_WORK,
        is_done=is_done,
    )
