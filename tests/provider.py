"""A small OpenID provider in a process of its own: Authlib's server side, real RS256 keys, PKCE required, a page to sign in.

What it says of people, and how it breaks the rules, is told to it over ``PUT /control``: ``people`` {name: claims}, ``mode`` one
of :data:`MODES` ("" = it keeps them).
"""

import json
import logging
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

TOP = Path(__file__).parent.parent
CLIENT, SECRET, PASSWORD = "waixian", "the secret of the client", "a word at the provider"
MODES = (
    "",
    "wrong_key",
    "wrong_nonce",
    "no_nonce",
    "other_audience",
    "other_issuer",
    "expired",
    "by_secret",
    "unsigned",
    "other_user",
)


@dataclass
class Running:
    """The provider: its address, and the process."""

    url: str
    process: "subprocess.Popen[bytes]"
    people: dict[str, dict[str, Any]] = field(default_factory=dict)

    def be(self, mode: str = "", **people: dict[str, Any]) -> None:
        """Keep the rules, or break one; know these people besides those it knows."""
        self.people |= people
        httpx.put(f"{self.url}/control", json={"mode": mode, "people": self.people}, trust_env=False).raise_for_status()

    def stand_still(self) -> None:
        """It does not answer any more, as behind a cut line."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """It answers again."""
        self.process.send_signal(signal.SIGCONT)


def free_port() -> int:
    """A port of the loopback that nobody uses."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def provider(back: str, home: str) -> Iterator[Running]:
    """The provider, for a client that is sent ``back`` after signing in and ``home`` after signing out."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    order = json.dumps({"port": port, "back": back, "home": home}).encode()
    environment = {**os.environ, "AUTHLIB_INSECURE_TRANSPORT": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.provider"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
        cwd=TOP, env=environment,
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(order)
    process.stdin.close()
    try:
        _wait(url)
        yield Running(url, process)
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        process.wait(30)


def _wait(url: str) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            httpx.get(f"{url}/.well-known/openid-configuration", trust_env=False).raise_for_status()
            return
        except httpx.HTTPError:
            assert time.monotonic() < end
            time.sleep(0.1)


# ── the provider's own process ───────────────────────────────────────────────────────────────────────────────────────

PAGE = """<!doctype html><html lang=zh><meta charset=utf-8><meta name=viewport content="width=device-width">
<title>统一身份认证</title><h1>统一身份认证</h1><form method=post><label>工号 <input name=name autofocus></label>
<label>口令 <input name=password type=password></label><button>登录</button><button name=deny value=1>取消</button></form>"""


def _serve() -> None:
    from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector, current_token
    from authlib.oauth2.rfc6749 import AccessDeniedError, ClientMixin, OAuth2Error, grants
    from authlib.oauth2.rfc6750 import BearerTokenValidator, InvalidTokenError
    from authlib.oauth2.rfc7636 import CodeChallenge
    from authlib.oidc.core import OpenIDCode
    from flask import Flask, jsonify, redirect, request
    from joserfc import jwt
    from joserfc.jwk import OctKey, RSAKey
    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    order = json.load(sys.stdin)
    url = f"http://127.0.0.1:{order['port']}"
    key, stranger = (RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"}) for _ in range(2))
    state: dict[str, Any] = {"mode": "", "people": {}}
    codes: dict[str, Any] = {}
    tokens: dict[str, str] = {}

    class Client(ClientMixin):
        def get_client_id(self) -> str:
            return CLIENT

        def get_default_redirect_uri(self) -> str:
            return str(order["back"])

        def get_allowed_scope(self, scope: str) -> str:
            return scope

        def check_redirect_uri(self, redirect_uri: str) -> bool:
            return redirect_uri == order["back"]

        def check_client_secret(self, client_secret: str) -> bool:
            return client_secret == SECRET

        def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
            return method == "client_secret_basic"

        def check_response_type(self, response_type: str) -> bool:
            return response_type == "code"

        def check_grant_type(self, grant_type: str) -> bool:
            return grant_type == "authorization_code"

    @dataclass
    class Code:
        name: str
        redirect_uri: str
        scope: str
        nonce: str | None
        code_challenge: str | None
        code_challenge_method: str | None
        code: str = ""
        acr: None = None
        amr: None = None

        def get_redirect_uri(self) -> str:
            return self.redirect_uri

        def get_scope(self) -> str:
            return self.scope

        def get_nonce(self) -> str | None:
            return None if state["mode"] == "no_nonce" else "another" if state["mode"] == "wrong_nonce" else self.nonce

        def get_auth_time(self) -> int:
            return int(time.time())

        def get_acr(self) -> None:
            return None

        def get_amr(self) -> None:
            return None

    class CodeGrant(grants.AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]  # noqa: RUF012 - as the library has it

        def save_authorization_code(self, code: str, asked: Any) -> None:
            data = asked.payload.data
            codes[code] = Code(
                asked.user, asked.payload.redirect_uri, asked.payload.scope, data.get("nonce"), data.get("code_challenge"),
                data.get("code_challenge_method"), code,
            )  # fmt: skip

        def query_authorization_code(self, code: str, client: Client) -> Code | None:
            return codes.get(code)

        def delete_authorization_code(self, authorization_code: Code) -> None:
            codes.pop(authorization_code.code, None)

        def authenticate_user(self, authorization_code: Code) -> str:
            return authorization_code.name

    class Challenge(CodeChallenge):
        SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]  # noqa: RUF012 - as the library has it

        def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
            if not grant.request.payload.data.get("code_challenge"):
                raise AccessDeniedError(redirect_uri=redirect_uri)
            super().validate_code_challenge(grant, redirect_uri)

    class Tokens(OpenIDCode):
        def exists_nonce(self, nonce: str, asked: Any) -> bool:
            return any(one.nonce == nonce for one in codes.values())

        def encode_id_token(self, token: Any, asked: Any) -> str:
            mode, now, name = state["mode"], int(time.time()), asked.user
            tokens[token["access_token"]] = name
            claims = {"iss": url, "aud": [CLIENT], "iat": now, "exp": now + 300, **_said(name)}
            claims |= {"nonce": nonce} if (nonce := asked.authorization_code.get_nonce()) else {}
            claims |= {"aud": ["another client"]} if mode == "other_audience" else {}
            claims |= {"iss": "http://127.0.0.1:1"} if mode == "other_issuer" else {}
            claims |= {"iat": now - 7200, "exp": now - 3600} if mode == "expired" else {}
            if mode == "by_secret":  # whoever holds the secret of the client could make such a one
                return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET * 2), ["HS256"])
            signed = jwt.encode({"alg": "RS256", "kid": "one"}, claims, stranger if mode == "wrong_key" else key)
            if mode == "unsigned":
                head = "eyJhbGciOiJub25lIn0"  # {"alg":"none"}
                return f"{head}.{signed.split('.')[1]}."
            return signed

    def _said(name: str) -> dict[str, Any]:
        return {"sub": f"id-{name}", **state["people"][name]}

    class Bearer(BearerTokenValidator):
        def authenticate_token(self, token_string: str) -> Any:
            return tokens.get(token_string)

        def validate_token(self, token: Any, scopes: Any, asked: Any, **_: Any) -> None:
            if not token:
                raise InvalidTokenError

    app = Flask(__name__)
    app.config["OAUTH2_TOKEN_EXPIRES_IN"] = {"authorization_code": 300}
    server = AuthorizationServer(app, query_client=lambda name: Client() if name == CLIENT else None, save_token=lambda *_: None)
    server.register_grant(CodeGrant, [Tokens(require_nonce=True), Challenge(required=True)])
    guard = ResourceProtector()
    guard.register_token_validator(Bearer())

    @app.get("/.well-known/openid-configuration")
    def about() -> Any:
        places = {f"{name}_endpoint": f"{url}/{name}" for name in ("authorization", "token", "userinfo", "end_session")}
        return jsonify(issuer=url, jwks_uri=f"{url}/jwks", **places)

    @app.get("/jwks")
    def jwks() -> Any:
        return jsonify(keys=[key.as_dict(private=False)])

    @app.route("/authorization", methods=["GET", "POST"])
    def authorization() -> Any:
        try:
            grant = server.get_consent_grant(end_user=None)
        except OAuth2Error as error:
            return {"error": error.error}, 400
        if request.method == "GET":
            return PAGE
        name = request.form.get("name", "")
        if request.form.get("deny"):
            return server.create_authorization_response(grant_user=None, grant=grant)
        if name not in state["people"] or request.form.get("password") != PASSWORD:
            return PAGE, 401
        return server.create_authorization_response(grant_user=name, grant=grant)

    @app.post("/token")
    def token() -> Any:
        return server.create_token_response()

    @app.get("/userinfo")
    @guard()
    def userinfo() -> Any:
        said = _said(current_token._get_current_object())
        return jsonify({**said, "sub": "somebody else"} if state["mode"] == "other_user" else said | state.get("more", {}))

    @app.get("/end_session")
    def end_session() -> Any:
        known = request.args["client_id"] == CLIENT and request.args["post_logout_redirect_uri"] == order["home"]
        return redirect(order["home"]) if known else ("", 400)

    @app.put("/control")
    def control() -> Any:
        state.update(request.get_json())
        return "", 204

    make_server("127.0.0.1", order["port"], app, threaded=True).serve_forever()


def nonsense() -> str:
    """A text that nobody gave out."""
    return secrets.token_urlsafe(32)


if __name__ == "__main__":
    _serve()
