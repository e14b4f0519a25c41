"""Questions to the owners of layers: who is asked what, and their answers."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query

from api.deps import HouseNow
from api.reviewing.schemas import TaskAnswerAsked, TaskCloseAsked, TaskOut, TasksOut
from api.rights import VisitorNow, needs
from api.schemas import problems
from api.texts import words_of_query
from api.wire import Json
from layers.reviewing.tasks import answer_task, close_task, tasks

router = APIRouter(prefix="/api/tasks", tags=["reviewing"], dependencies=[needs("see")])
NO_STORE = {"Cache-Control": "no-store"}
TaskId = Annotated[int, Path(ge=1, le=2**63 - 1, description="数据任务编号 / number of a task")]
DEEDS = problems(400, 403, 404, 409, 413, 422)


@router.get("", response_model=TasksOut, responses=problems(400, 409, 422), summary="数据任务 / data tasks")
def list_tasks(
    house: HouseNow, now: VisitorNow, state: Literal["open", "answered", "closed"] = "open",
    layer: Annotated[str | None, Query(max_length=100)] = None, owner: Annotated[str | None, Query(max_length=200)] = None,
    mine: bool = False, limit: Annotated[int, Query(ge=1, le=500)] = 100,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Json:  # fmt: skip
    """What is asked about proposals within one's reach, and what one's own office or company is asked (``mine``: only that)."""
    asked = words_of_query("layer", layer) or "", words_of_query("owner", owner) or ""
    return Json(tasks(house.engine, now.scope, now.person, state, *asked, mine, limit, offset), headers=NO_STORE)


@router.post("/{task_id}/answer", response_model=TaskOut, responses=DEEDS, summary="答复 / answer")
def answer(task_id: TaskId, asked: TaskAnswerAsked, now: VisitorNow, house: HouseNow) -> Json:
    """The owner of the layer, or an administrator, says something. Data themselves come as a new load of the layer."""
    return Json(answer_task(house.engine, now.scope, now.person, now.actor, task_id, asked.words), headers=NO_STORE)


@router.post("/{task_id}/close", response_model=TaskOut, responses=DEEDS, summary="关闭 / close", dependencies=[needs("review")])
def close(task_id: TaskId, asked: TaskCloseAsked, now: VisitorNow, house: HouseNow) -> Json:
    """The office that asked, or an administrator, says that it is settled; by which load, where one did it."""
    out = close_task(house.engine, now.scope, now.person, now.actor, task_id, asked.words, asked.delivery)
    return Json(out, headers=NO_STORE)
