"""The identity provider: its description and keys, a code exchanged, and the ID token checked before anything in it is read.

Authorization code with PKCE (RFC 7636), state and nonce. Of the token: signature by a key of the provider with an asymmetric
algorithm, issuer, audience, expiry, nonce, and the access token's hash (OpenID Connect Core 3.1.3.7).
"""

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

import httpx
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from api.sso.settings import SingleSignOn, safe
from geo.errors import NotSignedIn, Unavailable

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
KEPT_S, ALIVE_S, DOWN_S, KEYS_S = 3600.0, 5.0, 10.0, 30.0
"""How long a description holds, a provider that answered counts as there, one that did not as down, and keys as read."""
PATIENCE_S = 5.0
LEEWAY_S = 60  # clocks differ
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True)
class Went:
    """What a browser is sent with: kept on this side until it comes back."""

    state: str
    nonce: str
    verifier: str


class Provider:
    """One provider as one server process knows it. Raises Unavailable where it does not answer, NotSignedIn (with ``reason``)
    where what it says does not hold."""

    def __init__(self, settings: SingleSignOn) -> None:
        settings.check()
        self.settings = settings
        self._lock = Lock()
        self._told: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None
        self._down = 0.0
        trust = ssl.create_default_context()
        if settings.ca is not None:
            trust.load_verify_locations(settings.ca)
        self._http = httpx.Client(timeout=PATIENCE_S, trust_env=False, verify=trust)

    def ready(self) -> bool:
        """Does it answer? Asked at most every few seconds."""
        try:
            self.about(ALIVE_S)
        except (Unavailable, NotSignedIn):
            return False
        return True

    def about(self, kept_s: float = KEPT_S) -> dict[str, Any]:
        """Its description, from its well-known address; not older than ``kept_s``."""
        with self._lock:
            told, now = self._told, time.monotonic()
            if told is not None and now - told[0] < kept_s:
                return told[1]
            if now < self._down:
                raise _down()
            try:
                about = self._get(self.settings.issuer.rstrip("/") + "/.well-known/openid-configuration")
                if about.get("issuer") != self.settings.issuer or not all(safe(about.get(name)) for name in NEEDED):
                    raise _invalid("the description of the provider is not of this issuer, or not safe")
            except (Unavailable, NotSignedIn):
                self._down = now + DOWN_S
                raise
            self._told = (now, about)
            return about

    def way_there(self, went: Went) -> str:
        """The address at the provider that a browser is sent to."""
        return str(
            prepare_grant_uri(
                self.about()["authorization_endpoint"], self.settings.client, "code", redirect_uri=self.settings.back,
                scope=self.settings.scope, state=went.state, nonce=went.nonce,
                code_challenge=create_s256_code_challenge(went.verifier), code_challenge_method="S256",
            )
        )  # fmt: skip

    def way_out(self) -> str | None:
        """Where signing out there begins; None where the provider has no such place."""
        place = self.about().get("end_session_endpoint")
        if not safe(place):
            return None
        asked = {"client_id": self.settings.client, "post_logout_redirect_uri": self.settings.home}
        return str(httpx.URL(place).copy_merge_params(asked))

    def claims(self, code: str, went: Went) -> dict[str, Any]:
        """What is said of who came back with ``code``, checked; with what the provider tells besides the token."""
        tokens = self._exchange(code, went.verifier)
        token, access = tokens.get("id_token"), tokens.get("access_token")
        if not isinstance(token, str):
            raise _invalid("no ID token")
        said = self._checked(token, access, went.nonce)
        if self.settings.login not in said and isinstance(access, str) and safe(self.about().get("userinfo_endpoint")):
            more = self._get(self.about()["userinfo_endpoint"], {"Authorization": f"Bearer {access}"})
            if more.get("sub") != said["sub"]:
                raise _invalid("the user info is of somebody else")
            said = {**more, **said}
        return said

    def _exchange(self, code: str, verifier: str) -> dict[str, Any]:
        about, settings = self.about(), self.settings
        known = about.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        way = "client_secret_basic" if "client_secret_basic" in known else "client_secret_post"
        body = httpx.QueryParams(
            {"grant_type": "authorization_code", "code": code, "redirect_uri": settings.back, "code_verifier": verifier}
        )
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        auth = ClientAuth(settings.client, settings.secret, way)
        url, headers, sent = auth.prepare("POST", about["token_endpoint"], headers, str(body))
        try:
            answer = self._http.post(url, content=sent, headers=dict(headers))
        except httpx.HTTPError as error:
            raise _down() from error
        if answer.status_code >= 500:
            raise _down()
        if answer.status_code != 200:
            raise _invalid("the code was refused")
        return _object(answer)

    def _checked(self, token: str, access: object, nonce: str) -> dict[str, Any]:
        try:
            try:
                found = jwt.decode(token, self._key_set(), algorithms=ALGORITHMS)
            except (JoseError, ValueError):  # the keys may have been changed since they were read
                found = jwt.decode(token, self._key_set(again=True), algorithms=ALGORITHMS)
            held = {"essential": True}
            rules: dict[str, Any] = {
                "iss": {**held, "value": self.settings.issuer}, "aud": {**held, "value": self.settings.client},
                "sub": held, "exp": held, "iat": held,
            }  # fmt: skip
            about = {"nonce": nonce, "client_id": self.settings.client, "access_token": access}
            claims = CodeIDToken(found.claims, found.header, rules, about)
            claims.validate(leeway=LEEWAY_S)
        except (JoseError, ValueError, TypeError) as error:
            raise _invalid(f"the ID token does not hold: {type(error).__name__}") from error
        if not isinstance(claims["sub"], str) or not claims["sub"]:
            raise _invalid("the ID token names nobody")
        return dict(claims)

    def _key_set(self, again: bool = False) -> KeySet:
        address = self.about()["jwks_uri"]
        with self._lock:
            now = time.monotonic()
            if self._keys is not None and now - self._keys[0] < (KEYS_S if again else KEPT_S):
                return self._keys[1]
            keys = [one for one in self._get(address).get("keys") or [] if one.get("kty") != "oct"]
            self._keys = (now, KeySet.import_key_set({"keys": keys}))
            return self._keys[1]

    def _get(self, url: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        try:
            answer = self._http.get(url, headers=headers)
        except httpx.HTTPError as error:
            raise _down() from error
        if answer.status_code != 200:
            raise _down()
        return _object(answer)


def _object(answer: httpx.Response) -> dict[str, Any]:
    try:
        said = answer.json()
    except ValueError as error:
        raise _invalid("no JSON") from error
    if not isinstance(said, dict):
        raise _invalid("no JSON object")
    return said


def _down() -> Unavailable:
    return Unavailable(why_zh="统一身份认证暂时连不上", why_en="the identity provider does not answer", reason="unreachable")


def _invalid(why: str) -> NotSignedIn:
    return NotSignedIn(why_zh="统一身份认证的答复未通过核验", why_en=why, reason="invalid")
