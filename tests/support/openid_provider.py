"""An identity provider to sign in at: idpyoidc's, which is certified, served on loopback.

It does what the standard says. A test that wants something else says so: `lies` changes what the ID token says before
it is signed anew with the provider's key, and `answers_at` replaces what stands at an address.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import requests
from cryptojwt.jwk.hmac import SYMKey
from cryptojwt.jws.jws import JWS, factory
from idpyoidc.server import Server
from werkzeug import Request, Response
from werkzeug.serving import make_server

CLIENT_ID, SECRET = "platstorget", "en hemlighet som bara provet har"
Claims = dict[str, Any]


class OpenIdProvider:
    """Who sits at the browser is `user`; `people` is what it knows of each, by name."""

    def __init__(self, issuer: str, people: dict[str, Claims]) -> None:
        self.issuer = issuer
        self._server = Server(_configuration(issuer, people))
        self._server.keyjar.add_symmetric(CLIENT_ID, SECRET)
        self.begin_anew(people)

    def begin_anew(self, people: dict[str, Claims]) -> None:
        """As if nobody had been here, or lied."""
        self.people: dict[str, Claims] = {name: dict(claims) for name, claims in people.items()}
        self._server.context.userinfo.db = self.people
        self.lies: Callable[[Claims], Claims] | None = None
        self.algorithm = "RS256"
        self.signs_with = self._server.keyjar.get_signing_key("RSA")[0]
        self.answers_at: dict[str, Any] = {}
        self.asked: list[str] = []

    @property
    def published(self) -> dict[str, Any]:
        """What it tells of itself."""
        endpoint = self._server.endpoint["provider_config"]
        told: dict[str, Any] = endpoint.process_request()["response_args"]
        return dict(told)

    def welcome(self, redirect_uri: str) -> None:
        """Registers the client."""
        self._server.context.cdb[CLIENT_ID] = {
            "client_secret": SECRET,
            "redirect_uris": [(redirect_uri, {})],
            "response_types_supported": ["code"],
            "allowed_scopes": ["openid", "email", "profile"],
        }

    def sit_down(self, user: str) -> None:
        self._server.context.authn_broker["known"]["method"].user = user

    def sign_in(self, address: str) -> str:
        """Goes where the application sends the browser; gives the address that the provider sends it back to."""
        answer = requests.get(address, allow_redirects=False, timeout=5)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def answer(self, request: Request) -> Response:
        name = request.path.strip("/")
        self.asked.append(name)
        if name in self.answers_at:
            told = self.answers_at[name]
            is_whole = isinstance(told, Response)
            return told if is_whole else Response(json.dumps(told), mimetype="application/json")
        if name == "jwks":
            return Response(self._server.keyjar.export_jwks_as_json(), mimetype="application/json")
        endpoint = next((one for one in self._server.endpoint.values() if one.endpoint_path == name), None)
        if endpoint is None:
            return Response(status=404)
        about = {
            "headers": {name.lower(): value for name, value in request.headers.items()},
            "method": request.method,
            "url": request.url,
        }
        values = request.values.to_dict()
        values.pop("prompt", None)  # whoever sits there shows anew who she is, every time
        asked = endpoint.parse_request(values, http_info=about)
        done = asked if "error" in asked else endpoint.process_request(asked, http_info=about)
        if "error" in done:
            return Response(json.dumps({"error": done["error"]}), status=400, mimetype="application/json")
        said = endpoint.do_response(request=asked, **done)["response"]
        if name == "authorization":
            return Response(status=302, headers={"Location": said})
        return Response(self._lied(said) if name == "token" else said, mimetype="application/json")

    def _lied(self, said: str) -> str:
        if self.lies is None:
            return said
        token = json.loads(said)
        claims = self.lies(_claims(token["id_token"]))
        token["id_token"] = JWS(json.dumps(claims), alg=self.algorithm).sign_compact(self._keys())
        return json.dumps(token)

    def _keys(self) -> list[Any]:
        match self.algorithm:
            case "none":
                return []
            case "HS256":
                return [SYMKey(key=SECRET)]
        return [self.signs_with]


def _claims(token: str) -> Claims:
    claims: Claims = factory(token).jwt.payload()
    return claims


def _configuration(issuer: str, people: dict[str, Claims]) -> dict[str, Any]:
    quick = {"kwargs": {"crypt_conf": {"kwargs": {"iterations": 1}}}}
    return {
        "issuer": issuer,
        "key_conf": {"key_defs": [{"type": "RSA", "use": ["sig"]}], "uri_path": "jwks"},
        "endpoint": {
            "provider_config": {
                "path": ".well-known/openid-configuration",
                "class": "idpyoidc.server.oidc.provider_config.ProviderConfiguration",
                "kwargs": {},
            },
            "authorization": {
                "path": "authorization",
                "class": "idpyoidc.server.oidc.authorization.Authorization",
                "kwargs": {"response_types_supported": ["code"]},
            },
            "token": {
                "path": "token",
                "class": "idpyoidc.server.oidc.token.Token",
                "kwargs": {"client_authn_method": ["client_secret_basic"]},
            },
            "userinfo": {
                "path": "userinfo",
                "class": "idpyoidc.server.oidc.userinfo.UserInfo",
                "kwargs": {"base_claims": dict.fromkeys(("groups", "email", "email_verified", "name"))},
            },
        },
        "authentication": {
            "known": {
                "acr": "https://refeds.org/profile/sfa",
                "class": "idpyoidc.server.user_authn.user.NoAuthn",
                "kwargs": {"user": next(iter(people))},
            }
        },
        "userinfo": {"class": "idpyoidc.server.user_info.UserInfo", "kwargs": {"db": people}},
        "add_on": {
            "pkce": {
                "function": "idpyoidc.server.oauth2.add_on.pkce.add_support",
                "kwargs": {"essential": True},
            }
        },
        "token_handler_args": {
            "code": quick,
            "token": quick,
            "id_token": {"class": "idpyoidc.server.token.id_token.IDToken", "kwargs": {}},
        },
        "session_params": {"encrypter": {"kwargs": {"iterations": 1}}},
    }


@contextmanager
def openid_provider(people: dict[str, Claims]) -> Iterator[OpenIdProvider]:
    running: list[OpenIdProvider] = []
    answers = Request.application(lambda request: running[0].answer(request))  # noqa: PLW0108 - none runs yet
    server = make_server("127.0.0.1", 0, answers, threaded=True)
    running.append(OpenIdProvider(f"http://127.0.0.1:{server.server_port}", people))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield running[0]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
