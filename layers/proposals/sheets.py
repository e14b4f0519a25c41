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
from layers.proposals.owners import Hand, Paper, hand, held, names_of, seen
from layers.proposals.reading import one
from layers.rights.scope import Scope
from layers.rows import Source, row, rows, run

Version = Mapping[str, Any]
MOST_ASKED = 500
STATES = ("to_confirm", "confirmed", "corrected", "signed")
_ONE = "id, version, owner, state, content, corrected, signed_name, signed_by, signed_at, paper, paper_on, digest, made_at"


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


def asked(source: Source, names: list[str]) -> list[dict[str, Any]]:
    """What owners of these names are asked to confirm, of each proposal its newest submitted version; what waits comes first."""
    return rows(
        source,
        "SELECT * FROM (SELECT DISTINCT ON (p.id, s.owner) p.id AS proposal, p.number AS called, p.title, v.number AS version,"
        " s.id AS sheet, s.owner, s.state, jsonb_array_length(s.content -> 'rows') AS rows, s.made_at"
        " FROM owner_sheets s JOIN proposal_versions v ON v.id = s.version JOIN proposals p ON p.id = v.proposal"
        " WHERE s.owner = ANY (:names) AND v.submitted_at IS NOT NULL ORDER BY p.id, s.owner, v.number DESC) newest"
        f" ORDER BY state = 'signed', made_at DESC, sheet LIMIT {MOST_ASKED}", names=names,
    )  # fmt: skip


def sheet(source: Source, version: int, number: int) -> dict[str, Any]:
    """One sheet of a version. Raises NotFound."""
    found = row(source, f"SELECT {_ONE} FROM owner_sheets WHERE version = :version AND id = :id", version=version, id=number)
    if found is None:
        raise _missing(number)
    return found


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
        found, _ = _mine(connection, person, version, number)
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


def sign(
    engine: sa.Engine, actor: Actor, person: Person, version: Version, number: int, name: str, paper: Paper | None = None
) -> dict[str, Any]:
    """Sign what was confirmed or corrected, by typing one's own name; from then on it does not change.

    Who signs for an owner without a desk here states the ``paper`` that the owner signed; of one's own sheet it is left out.
    Raises NotFound, Forbidden, BadInput where the name is another or the paper lacks, Conflict where there is nothing to sign."""
    with engine.begin() as connection:
        found, how = _mine(connection, person, version, number)
        if found["state"] not in ("confirmed", "corrected"):
            zh, en = (
                ("该确认单已签字", "it is signed")
                if found["state"] == "signed"
                else ("请先确认或更正", "confirm or correct it first")
            )
            raise Conflict(why_zh=zh, why_en=en)
        if name.strip() != person.name:
            raise BadInput(why_zh=f"请输入本人姓名“{person.name}”签字", why_en=f"sign with your own name: {person.name}")
        if how == "paper" and paper is None:
            raise BadInput(
                why_zh=f"{found['owner']}不在本系统办理，请录入其签字盖章的纸质确认单的编号和日期（paper、paper_on）",
                why_en=f"{found['owner']} has no desk here: enter number and day of the paper it signed (paper, paper_on)",
            )
        stated = paper if how == "paper" else None
        at = datetime.now(UTC)
        hashed = digest(found, person.name, at, stated)
        run(
            connection,
            "UPDATE owner_sheets SET state = 'signed', signed_name = :name, signed_by = :by, signed_at = :at, digest = :digest,"
            " paper = :paper, paper_on = :paper_on WHERE id = :id",
            id=number, name=person.name, by=person.id, at=at, digest=hashed,
            paper=stated.number if stated else "", paper_on=stated.on if stated else None,
        )  # fmt: skip
        note(connection, actor, "sheet.sign", str(number), {"state": found["state"]}, {"digest": hashed, **_of(stated)})
        return sheet(connection, version["id"], number)


def _of(paper: Paper | None) -> dict[str, str]:
    return {"paper": paper.number, "paper_on": paper.on.isoformat()} if paper else {}


def digest(found: Mapping[str, Any], name: str, at: datetime, paper: Paper | None = None) -> str:
    """SHA-256 of what is signed, as canonical JSON: version, owner, content, corrections, the name, the moment, any paper."""
    said = {name: found[name] for name in ("version", "owner", "content", "corrected")}
    said |= {"signed_name": name, "signed_at": at.astimezone(UTC).isoformat(timespec="microseconds")} | _of(paper)
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def _mine(connection: sa.Connection, person: Person, version: Version, number: int) -> tuple[dict[str, Any], Hand]:
    """The sheet, held against other hands, of one who may answer it, and how they do."""
    held(connection, number)
    found, names = sheet(connection, version["id"], number), names_of(connection, person.company_id or 0)
    if not seen(found, person, names, version["own"]):
        raise _missing(number)
    how = hand(connection, person, found, names, version["own"])
    if how is None:
        raise Forbidden(why_zh=f"本确认单由{found['owner']}确认", why_en=f"this sheet is answered by {found['owner']}")
    return found, how


def _missing(number: int) -> NotFound:
    return NotFound(what_zh="确认单", what_en="owner's sheet", id=str(number))
