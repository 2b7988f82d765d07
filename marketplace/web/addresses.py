"""Addresses inside the site: where it is safe to send someone, and this page with another filter."""

from collections.abc import Collection
from urllib.parse import urlencode, urlsplit

from flask import current_app, request, url_for


def own_path() -> str:
    """This request's path with its query, without scheme and host."""
    return request.full_path.rstrip("?") if request.query_string else request.path


def safe_next(target: str | None) -> str | None:
    """`target` as a path on this site, or None when it leads anywhere else.

    Browsers read `//host`, `/\\host` and addresses with control characters as other sites, so those are refused.
    """
    if not target or any(ord(character) <= 32 or character == "\\" for character in target):
        return None
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    is_absolute = bool(parts.scheme or parts.netloc)
    if is_absolute and (parts.scheme not in {"http", "https"} or parts.netloc != request.host):
        return None
    path = parts.path or "/"
    if not path.startswith("/") or path.startswith("//") or target.startswith("//"):
        return None
    return f"{path}?{parts.query}" if parts.query else path


def public_address(endpoint: str, **arguments: int | str) -> str:
    """A page's absolute address as users reach it (PUBLIC_URL), whatever host the request came to, or in a job."""
    public = urlsplit(current_app.config["PUBLIC_URL"])
    adapter = current_app.url_map.bind(public.netloc, public.path or "/", url_scheme=public.scheme)
    return adapter.build(endpoint, arguments, force_external=True)


def url_with(**changes: object) -> str:
    """This page's address with some query parameters changed; None takes one away."""
    arguments = request.args.to_dict(flat=False)
    for name, value in changes.items():
        if value is None:
            arguments.pop(name, None)
        else:
            arguments[name] = [str(value)]
    return _with_query(url_for(request.endpoint or "", **(request.view_args or {})), arguments)


def url_filtered(endpoint: str, **values: str) -> str:
    """Another page's address with this page's query: the download of exactly what is shown."""
    return _with_query(url_for(endpoint, **values), request.args.to_dict(flat=False))  # type: ignore[arg-type]


def _with_query(path: str, arguments: dict[str, list[str]]) -> str:
    """What a visitor put in the query is never an argument of url_for(), which would read `_scheme` and the like."""
    return f"{path}?{urlencode(arguments, doseq=True)}" if arguments else path


def page_number() -> int:
    """The page of a list that the address asks for (`?sida=2`), at least 1."""
    return max(1, request.args.get("sida", 1, type=int))


def sort_key(allowed: Collection[str], default: str) -> tuple[str, bool]:
    """The column that the address asks to sort by (`?sortera=-namn`) and whether it is descending."""
    asked = request.args.get("sortera", default)
    key = asked.removeprefix("-")
    if key in allowed:
        return key, asked.startswith("-")
    return default.removeprefix("-"), default.startswith("-")
