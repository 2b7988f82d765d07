"""Searches that somebody has saved: to make again, name and remove."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import get_or_404, transaction
from marketplace.errors import DomainError
from marketplace.web.forms import acted
from marketplace.web.guards import requires
from placements.search import services
from placements.search.forms import RenameForm, SaveForm
from placements.search.models import SavedSearch
from placements.search.saved_queries import as_kept, saved_searches
from placements.search.saved_rules import address_on, kept
from placements.search.views.blueprint import address, address_of, asked_round, asked_search, bp
from placements.search.views.searching import with_search


@bp.route("/spara", methods=["GET", "POST"])
@requires(Role.CASE_OFFICER, Role.COORDINATOR)
def save() -> ResponseReturnValue:
    """The search in the address, with a name; never the participant's round that it was made for."""
    _, asked = asked_search(asked_round())
    form = SaveForm()
    if form.validate_on_submit():
        search = kept(
            address_of(asked.criteria),
            asked.criteria.start_by,
            asked.criteria.until,
            moves=form.moves.data == "y",
            today=today(),
        )
        try:
            with transaction():
                services.save_search(form.name.data or "", search)
        except DomainError as error:
            form.add_error(error)
        else:
            flash("Sökningen är sparad.", "success")
            return redirect(url_for("search.saved"))
    return render_template(
        "placements/search/save.html",
        form=form,
        criteria=asked.criteria,
        address=with_search("search.save"),
        back=with_search("search.index"),
    ), form.status()


@bp.get("/sparade")
@requires(Role.CASE_OFFICER, Role.COORDINATOR)
def saved() -> ResponseReturnValue:
    rows = [(one, address("search.index", address_on(as_kept(one), today()))) for one in saved_searches()]
    return render_template("placements/search/saved.html", rows=rows)


@bp.route("/sparade/<int:saved_search_id>", methods=["GET", "POST"])
@requires(Role.CASE_OFFICER, Role.COORDINATOR)
def rename(saved_search_id: int) -> ResponseReturnValue:
    found = get_or_404(SavedSearch, saved_search_id)
    before = found.name
    form = RenameForm(name=before)
    if acted(
        form,
        lambda: services.rename_search(saved_search_id, form.name.data or ""),
        "Sökningen har fått ett nytt namn.",
    ):
        return redirect(url_for("search.saved"))
    return render_template("placements/search/rename.html", form=form, before=before), form.status()


@bp.post("/sparade/<int:saved_search_id>/ta-bort")
@requires(Role.CASE_OFFICER, Role.COORDINATOR)
def delete(saved_search_id: int) -> ResponseReturnValue:
    with transaction():
        services.delete_search(saved_search_id)
    flash("Sökningen är borttagen.", "success")
    return redirect(url_for("search.saved"))
