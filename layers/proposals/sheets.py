"""Owners' sheets as stored: made for a version of a proposal, confirmed or corrected by the owner, signed, and then fixed."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import shapely
import sqlalchemy as sa
from psycopg.types.json import Jsonb

from geo.errors import BadInput, Conflict, Forbidden, NotFound
from layers.people.accounts import Person
from layers.people.audit import Actor, note
from layers.proposals.reading import one
from layers.rights.scope import Scope
from layers.rows import Source, row, rows, run

Version = Mapping[str, Any]
STATES = ("to_confirm", "confirmed", "corrected", "signed")
_ONE = "id, version, owner, state, content, corrected, signed_name, signed_by, signed_at, digest, made_at"


def version_of(source: Source, scope: Scope, proposal: int) -> dict[str, Any]:
    """The version of a proposal that its sheets are about, with ``shape`` (work CRS) and ``own`` (they see the whole proposal).

    For who sees the proposal the newest version that they see; for the owner of what it meets the newest that was submitted,
    where there is a sheet of theirs. Raises NotFound: what one may not see is not there."""
    number = _seen(source, scope, proposal)
    found = row(
        source,
        "SELECT v.id, v.number, v.properties, v.pack, v.on, v.outcome, v.length_m, ST_AsBinary(v.geometry) AS wkb,"
        " p.id AS proposal, p.number AS called, p.title FROM proposals p JOIN proposal_versions v ON v.proposal = p.id"
        " WHERE p.id = :id AND (v.number = :number OR (CAST(:number AS integer) IS NULL AND v.submitted_at IS NOT NULL"
        " AND EXISTS (SELECT 1 FROM owner_sheets s WHERE s.version = v.id AND s.owner = ANY (:names))))"
        " ORDER BY v.number DESC LIMIT 1",
        id=proposal, number=number, names=names_of(source, scope.company),
    )  # fmt: skip
    if found is None:
        raise NotFound(what_zh="外线方案", what_en="proposal", id=proposal)
    shape = shapely.from_wkb(bytes(found.pop("wkb")))
    return found | {"shape": shape, "own": number is not None}


def _seen(source: Source, scope: Scope, proposal: int) -> int | None:
    """The number of the newest version that they see; None where they do not see the proposal."""
    try:
        number: int = one(source, scope, proposal)["version"]
    except NotFound:
        return None
    return number


def names_of(source: Source, company: int) -> list[str]:
    """Under which names a company appears as an owner; none for nobody's."""
    found = row(source, "SELECT name, known_as FROM companies WHERE id = :id", id=company)
    return [] if found is None else [found["name"], *found["known_as"]]


def save(engine: sa.Engine, actor: Actor, version: int, contents: Mapping[str, Mapping[str, Any]]) -> None:
    """Sheets by owner. One that nobody has answered is made anew; one that somebody confirmed, corrected or signed stays.

    Owners who are met no longer lose a sheet that nobody has answered."""
    with engine.begin() as connection:
        run(
            connection,
            "SELECT pg_advisory_xact_lock(hashtext('waixian sheets'), CAST(:version AS integer))",
            version=version % 2**31,
        )
        run(
            connection,
            "DELETE FROM owner_sheets WHERE version = :version AND state = 'to_confirm' AND NOT owner = ANY (:owners)",
            version=version, owners=list(contents),
        )  # fmt: skip
        for owner, content in contents.items():
            run(
                connection,
                "INSERT INTO owner_sheets (version, owner, content) VALUES (:version, :owner, :content)"
                " ON CONFLICT (version, owner) DO UPDATE SET content = :content, made_at = clock_timestamp()"
                " WHERE owner_sheets.state = 'to_confirm'",
                version=version, owner=owner, content=Jsonb(content),
            )  # fmt: skip
        note(connection, actor, "sheets.make", str(version), None, {"owners": list(contents)})


def sheets(source: Source, version: int) -> list[dict[str, Any]]:
    """All sheets of a version, in order of their owners."""
    return rows(source, f"SELECT {_ONE} FROM owner_sheets WHERE version = :version ORDER BY owner, id", version=version)


def sheet(source: Source, version: int, number: int) -> dict[str, Any]:
    """One sheet of a version. Raises NotFound."""
    found = row(source, f"SELECT {_ONE} FROM owner_sheets WHERE version = :version AND id = :id", version=version, id=number)
    if found is None:
        raise _missing(number)
    return found


def seen(found: Mapping[str, Any], person: Person, names: list[str], own: bool) -> bool:
    """May somebody look at a sheet: its owner; who may see the proposal (``own``), of pipes the reviewers alone."""
    if found["owner"] in names:
        return True
    return own and ("review" in person.may or not _tells_of_pipes(found))


def _tells_of_pipes(found: Mapping[str, Any]) -> bool:
    return any(each["theme"] == "pipe" for each in found["content"]["rows"])


def confirm(engine: sa.Engine, actor: Actor, person: Person, version: Version, number: int) -> dict[str, Any]:
    """The owner finds all of it right. Raises NotFound, Forbidden, Conflict where it is signed."""
    return _change(engine, actor, person, version, number, "confirmed", None)


def correct(
    engine: sa.Engine, actor: Actor, person: Person, version: Version, number: int, given: list[dict[str, Any]]
) -> dict[str, Any]:
    """The owner's numbers: ``given`` has key, amount and reason of each row that is wrong.

    Raises NotFound, Forbidden, BadInput for a row that is not there, Conflict where it is signed."""
    return _change(engine, actor, person, version, number, "corrected", given)


def _change(
    engine: sa.Engine, actor: Actor, person: Person, version: Version, number: int, state: str, given: list[dict[str, Any]] | None
) -> dict[str, Any]:
    with engine.begin() as connection:
        found = _mine(connection, person, version, number)
        if found["state"] == "signed":
            raise Conflict(why_zh="该确认单已签字，不能再改", why_en="the sheet is signed and can no longer be changed")
        corrected = None if given is None else _corrected(found["content"], given)
        run(
            connection, "UPDATE owner_sheets SET state = :state, corrected = :corrected WHERE id = :id",
            id=number, state=state, corrected=None if corrected is None else Jsonb(corrected),
        )  # fmt: skip
        before = {"state": found["state"], "corrected": found["corrected"]}
        note(connection, actor, f"sheet.{state}", str(number), before, {"state": state, "corrected": corrected})
        return sheet(connection, version["id"], number)


def _corrected(content: Mapping[str, Any], given: list[dict[str, Any]]) -> dict[str, Any]:
    known = {each["key"] for each in content["rows"]}
    for each in given:
        if each["key"] not in known:
            raise BadInput(why_zh=f"确认单中没有 {each['key']} 这一行", why_en=f"the sheet has no row {each['key']}")
    return {each["key"]: {"amount": each["amount"], "reason": each["reason"].strip()} for each in given}


def sign(engine: sa.Engine, actor: Actor, person: Person, version: Version, number: int, name: str) -> dict[str, Any]:
    """Sign what was confirmed or corrected, by typing one's own name; from then on it does not change.

    Raises NotFound, Forbidden, BadInput where the name is another, Conflict where there is nothing to sign."""
    with engine.begin() as connection:
        found = _mine(connection, person, version, number)
        if found["state"] not in ("confirmed", "corrected"):
            zh, en = (
                ("该确认单已签字", "it is signed")
                if found["state"] == "signed"
                else ("请先确认或更正", "confirm or correct it first")
            )
            raise Conflict(why_zh=zh, why_en=en)
        if name.strip() != person.name:
            raise BadInput(why_zh=f"请输入本人姓名“{person.name}”签字", why_en=f"sign with your own name: {person.name}")
        at = datetime.now(UTC)
        hashed = digest(found, person.name, at)
        run(
            connection,
            "UPDATE owner_sheets SET state = 'signed', signed_name = :name, signed_by = :by, signed_at = :at, digest = :digest"
            " WHERE id = :id",
            id=number, name=person.name, by=person.id, at=at, digest=hashed,
        )  # fmt: skip
        note(connection, actor, "sheet.sign", str(number), {"state": found["state"]}, {"digest": hashed})
        return sheet(connection, version["id"], number)


def digest(found: Mapping[str, Any], name: str, at: datetime) -> str:
    """SHA-256 of what is signed, as canonical JSON: version, owner, content, corrections, the name and the moment."""
    said = {name: found[name] for name in ("version", "owner", "content", "corrected")}
    said |= {"signed_name": name, "signed_at": at.astimezone(UTC).isoformat(timespec="microseconds")}
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def _mine(connection: sa.Connection, person: Person, version: Version, number: int) -> dict[str, Any]:
    """The sheet, held against other hands, of one who may answer it."""
    run(connection, "SELECT id FROM owner_sheets WHERE id = :id FOR UPDATE", id=number)
    found, names = sheet(connection, version["id"], number), names_of(connection, person.company_id or 0)
    if not seen(found, person, names, version["own"]):
        raise _missing(number)
    if "review" not in person.may and found["owner"] not in names:
        raise Forbidden(why_zh=f"本确认单由{found['owner']}确认", why_en=f"this sheet is answered by {found['owner']}")
    return found


def _missing(number: int) -> NotFound:
    return NotFound(what_zh="确认单", what_en="owner's sheet", id=str(number))
