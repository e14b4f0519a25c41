"""Who is asking, and what they may: every address names the ability that it needs, or says that it is for everybody.

Browsers bring a cookie, programs a token (``Authorization: Bearer``). What a server process has just looked up holds for
:data:`KNOWN_S` seconds, so that a page full of tiles asks the database once: so long may a session last that another
process ended.
"""

import time
from asyncio import to_thread
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Depends, Request

from api.masking import WHOLE
from api.security import refuse_strangers
from geo.errors import BadInput, Forbidden, NotSignedIn
from layers.digs.invitations import holds
from layers.jobs import Owner
from layers.people.accounts import Person
from layers.people.audit import Actor
from layers.people.personal import ABILITY
from layers.people.secret import digest
from layers.people.sessions import SignedIn, bearer, session_of
from layers.rights.scope import NOTHING, Scope, scope_of

COOKIE = "waixian"
LINK = "waixian_link"
GUEST = Person(0, "guest", "链接访客", "guest", None, None, frozenset({"ground"}))
"""Who came by the link of an invitation: the ground under what it shows, and nothing else."""
KNOWN_S, KNOWN_MOST = 5.0, 10_000


@dataclass(frozen=True)
class Visitor:
    """Who asks, with the session of their browser (None: a program's token)."""

    person: Person
    session: SignedIn | None
    address: str

    @property
    def actor(self) -> Actor:
        """As the audit names them."""
        return Actor(self.person.login, self.address)

    @property
    def owner(self) -> Owner:
        """As a job knows whose it is."""
        return Owner(self.actor, self.person.id or None, self.person.company_id)

    def signs(self, by: str | None = None) -> str:
        """The login that stands under what they do. Raises BadInput for the name of somebody else."""
        if by is not None and by.strip() not in (self.person.login, self.person.name):
            raise BadInput(
                why_zh=f"by：操作由登录人 {self.person.login} 署名，不能写他人的名字",
                why_en=f"by: this is signed by who is signed in, {self.person.login}, and by nobody else",
            )
        return self.person.login

    @property
    def scope(self) -> Scope:
        """How far they see."""
        return NOTHING if self.person is GUEST else scope_of(self.person)


class Visitors:
    """Secrets that were looked up a moment ago."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._known: OrderedDict[str, tuple[float, SignedIn | Person]] = OrderedDict()
        self._lock = Lock()

    def session(self, given: str) -> SignedIn:
        """Who holds a cookie. Raises NotSignedIn."""
        found = self._recall(given)
        if isinstance(found, SignedIn):
            return found
        one = session_of(self._engine, given)
        if one.secret is None:
            self._keep(given, one)
        return one

    def bearer(self, given: str) -> Person:
        """Whose token this is. Raises NotSignedIn."""
        found = self._recall(given)
        if isinstance(found, Person):
            return found
        one = bearer(self._engine, given)
        self._keep(given, one)
        return one

    def link(self, token: str) -> bool:
        """Is this the token of an invitation that can be answered?"""
        if self._recall(token) is GUEST:
            return True
        held = holds(self._engine, token)
        if held:
            self._keep(token, GUEST)
        return held

    def remembers(self, given: str) -> bool:
        """Is the answer at hand, so that nobody waits for the database?"""
        return self._recall(given) is not None

    def forget(self) -> None:
        """Somebody's rights have changed: look up everybody anew."""
        with self._lock:
            self._known.clear()

    def _recall(self, given: str) -> SignedIn | Person | None:
        with self._lock:
            until, one = self._known.get(digest(given), (0.0, None))
        return one if time.monotonic() < until else None

    def _keep(self, given: str, one: SignedIn | Person) -> None:
        with self._lock:
            self._known[digest(given)] = (time.monotonic() + KNOWN_S, one)
            while len(self._known) > KNOWN_MOST:
                self._known.popitem(last=False)


def address_of(request: Request) -> str:
    """Where the request comes from, as the server sees it: a header that a visitor writes proves nothing."""
    return request.client.host if request.client else ""


OWN = ("/api/proposals", "/api/jobs", "/api/review")
"""Where people of a company, and who sees their own alone, find nothing but what they entered themselves."""


async def visitor(request: Request) -> Visitor:
    """Who is asking, as an endpoint asks for it: a thread waits only where the database has to. Raises as :func:`whoever`."""
    visitors: Visitors = request.app.state.house.visitors
    given = _bearer(request) or request.cookies.get(COOKIE) or request.cookies.get(LINK) or ""
    return whoever(request) if visitors.remembers(given) else await to_thread(whoever, request)


def whoever(request: Request) -> Visitor:
    """Who is asking. Raises NotSignedIn; 403 where a page of another site uses somebody's cookie."""
    now = _visitor(request)
    own = now.scope.reach in ("company", "self") and request.url.path.startswith(OWN) and now.person is not GUEST
    setattr(request.state, WHOLE, own or ABILITY in now.person.may)
    return now


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _visitor(request: Request) -> Visitor:
    visitors: Visitors = request.app.state.house.visitors
    token = _bearer(request)
    if token:
        return Visitor(visitors.bearer(token), None, address_of(request))
    given = request.cookies.get(COOKIE)
    if not given and request.cookies.get(LINK) and visitors.link(request.cookies[LINK]):
        return Visitor(GUEST, None, address_of(request))
    if not given:
        raise NotSignedIn(why_zh="请先登录", why_en="sign in first")
    refuse_strangers(request.method, request.headers)
    one = visitors.session(given)
    if one.secret:
        request.state.cookie = cookie(one.secret, request.url.scheme == "https")
    return Visitor(one.person, one, address_of(request))


def cookie(secret: str, secure: bool) -> str:
    """The ``Set-Cookie`` of a session; it ends with the browser, and no script can read it."""
    return f"{COOKIE}={secret}; Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")


def link_cookie(token: str) -> str:
    """The ``Set-Cookie`` by which the page of an invitation may ask for the ground under it."""
    return f"{LINK}={token}; Path=/; HttpOnly; SameSite=Lax"


VisitorNow = Annotated[Visitor, Depends(visitor)]


class Needs:
    """An ability without which an address does not answer. Raises NotSignedIn, Forbidden."""

    def __init__(self, ability: str) -> None:
        self.ability = ability

    async def __call__(self, now: VisitorNow) -> None:  # async: nothing waits here, and a thread would cost more than the work
        person = now.person
        if person.must_change and now.session is not None:
            raise Forbidden(why_zh="请先修改初始密码", why_en="change the password that you were given first", must_change=True)
        if self.ability not in person.may:
            raise Forbidden(
                why_zh=f"{person.name} 的角色不能做这件事（需要：{self.ability}）",
                why_en=f"the role of {person.name} may not do this (it takes: {self.ability})",
                needs=self.ability,
            )


class ForEverybody:
    """An address that anybody may ask: a link that carries its own secret, or the door itself."""

    ability = "everybody"

    async def __call__(self) -> None:
        return None


class ForSignedIn:
    """An address about oneself."""

    ability = "signed_in"

    async def __call__(self, now: VisitorNow) -> None:
        if now.person is GUEST:
            raise NotSignedIn(why_zh="请先登录", why_en="sign in first")


def needs(ability: str) -> Any:
    """``dependencies=[needs("see")]`` of a router or an address."""
    return Depends(Needs(ability))


everybody: Any = Depends(ForEverybody())
signed_in: Any = Depends(ForSignedIn())


def abilities_of(dependant: Any) -> list[str]:
    """What an address asks for, found among its dependencies."""
    found = []
    for one in dependant.dependencies:
        if isinstance(one.call, (Needs, ForEverybody, ForSignedIn)):
            found.append(one.call.ability)
    return found
