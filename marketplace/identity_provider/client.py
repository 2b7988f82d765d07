"""Speaks with identity providers: Authlib's client, which reaches only addresses that the whole world may.

The addresses are an authority's to choose, so they are looked at as somebody else's: https (in the demo http to this
machine too), no private address behind the name (requests-hardened connects to the very address that it has looked at),
no redirect followed, and an answer within seconds.
"""

import time
from collections.abc import Mapping
from typing import Any, cast

import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import FlaskIntegration, FlaskOAuth2App
from authlib.integrations.requests_client import OAuth2Session
from flask import current_app, request, session
from joserfc.errors import JoseError
from requests import RequestException
from requests_hardened.ip_filter_adapter import IPFilterAdapter

from marketplace.crypto import key_ring
from marketplace.errors import DomainError, Invalid
from marketplace.identity_provider.models import IdentityProvider
from marketplace.identity_provider.rules import SIGNING_ALGORITHMS, Said, is_safe_address, read_claims
from marketplace.web.addresses import public_address

SIGN_IN, CONFIRM, TRY = "sign_in", "confirm", "try"
"""Why somebody is sent to a provider."""

_log = structlog.stdlib.get_logger(__name__)
_ANSWERS_WITHIN = 5  # seconds
_KEPT_FOR = 3600  # seconds that what a provider has published is kept
_LEFT_ALONE_FOR = (
    30  # seconds that one is not asked again which did not answer: each who waits holds a thread
)
_SKEW = 60  # seconds that clocks may differ
_ADDRESSES = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint")
_NEEDED = _ADDRESSES[:3]
_USED = (*_ADDRESSES, "issuer", "authorization_response_iss_parameter_supported")
_published: dict[str, tuple[float, dict[str, Any]]] = {}
"""By issuer: when it was read, and what it said, which is nothing of one that did not answer."""


class ProviderAway(DomainError):
    """It does not answer, or with a fault of its own."""

    status = 503

    def __init__(self, reason: str) -> None:
        super().__init__("Organisationens inloggning svarar inte just nu. Försök igen om en stund.")
        self.reason = reason
        """For those who look after the provider."""


class NotBelieved(Invalid):
    """What it says cannot be relied on."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            "Svaret från organisationens inloggning gick inte att lita på. Börja om med inloggningen."
        )
        self.reason = reason


class _Session(OAuth2Session):  # type: ignore[misc]  # Authlib has no types
    def __init__(self, **options: Any) -> None:
        super().__init__(default_timeout=_ANSWERS_WITHIN, **options)
        is_demo = current_app.config["DEMO"]
        self.trust_env = False  # neither a proxy, behind which no address is looked at, nor somebody's .netrc
        self.max_redirects = 0
        self.adapters.clear()
        self.mount("https://", IPFilterAdapter(is_https_proto=True, allow_loopback=is_demo))
        if is_demo:
            self.mount("http://", IPFilterAdapter(is_https_proto=False, allow_loopback=True))


class _App(FlaskOAuth2App):  # type: ignore[misc]  # Authlib has no types
    client_cls = _Session


def sign_in_address(provider: IdentityProvider, *, purpose: str, **about: Any) -> str:
    """Where to send the browser to sign in; to CONFIRM it has to be done anew. The purpose, and `about`, are kept in
    the session until she comes back. Raises ProviderAway or NotBelieved."""
    for key in [key for key in session if key.startswith("_state_")]:
        del session[key]  # one at a time, or the cookie grows
    app = _app(provider, is_fresh=purpose == TRY)
    asked = {"prompt": "login", "max_age": 0} if purpose == CONFIRM else {}
    going = app.create_authorization_url(answer_address(provider.authority_id), **asked)
    app.save_authorize_data(
        redirect_uri=answer_address(provider.authority_id), purpose=purpose, **about, **going
    )
    return cast(str, going["url"])


def kept_about(authority_id: int) -> dict[str, Any]:
    """What sign_in_address() was given, when this is the answer to it in this browser; otherwise nothing."""
    integration = FlaskIntegration(_name(authority_id))
    return integration.get_state_data(session, request.args.get("state")) or {}


def read_answer(provider: IdentityProvider) -> Said:
    """What the provider says of her who comes back from it: the code is changed for tokens, which are checked. Raises
    ProviderAway, NotBelieved, and Invalid when she has changed her mind."""
    app = _app(provider)
    _check_sender(app.server_metadata)
    try:
        token = app.authorize_access_token(
            leeway=_SKEW,
            claims_options={
                "iss": {"essential": True, "value": provider.issuer},
                "aud": {"essential": True, "value": provider.client_id},
            },
        )
        claims = token["userinfo"]
        more = app.userinfo(token=token) if "userinfo_endpoint" in app.server_metadata else {}
    except RequestException as error:
        raise _away(error) from error
    except AuthlibBaseError as error:
        if error.error == "access_denied":
            raise Invalid("Inloggningen avbröts. Försök igen när du vill.") from error
        raise _not_believed(error) from error
    except (JoseError, KeyError, TypeError, ValueError) as error:
        raise _not_believed(error) from error
    if more and more.get("sub") != claims["sub"]:  # OpenID Connect Core 5.3.2
        raise _not_believed(ValueError("userinfo is about somebody else"))
    said = read_claims(claims, more, provider.group_claim)
    if not said.subject:
        raise _not_believed(ValueError("it names nobody"))
    return said


def encrypted(secret: str) -> bytes:
    return key_ring().encrypt(secret)


def _app(provider: IdentityProvider, *, is_fresh: bool = False) -> _App:
    return _App(
        FlaskIntegration(_name(provider.authority_id)),
        name=_name(provider.authority_id),
        client_id=provider.client_id,
        client_secret=key_ring().decrypt(provider.client_secret),
        client_kwargs={"scope": "openid email profile", "code_challenge_method": "S256"},
        **_metadata(provider.issuer, is_fresh=is_fresh),
    )


def _metadata(issuer: str, *, is_fresh: bool) -> dict[str, Any]:
    """What the issuer publishes about itself (OpenID Connect Discovery), and its keys."""
    read_at, known = _published.get(issuer, (0.0, {}))
    is_kept = issuer in _published and time.monotonic() - read_at < (_KEPT_FOR if known else _LEFT_ALONE_FOR)
    if is_kept and not is_fresh:
        if not known:
            raise ProviderAway("did not answer a moment ago")
        return known
    try:
        with _Session() as http:
            known = _checked(_read(http, f"{issuer.rstrip('/')}/.well-known/openid-configuration"), issuer)
            known["jwks"] = _read(http, known["jwks_uri"])
    except RequestException as error:
        _published[issuer] = time.monotonic(), {}
        raise _away(error) from error
    except ValueError as error:
        raise _not_believed(error) from error
    _published[issuer] = time.monotonic(), known
    return known


def forget_published() -> None:
    """As if nothing had been read."""
    _published.clear()


def _read(http: _Session, address: str) -> Any:
    answer = http.get(address, withhold_token=True)
    answer.raise_for_status()
    return answer.json()


def _checked(told: Any, issuer: str) -> dict[str, Any]:
    """What we use of what was published: no more of it reaches Authlib. Raises ValueError."""
    if not isinstance(told, dict) or told.get("issuer") != issuer:
        raise ValueError("the issuer calls itself something else")  # OpenID Connect Discovery 4.3
    known = {name: told[name] for name in _USED if name in told}
    for name in _ADDRESSES:
        if (name in known or name in _NEEDED) and not is_safe_address(
            known.get(name), is_demo=current_app.config["DEMO"]
        ):
            raise ValueError(f"{name} will not do")
    offered = told.get("id_token_signing_alg_values_supported")
    algorithms = SIGNING_ALGORITHMS.intersection(offered if isinstance(offered, list) else ["RS256"])
    if not algorithms:  # of which Authlib would make its own choice
        raise ValueError("it signs in no way that will do")
    known["id_token_signing_alg_values_supported"] = sorted(algorithms)
    return known


def _check_sender(metadata: Mapping[str, Any]) -> None:
    """That the answer is from the provider which she was sent to (RFC 9207). Raises NotBelieved."""
    sender = request.args.get("iss")
    is_told = bool(metadata.get("authorization_response_iss_parameter_supported"))
    if sender != metadata["issuer"] and (sender is not None or is_told):
        raise _not_believed(ValueError("the answer is another provider's"))


def _away(error: Exception) -> ProviderAway:
    reason = type(error).__name__
    _log.warning("identity provider is away", reason=reason)
    return ProviderAway(reason)


def _not_believed(error: Exception) -> NotBelieved:
    """The reason is an error's code or the name of a claim, or in words of ours: what the provider writes may name
    somebody."""
    told = [getattr(error, name, "") for name in ("error", "claim")]
    reason = " ".join(filter(None, told)) or (
        str(error) if type(error) is ValueError else type(error).__name__
    )
    _log.warning("identity provider is not believed", reason=reason)
    return NotBelieved(reason)


def _name(authority_id: int) -> str:
    return f"authority_{authority_id}"


def answer_address(authority_id: int) -> str:
    return public_address("identity.answer", authority_id=authority_id)
