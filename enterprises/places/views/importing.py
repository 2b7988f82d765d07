"""The pages of places out of a file: sent, looked through and mended, saved."""

import re
from collections.abc import Mapping

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from enterprises.places import import_queries, services
from enterprises.places.cell_rules import COLUMN_HELP_SV, COLUMN_SV
from enterprises.places.import_queries import Review
from enterprises.places.import_rules import LINE_KIND_SV, LINE_KIND_TONE, MOST_LINES, saved_sv
from enterprises.places.models import PlaceImport
from enterprises.places.views.blueprint import bp
from marketplace.accounts.rules import Role
from marketplace.db import transaction
from marketplace.errors import DomainError
from marketplace.swedish import counted
from marketplace.tenancy import current_actor
from marketplace.web.confirm import Question, ask_first
from marketplace.web.downloads import FILE, file_response
from marketplace.web.forms import ConfirmForm, CsvForm
from marketplace.web.guards import requires

_CELL = re.compile(r"rad-(\d{1,6})-([a-z_]{1,30})", re.ASCII)
_SHOWN = 100
"""Lines of each kind on a page; all of them are saved."""


@bp.route("/importera", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
def import_file() -> ResponseReturnValue:
    form = CsvForm()
    if form.validate_on_submit():
        try:
            name, content = form.upload()
            with transaction():
                place_import_id = services.start_import(name, content).id
        except DomainError as error:
            form.add_error(error)
        else:
            return redirect(url_for("places.review_import", place_import_id=place_import_id))
    page = render_template(
        "enterprises/places/import.html",
        form=form,
        imports=import_queries.imports_of(current_actor().enterprise_id),
        columns=[(label, COLUMN_HELP_SV.get(key, "")) for key, label in COLUMN_SV.items()],
        most=MOST_LINES,
    )
    return page, form.status()


@bp.route("/importera/<int:place_import_id>", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
def review_import(place_import_id: int) -> ResponseReturnValue:
    form = ConfirmForm()
    services.own(PlaceImport, place_import_id)
    here = redirect(url_for("places.review_import", place_import_id=place_import_id))
    if form.validate_on_submit():
        try:
            with transaction():
                revision = services.correct_import(
                    place_import_id, _typed(request.form), request.form.get("granskad", "")
                )
            if request.form.get("gor") != "spara":
                return here
            with transaction():
                saved = services.save_import(place_import_id, revision)
        except DomainError as error:
            form.add_error(error)
        else:
            flash(f"Sparat: {saved_sv(saved.made, saved.changed)}.", "success")
            left = import_queries.review(services.own(PlaceImport, place_import_id))
            return redirect(url_for("places.index")) if left.is_done else here
    found = services.own(PlaceImport, place_import_id)
    page = render_template(
        "enterprises/places/review_import.html",
        form=form,
        found=found,
        review=import_queries.review(found),
        column_sv=COLUMN_SV,
        kind_sv=LINE_KIND_SV,
        kind_tone=LINE_KIND_TONE,
        shown=_SHOWN,
        wide=frozenset({"tasks_sv", "tasks"}),
    )
    return page, form.status()


@bp.get(f"/importera/<int:place_import_id>/fel.{FILE}")
@requires(Role.SUPPLIER_MANAGER)
def import_faults(place_import_id: int, file_format: str) -> Response:
    """The lines that have to be mended, as they are now, with what is wrong with each."""
    review: Review = import_queries.review(services.own(PlaceImport, place_import_id))
    header = [*COLUMN_SV.values(), "Rad", "Att rätta"]
    rows = [
        [
            *(line.cells.get(key, "") for key in COLUMN_SV),
            line.number,
            " ".join(f"{COLUMN_SV[key]}: {message}" for key, message in line.errors.items()),
        ]
        for line in review.wrong
    ]
    return file_response(file_format, "platser-att-ratta", header, rows)


@bp.route("/importera/<int:place_import_id>/kasta", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
def discard_import(place_import_id: int) -> ResponseReturnValue:
    found = services.own(PlaceImport, place_import_id)
    left = len(import_queries.review(found).unsaved)
    question = Question(
        title="Kasta filen",
        breadcrumb=[
            ("Platser", url_for("places.index")),
            (found.name, url_for("places.review_import", place_import_id=place_import_id)),
        ],
        causes=[
            f"{counted(left, 'rad', 'rader')} som inte är sparade försvinner, med det som är rättat här.",
            "Det som redan är sparat finns kvar.",
        ],
        done="Filen är borttagen.",
        back=url_for("places.index"),
        is_ending=True,
    )
    return ask_first(question, lambda: services.discard_import(place_import_id))


def _typed(form: Mapping[str, str]) -> dict[tuple[int, str], str]:
    """Cells that are mended on the page: rad-<number>-<column>."""
    found = {}
    for name, text in form.items():
        cell = _CELL.fullmatch(name)
        if cell and cell[2] in COLUMN_SV:
            found[int(cell[1]), cell[2]] = text.strip()
    return found
