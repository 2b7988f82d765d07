"""Log control (loggkontroll): every look is kept here, and the controller goes through them."""

from flask import Blueprint, Response, request

from placements.access_log.seen import take_seen
from placements.access_log.services import keep_looks

bp = Blueprint("access_log", __name__, url_prefix="/loggkontroll")


@bp.after_app_request
def keep(response: Response) -> Response:
    """Without a kept look there is no answer: what fails here fails the request. A redirect shows nobody."""
    seen = take_seen()
    if not 300 <= response.status_code < 400:
        keep_looks(seen, request.endpoint or "", response.mimetype or "")
    return response
