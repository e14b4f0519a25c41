"""What an office does with an item: takes it, answers its findings, returns it, decides what is its own to decide."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from geo.errors import BadInput, Conflict, Forbidden
from layers.people.accounts import Person
from layers.people.audit import Actor, note
from layers.people.offices import offices
from layers.proposals.owners import Paper
from layers.proposals.states import Step
from layers.proposals.store import locked, step_in
from layers.reviewing.adopting import adopt
from layers.reviewing.item import head_of
from layers.reviewing.log import event
from layers.reviewing.seats import SIGNATURE, signature, signatures
from layers.reviewing.tasks import Question, drop_own, open_task
from layers.rights.scope import Scope
from layers.rows import column, rows, run

Answer = Literal["agree", "contest", "ask"]
Decision = Literal["approve", "conditions", "refuse"]


@dataclass(frozen=True)
class Hand:
    """Who acts: the person, how the audit names them, how far they see."""

    person: Person
    actor: Actor
    scope: Scope


@dataclass(frozen=True)
class Said:
    """A decision: what, in which words, under which typed name, and the paper that it rests on."""

    decision: Decision
    words: str
    signed_name: str
    paper: Paper | None = None


def adopted(engine: sa.Engine, hand: Hand, route: int) -> None:
    """A line that came by file gets its proposal before anything is done with it. Raises NotFound, Conflict."""
    with engine.connect() as connection:
        head = head_of(connection, hand.scope, route)
    if head["proposal"] is None:
        adopt(engine, route, hand.person.id, hand.actor)


def held(connection: sa.Connection, hand: Hand, route: int) -> dict[str, Any]:
    """The item of a route with its proposal, kept from others until the end of the transaction. Raises NotFound."""
    head = head_of(connection, hand.scope, route)
    locked(connection, head["proposal"])
    return head_of(connection, hand.scope, route)  # as it stands now that nobody else can change it


def take(engine: sa.Engine, hand: Hand, route: int) -> int:
    """The review begins; one that has begun already stays as it is. The proposal's id."""
    adopted(engine, hand, route)
    with engine.begin() as connection:
        head = held(connection, hand, route)
        if head["state"] != "under_review":
            step(connection, hand, head, "take", {})
        return int(head["proposal"])


def step(connection: sa.Connection, hand: Hand, head: dict[str, Any], name: Step, detail: dict[str, Any]) -> None:
    """One step of the life of a proposal that is held, logged and audited. Raises Conflict."""
    now = step_in(connection, locked(connection, head["proposal"]), name, hand.person.id, detail, hand.actor)
    head["state"] = now["state"]


def give_back(engine: sa.Engine, hand: Hand, route: int, reason: str) -> int:
    """Back to its author, with the reason. Raises Conflict for a line without an author, who could change nothing."""
    adopted(engine, hand, route)
    with engine.begin() as connection:
        head = held(connection, hand, route)
        if head["author"] is None:
            raise Conflict(
                why_zh="这条外线随文件入库，没有编制人可退；请写明意见，或作出“不同意”的决定",
                why_en="this line came by file and has no author to go back to: say what is wrong, or refuse it",
            )
        step(connection, hand, head, "return", {"reason": reason})
        return int(head["proposal"])


def answer(
    engine: sa.Engine, hand: Hand, route: int, key: str, said: Answer, reason: str, question: Question | None
) -> int | None:
    """One's answer to a finding or a row. To contest or to ask opens a task for the owner of the layer: its number.

    Raises NotFound, Conflict where it is decided, BadInput without a reason."""
    if said != "agree" and not reason.strip():
        raise BadInput(
            why_zh="请写明理由：有异议的是什么、依据何在，或需要补充什么数据",
            why_en="say why: what is wrong and how you know, or which data are wanted",
        )
    adopted(engine, hand, route)
    with engine.begin() as connection:
        head = held(connection, hand, route)
        if head["state"] == "decided":
            raise Conflict(why_zh="本方案已办结，不能再核对", why_en="this proposal is decided: nothing more is answered")
        if head["state"] == "submitted":
            step(connection, hand, head, "take", {})
        run(
            connection,
            "INSERT INTO finding_answers (version, key, answer, reason, person, role)"
            " VALUES (:version, :key, :answer, :reason, :person, :role)",
            version=head["version_id"], key=key, answer=said, reason=reason.strip(), person=hand.person.id, role=hand.person.role,
        )  # fmt: skip
        detail = {"key": key, "answer": said, "reason": reason.strip()}
        event(connection, head["proposal"], hand.person.id, "answered", detail)
        note(connection, hand.actor, "finding.answer", head["proposal_number"], None, detail)
        if said == "agree":
            drop_own(connection, head["version_id"], key, hand.person)
        return open_task(connection, head["proposal"], head["version_id"], hand.person, question) if question else None


def request(engine: sa.Engine, hand: Hand, route: int, questions: Sequence[Question]) -> list[int]:
    """Ask for everything that is missing. The numbers of the tasks, new ones and those that were open already."""
    adopted(engine, hand, route)
    with engine.begin() as connection:
        head = held(connection, hand, route)
        if head["state"] == "decided":
            raise Conflict(why_zh="本方案已办结", why_en="this proposal is decided")
        if head["state"] == "submitted":
            step(connection, hand, head, "take", {})
        made = [open_task(connection, head["proposal"], head["version_id"], hand.person, one) for one in questions]
        note(connection, hand.actor, "data.request", head["proposal_number"], None, {"tasks": made})
        return made


# ── decisions ────────────────────────────────────────────────────────────────────────────────────────────────────────


def decide(engine: sa.Engine, hand: Hand, route: int, items: Sequence[str] | None, said: Said) -> list[str]:
    """Decide items of the present verdict, signed by typing one's name; ``items`` None: all that are one's own and open, without
    those that want a paper where none is stated.

    An item of an authority that has no desk here is entered with that authority's paper, unless it is refused. An item that
    several authorities decide is decided for one's own seat alone. When nothing is open any more, the proposal is decided.
    Returns what was decided. Raises NotFound; BadInput where the name is another, conditions and refusals say nothing, or a
    paper is wanted; Forbidden for items of others; Conflict while the outcome is not known, one's own doubts are open, or an
    item is decided already.
    """
    _signed(hand.person, said)
    adopted(engine, hand, route)
    with engine.begin() as connection:
        head = held(connection, hand, route)
        done = column(connection, f"SELECT {SIGNATURE} FROM proposal_decisions WHERE verdict = :verdict", verdict=head["verdict"])
        _ready(connection, hand.person, head)
        chosen = _with_papers(_chosen(hand.person, head, done, items), items is None, said)
        for one in chosen:
            _keep(connection, hand, head, one, said)
        signed = {signature(one, _seat(hand.person, one)) for one in chosen}
        if set(signatures(head["items"])) <= {*done, *signed}:
            everything = "SELECT decision FROM proposal_decisions WHERE verdict = :verdict"
            given = column(connection, everything, verdict=head["verdict"])
            final = next(name for name in ("refuse", "conditions", "approve") if name in given)
            step(connection, hand, head, "decide", {"decision": final})
        elif head["state"] == "submitted":
            step(connection, hand, head, "take", {})
        return chosen


def _signed(person: Person, said: Said) -> None:
    if said.signed_name.strip() != person.name:
        raise BadInput(
            why_zh=f"签名须与帐号姓名一致：请输入“{person.name}”", why_en=f"sign with the name of the account: {person.name}"
        )
    if said.decision != "approve" and not said.words.strip():
        raise BadInput(why_zh="附条件同意须写明条件；不同意须写明理由", why_en="say which conditions hold, or why it is refused")


def _with_papers(chosen: list[str], whatever: bool, said: Said) -> list[str]:
    """What can be decided with the paper at hand. Raises BadInput where an item that was asked for, or every one, wants one."""
    wants = [] if said.paper or said.decision == "refuse" else [one for one in chosen if one in offices().recorded]
    left = [one for one in chosen if one not in wants]
    if wants and not (whatever and left):
        who = offices().recorded[wants[0]]
        raise BadInput(
            why_zh=f"{who.authority.zh}的批准须录入批准文件：请填写文号和日期（{who.cite}）",
            why_en=f"enter number and day of the paper by which it was approved: {who.authority.en} ({who.cite})",
        )
    return left


def _chosen(person: Person, head: dict[str, Any], done: Sequence[str], items: Sequence[str] | None) -> list[str]:
    """The items to decide. Raises Conflict, Forbidden."""
    role = offices().roles.get(person.role)
    own = set(role.decides) if role else set()
    settled = {item for item in head["items"] if item in own and signature(item, _seat(person, item)) in done}
    mine = [item for item in head["items"] if item in own and item not in settled]
    wanted = mine if items is None else list(dict.fromkeys(items))
    if not wanted and settled:
        raise Conflict(
            why_zh="本部门的事项已由同事办理；请刷新查看", why_en="a colleague of your office has just decided it: look again"
        )
    if not wanted:
        raise Conflict(why_zh="没有待本部门办理的事项", why_en="nothing here awaits a decision of your office")
    for one in wanted:
        if one not in head["items"]:
            raise Conflict(why_zh=f"判定中没有待办的事项 {one}", why_en=f"the verdict owes no item {one}")
        if one not in own:
            raise Forbidden(why_zh=f"事项 {one} 不由本部门办理", why_en=f"item {one} is not decided by your office")
        if one in settled:
            raise Conflict(why_zh=f"事项 {one} 已经办理；请刷新", why_en=f"item {one} is decided already: look again")
    return wanted


def _seat(person: Person, item: str) -> str:
    return offices().seat(item, person.role) or ""


def doubts(source: sa.Connection, version: int | None, role: str) -> list[str]:
    """Findings that this office contests or asks about, and whose task nobody has closed."""
    return column(
        source,
        "SELECT a.key FROM (SELECT DISTINCT ON (key) key, answer FROM finding_answers WHERE version = :version AND role = :role"
        " ORDER BY key, id DESC) a WHERE a.answer <> 'agree' AND (NOT EXISTS (SELECT FROM data_tasks t WHERE t.version = :version"
        " AND t.key = a.key AND t.kind <> 'missing') OR EXISTS (SELECT FROM data_tasks t WHERE t.version = :version"
        " AND t.key = a.key AND t.kind <> 'missing' AND t.state <> 'closed')) ORDER BY a.key",
        version=version, role=role,
    )  # fmt: skip


def _ready(connection: sa.Connection, person: Person, head: dict[str, Any]) -> None:
    if head["state"] == "decided":
        raise Conflict(why_zh="本方案已办结", why_en="this proposal is decided")
    if head["outcome"] == "undetermined":
        raise Conflict(
            why_zh="结果待核实，不能办理：请先“要求补数据”，数据到后重新判定",
            why_en="the outcome is not determined yet: ask for the missing data first; it is judged anew when they come",
        )
    open_ones = doubts(connection, head["version_id"], person.role)
    if open_ones:
        raise Conflict(
            why_zh=f"本部门还有 {len(open_ones)} 项异议或补数据要求未了结；请先关闭或改为同意",
            why_en=f"{len(open_ones)} doubts of your office are still open: close them or agree first", keys=open_ones,
        )  # fmt: skip


def _keep(connection: sa.Connection, hand: Hand, head: dict[str, Any], item: str, said: Said) -> None:
    (judged,) = rows(connection, "SELECT verdict, pack FROM verdicts WHERE id = :id", id=head["verdict"])
    (moment,) = column(connection, "SELECT now()")
    decided = {
        "number": head["proposal_number"], "version": head["version"], "verdict": judged["verdict"], "pack": judged["pack"],
        "item": item,
        "decision": said.decision, "words": said.words.strip(), "role": hand.person.role, "login": hand.person.login,
        "signed_name": hand.person.name,
        "at": moment.isoformat(),
    }  # fmt: skip
    paper = said.paper if item in offices().recorded else None
    if paper is not None:
        decided |= {"paper": paper.number, "paper_on": paper.on.isoformat()}
    text = json.dumps(decided, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    run(
        connection,
        "INSERT INTO proposal_decisions (version, verdict, item, seat, decision, words, paper, paper_on, person, role,"
        " signed_name, at, digest) VALUES (:version, :verdict, :item, :seat, :decision, :words, :paper, :paper_on, :person,"
        " :role, :name, :at, :digest)",
        version=head["version_id"], verdict=head["verdict"], item=item, seat=_seat(hand.person, item), decision=said.decision,
        words=said.words.strip(), paper=paper.number if paper else "", paper_on=paper.on if paper else None,
        person=hand.person.id, role=hand.person.role, name=hand.person.name, at=moment, digest=digest,
    )  # fmt: skip
    told = ("item", "decision", "words", "paper", "paper_on")
    detail: dict[str, Any] = {name: decided[name] for name in told if name in decided} | {"digest": digest}
    event(connection, head["proposal"], hand.person.id, "decided", detail)
    note(connection, hand.actor, "proposal.decision", head["proposal_number"], None, {**detail, "role": hand.person.role})
