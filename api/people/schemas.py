"""What goes in and comes out of accounts, sessions, tokens and the audit, as OpenAPI describes it."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.people import examples
from api.schemas import Model, Storable

Text = Annotated[str, Field(max_length=200), Storable]
Given = Annotated[str, Field(min_length=1, max_length=200), Storable]
Login = Annotated[str, Field(min_length=1, max_length=64), Storable]
Role = Annotated[str, Field(max_length=40), Storable]


class Asked(BaseModel):
    """What is asked: keys that nobody knows are refused."""

    model_config = ConfigDict(extra="forbid")


class SignInAsked(Asked):
    """Who one is."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [examples.SIGN_IN]})
    login: Login
    password: Given


class PasswordAsked(Asked):
    """One's own new password."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [examples.PASSWORD]})
    old: Given
    new: Given


class PersonAsked(Asked):
    """A new account."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [examples.NEW_PERSON]})
    login: Login
    name: Given
    role: Role
    company: Text = ""
    district: Text = ""


class PersonChange(Asked):
    """What is to be otherwise; what is left out stays."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"disabled": True}]})
    name: Given | None = None
    role: Role | None = None
    company: Text | None = None
    district: Text | None = None
    disabled: bool | None = None


class TokenAsked(Asked):
    """A token for a program."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [examples.NEW_TOKEN]})
    name: Annotated[str, Field(min_length=1, max_length=100), Storable]
    may: Annotated[list[Role], Field(min_length=1, max_length=20)]
    days: Annotated[int, Field(ge=1, le=365)] = 90


class PersonOut(Model):
    """An account, without anything secret."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [examples.PERSON]})
    id: int
    login: str
    name: str
    role: str
    company: str | None
    district: str | None
    must_change: bool
    disabled: bool
    created_at: datetime


class PersonMade(PersonOut):
    """A new account; ``password`` is shown this once."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [examples.PERSON_MADE]})

    password: str


class PeopleOut(Model):
    """All accounts."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [{"items": [examples.PERSON]}]})

    items: list[PersonOut]


class Password(Model):
    """A password to hand over, shown this once."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [{"password": "abcd-efgh-jkmn-pqrs"}]})

    password: str


class Me(Model):
    """Who is signed in; ``utility``: of their company's pipes, where all are of one; ``may``: abilities; ``must_change``: the
    password first."""

    id: int
    login: str
    name: str
    role: str
    company: str | None
    district: str | None
    utility: str | None = None
    may: list[str]
    must_change: bool


class SessionOut(Model):
    """``person``: null where nobody is signed in; ``sso``: by single sign-on."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [{"person": examples.ME, "sso": False}]})
    person: Me | None
    sso: bool = False


class SsoOut(Model):
    """``name``: what the button says (null: there is none); ``ready``: the provider answers."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [{"name": "市统一身份认证", "ready": True}]})

    name: str | None
    ready: bool


class TokenOut(Model):
    """A token, without its secret."""

    id: int
    login: str
    name: str
    may: list[str]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


class TokenMade(Model):
    """``token`` is shown this once."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [{"id": 3, "token": "…"}]})

    id: int
    token: str


class TokensOut(Model):
    """Tokens, the newest first."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [{"items": [examples.TOKEN]}]})

    items: list[TokenOut]


class OfficesOut(Model):
    """Roles and abilities, as ``data/offices`` has them."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [examples.OFFICES]})

    abilities: dict[str, Any]
    roles: dict[str, Any]


class AuditOut(Model):
    """Rows, the newest first."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [{"items": [examples.AUDIT_ROW]}]})

    items: list[dict[str, Any]]


class AuditChecked(Model):
    """``broken``: the first row that does not fit (null: all do); ``head``: the last hash, worth keeping elsewhere."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [{"rows": 12, "broken": None, "head": "9f…"}]})
    rows: int
    broken: int | None
    head: str


class CompanyOut(Model):
    """A company; ``known_as``: other names under which layers and works name it."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [examples.COMPANY]})

    id: int
    name: str
    known_as: list[str]
    people: int


class CompaniesOut(Model):
    """Companies by name; ``unclaimed``: owners of pipes that no company here is known as."""

    model_config = ConfigDict(
        extra="allow", json_schema_extra={"examples": [{"items": [examples.COMPANY], "unclaimed": [examples.UNCLAIMED]}]}
    )

    items: list[CompanyOut]
    unclaimed: list[dict[str, Any]]


class CompanyChange(Asked):
    """Other names of a company, all of them."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"known_as": ["市自来水公司"]}]})
    known_as: Annotated[list[Text], Field(max_length=100)]


Detail = Literal["full", "squares", "nothing"]


class OpeningsAsked(Asked):
    """What a company opens to whom; what is left out stays. ``document``: its consent, where somebody else enters it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"offices": "full", "companies": "squares"}]})
    offices: Detail | None = None
    companies: Detail | None = None
    others: Detail | None = None
    document: Text = ""


class OpeningsOut(Model):
    """What a company opens of its pipes: all, the 1-km squares in which they lie, or nothing."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [examples.OPENINGS]})

    company: str
    offices: Detail
    companies: Detail
    others: Detail
