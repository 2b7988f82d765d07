"""Error pages that say what happened and what to do; domain errors carry their own words."""

from collections.abc import Sequence
from contextlib import suppress

import structlog
from flask import Flask, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from werkzeug.exceptions import HTTPException

from marketplace.db import db
from marketplace.errors import DomainError

_log = structlog.stdlib.get_logger(__name__)
_OUT_OF_RANGE = "22003"  # numeric_value_out_of_range
_TRY_AGAIN_AFTER = 30  # seconds: a restart of PostgreSQL takes less

# status → (heading, what to do)
_PAGES = {
    400: (
        "Begäran gick inte att läsa",
        "Gå tillbaka och försök igen. Händer det igen, gå in på sidan från menyn.",
    ),
    403: ("Det här får din roll inte göra", "Fråga den som gav dig länken, eller byt roll om du har flera."),
    404: (
        "Sidan finns inte",
        "Adressen kan vara felskriven, eller så hör det du söker till någon annan. Börja om från ditt arbete.",
    ),
    405: ("Sidan kan inte öppnas så", "Gå in på sidan från menyn i stället."),
    409: (
        "Det har hänt något sedan du öppnade sidan",
        "Läs om sidan, se vad som har ändrats och försök igen.",
    ),
    413: ("Filen är för stor", "Gå tillbaka och välj en mindre fil. Det du skrev i formuläret finns kvar."),
    422: ("Något behöver rättas", "Gå tillbaka, rätta och försök igen."),
    429: ("För många försök", "Vänta en kvart och försök sedan igen."),
    500: (
        "Något gick fel hos oss",
        "Inget av det du just gjorde är sparat. Gå tillbaka och försök igen; det du skrev finns kvar i webbläsaren.",
    ),
    503: ("Tjänsten vilar en stund", "Vi uppdaterar eller startar om. Försök igen om en minut."),
}
_SENT_TO_NOBODY = (
    "Vi uppdaterar eller startar om, och hann kanske inte spara. Det du skrev finns kvar här. Vänta en minut, se "
    "efter i en annan flik om det blev sparat, och skicka annars igen."
)
_FORM_EXPIRED = (
    "Formuläret har blivit för gammalt",
    (
        "Du har varit borta länge, eller loggat in på nytt i en annan flik. Inget är sparat och inget är förlorat: gå "
        "tillbaka i webbläsaren, läs om sidan och fyll i den igen. Längre texter som du skrev står här nedanför."
    ),
)


def error_page(status: int, message_sv: str = "") -> tuple[str, int]:
    """A page for `status`. `message_sv` replaces the general advice."""
    heading, advice = _PAGES.get(status, _PAGES[400 if status < 500 else 500])
    return _page(status, heading, message_sv or advice)


def _page(status: int, heading: str, advice: str, texts: Sequence[str] = ()) -> tuple[str, int]:
    page = render_template(
        "errors/page.html",
        status=status,
        heading=heading,
        advice=advice,
        texts=texts,
        request_id=g.get("request_id", ""),
    )
    return page, status


def _own_fields() -> list[tuple[str, str]]:
    """What the sender filled in, but for passwords; nothing that another site has sent."""
    if request.headers.get("Origin") != request.host_url.rstrip("/"):
        return []
    return [field for field in request.form.items(multi=True) if "password" not in field[0]]


def _own_texts() -> list[str]:
    """What the sender wrote in sentences, to be copied into a new form."""
    return [value for _, value in _own_fields() if " " in value.strip()]


def _is_away(error: BaseException | None) -> bool:
    """Restarted, full, lost on the way, or busy with others."""
    if isinstance(error, OperationalError | InterfaceError | NoFreeConnection):
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated


def _away() -> ResponseReturnValue:
    """The page while the database does not answer: made without it, and with what was sent kept to be sent again."""
    with suppress(SQLAlchemyError):
        db.session.rollback()
    heading, advice = _PAGES[503]
    is_sent = request.method == "POST"
    page = current_app.jinja_env.get_template("errors/away.html").render(  # past what asks who is signed in
        heading=heading,
        advice=_SENT_TO_NOBODY if is_sent else advice,
        is_sent=is_sent,
        address=request.full_path.rstrip("?"),
        fields=_own_fields(),
        texts=_own_texts(),
        has_files=bool(request.files),
        request_id=g.get("request_id", ""),
    )
    return page, 503, {"Retry-After": str(_TRY_AGAIN_AFTER), "Cache-Control": "no-store"}


def form_expired(_error: CSRFError) -> tuple[str, int]:
    """A form from before a new session, or from another site."""
    return _page(400, *_FORM_EXPIRED, texts=_own_texts())


def add_error_pages(app: Flask) -> None:
    @app.errorhandler(DomainError)
    def domain_error(error: DomainError) -> tuple[str, int]:
        return error_page(error.status, error.message_sv)

    @app.errorhandler(DataError)
    def number_of_nothing(error: DataError) -> tuple[str, int]:
        """A number larger than any that we give, in an address or a form: there is nothing that it is the number of."""
        if getattr(error.orig, "pgcode", None) != _OUT_OF_RANGE:
            raise error
        db.session.rollback()
        return error_page(404)

    @app.errorhandler(SQLAlchemyError)
    def database_error(error: SQLAlchemyError) -> ResponseReturnValue:
        if not _is_away(error):
            raise error
        _log.error("the database is away", exc_info=error)
        return _away()

    app.register_error_handler(CSRFError, form_expired)

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> ResponseReturnValue:
        if error.code is None or error.code < 400:
            return error.get_response()  # a redirect that the router raised
        if _is_away(getattr(error, "original_exception", None)):  # when the answer was made, and not yet sent
            return _away()
        limit = getattr(
            error, "limit", None
        )  # of Flask-Limiter, with words of its own where a view has given them
        page, status = error_page(error.code, getattr(limit, "error_message", None) or "")
        headers = [item for item in error.get_headers() if item[0] not in {"Content-Type", "Content-Length"}]
        return page, status, headers
