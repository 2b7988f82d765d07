"""Security headers on every answer. Strict on purpose: scripts and styles come from our own files only."""

from flask import Flask, Response

from marketplace.tenancy import current_actor

_CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",  # Bootstrap draws the arrows of selects and the ticks of boxes as data images
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
_FIXED = {
    "Content-Security-Policy": _CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_TWO_YEARS = "max-age=63072000; includeSubDomains"


def add_security_headers(app: Flask) -> None:
    is_demo = bool(app.config.get("DEMO"))  # plain http on loopback
    fixed = _FIXED if is_demo else _FIXED | {"Strict-Transport-Security": _TWO_YEARS}

    @app.after_request
    def secure(response: Response) -> Response:
        given = {name.lower() for name, _ in response.headers}  # once: each look-up goes through them all
        response.headers.extend((name, value) for name, value in fixed.items() if name.lower() not in given)
        if (current_actor().user_id or current_actor().role) and not response.cache_control.immutable:
            # A shared laptop must not show the last person's pages to the next one. What never changes is everyone's.
            response.headers["Cache-Control"] = "no-store"
        return response
