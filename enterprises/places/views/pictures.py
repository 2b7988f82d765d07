"""Pictures of a place: the supplier's page, and the pictures themselves."""

from collections.abc import Callable
from functools import partial

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from enterprises.places import picture_queries, services
from enterprises.places.forms import PicturesForm, pictures_form
from enterprises.places.models import Place, PlacePicture
from enterprises.places.picture_rules import MEDIA_TYPE, MOST
from enterprises.places.rules import PlaceState, check_lasting
from enterprises.places.views.blueprint import bp, place_crumbs, to_place
from enterprises.places.views.editing import STEPS
from marketplace.accounts.rules import Role
from marketplace.db import transaction
from marketplace.errors import DomainError, Invalid
from marketplace.web.guards import public, requires

_FOREVER = "public, max-age=31536000, immutable"
"""What an address with a checksum gives never changes; a shared cache keeps only what everyone may see."""


@bp.route("/<int:place_id>/bilder", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
def pictures(place_id: int) -> ResponseReturnValue:
    place = services.own(Place, place_id)
    is_new = bool(request.args.get("ny")) and place.state is PlaceState.DRAFT
    shown = picture_queries.pictures_of([place_id])[place_id]
    form = pictures_form([(one.id, one.position, one.alt_sv) for one in shown])
    if not form.is_submitted():
        check_lasting(place.state)
    elif form.validate():
        _keep(form, place_id, shown)
        if not form.has_errors():
            if request.form.get("gor") == "fler":
                flash("Bilderna är sparade.", "success")
                return redirect(url_for("places.pictures", place_id=place_id, ny="y" if is_new else None))
            return to_place(
                place_id,
                "Platsen är klar som utkast. Publicera den när den stämmer."
                if is_new
                else "Bilderna är sparade.",
            )
        shown = picture_queries.pictures_of([place_id])[place_id]
    page = render_template(
        "enterprises/places/pictures.html",
        form=form,
        place=place,
        pictures=shown,
        has_room=len(shown) < MOST,
        most=MOST,
        crumbs=place_crumbs(place),
        is_new=is_new,
        steps=STEPS,
    )
    return page, form.status()


def _keep(form: PicturesForm, place_id: int, shown: list[PlacePicture]) -> None:
    """Each by itself: a file that will not do takes nothing else with it."""
    acts: list[tuple[str, Callable[[], object]]] = []
    for one in shown:
        name = f"alt_{one.id}"
        if form[f"ta_bort_{one.id}"].data:
            acts.append((name, partial(services.remove_picture, one.id)))
        else:
            acts.append((name, partial(services.describe_picture, one.id, form[name].data or "")))
    content = form.upload()
    words = form.alt_sv.data or ""
    if content is not None:
        acts.append(("file", partial(services.add_picture, place_id, content, words)))
    elif words:
        form.add_error(Invalid("Välj bilden också.", field="file"))
    for name, act in acts:
        try:
            with transaction():
                act()
        except DomainError as error:
            form.add_error(error if error.field else Invalid(error.message_sv, field=name))


@bp.get("/bilder/<int:place_picture_id>.jpg")
@public("Row security gives a picture to those who may read its place.")
def picture(place_picture_id: int) -> Response:
    return _picture(place_picture_id, is_small=False)


@bp.get("/bilder/<int:place_picture_id>-liten.jpg")
@public("Row security gives a picture to those who may read its place.")
def small_picture(place_picture_id: int) -> Response:
    return _picture(place_picture_id, is_small=True)


def _picture(place_picture_id: int, *, is_small: bool) -> Response:
    content, sha256, is_everyones = picture_queries.picture_content(place_picture_id, is_small=is_small)
    response = Response(content, content_type=MEDIA_TYPE)
    response.set_etag(f"{sha256[:32]}{'s' if is_small else ''}")
    if is_everyones and request.args.get("v") == sha256[:12]:
        response.headers["Cache-Control"] = _FOREVER
    else:
        response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request)
    return response
