"""Errors that a rule or a service raises; the web layer turns them into pages, jobs into a listed failure."""


class DomainError(Exception):
    """Something the user can understand and mend. `message_sv` says what to do; `field` names the form field."""

    status = 422

    def __init__(self, message_sv: str, *, field: str | None = None) -> None:
        super().__init__(message_sv)
        self.message_sv = message_sv
        self.field = field


class Invalid(DomainError):
    """The input breaks a rule."""

    status = 422


class NotAllowed(DomainError):
    """The actor's role may not do this."""

    status = 403


class NotFound(DomainError):
    """There is no such object, or it belongs to someone else: the two look the same from outside."""

    status = 404

    def __init__(
        self,
        message_sv: str = "Sidan finns inte, eller så hör den till någon annan.",
        *,
        field: str | None = None,
    ) -> None:
        super().__init__(message_sv, field=field)


class Conflict(DomainError):
    """The object has changed, or is in a state where this is not possible."""

    status = 409
