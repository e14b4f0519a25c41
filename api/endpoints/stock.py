"""Keeping the layers: what was delivered, how good it is, what changed; a look at a file, and its load as a job."""

import json
import shutil
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Path, Query, UploadFile, status

from api.deps import FIRST_DAY, LAST_DAY, House, HouseNow, LangNow
from api.errors import BadRequest
from api.i18n import Lang
from api.jobs.orders import jobs_dir
from api.rights import VisitorNow, needs
from api.schemas import problems
from api.stock.orders import LOAD, LoadOrder, keep, kept
from api.stock.preview import preview
from api.stock.schemas import DiffOut, LoadAsked, LoadOut, LoadsOut, PreviewOut, RowsOut, StockOut
from api.texts import words_of_path, words_of_query
from api.uploads import receive
from api.wire import Json
from geo.city import VECTOR_LAYERS
from geo.errors import NotFound, UnknownLayer
from layers import jobs
from layers.people.audit import told
from layers.readers import Limits
from layers.readers.encoding import asked_for
from layers.stock.diff import diff
from layers.stock.history import covered_share, deliveries_of, spec_of
from layers.stock.quality import Lack, lacking, quality

router = APIRouter(prefix="/api", tags=["stock"], dependencies=[needs("manage")])
NO_STORE = {"Cache-Control": "no-store"}
LayerName = Annotated[str, Path(max_length=40, description="图层名 / name of a layer")]
Number = Annotated[int, Query(ge=1, le=2**63 - 1, description="送交编号 / number of a delivery")]
Text = Annotated[str | None, Form(max_length=500)]
Day = Annotated[date | None, Form(ge=FIRST_DAY, le=LAST_DAY)]
MOST_LOADS = 50
LOOK = Limits(wall_s=120.0)


@router.get("/layers/{layer}", response_model=StockOut, responses=problems(404, 409, 422), summary="一个图层 / one layer")
def show_layer(layer: LayerName, house: HouseNow) -> Json:
    """Its deliveries (the newest first), how much of the city they cover, and how good the rows are that hold now."""
    name = _known(layer)
    return Json(
        {
            "name": name, "key": spec_of(name).key, "covered_share": covered_share(house.engine, name),
            "quality": quality(house.engine, name), "deliveries": deliveries_of(house.engine, name),
        }, headers=NO_STORE,
    )  # fmt: skip


@router.get(
    "/layers/{layer}/lacking",
    response_model=RowsOut,
    responses=problems(400, 404, 422),
    summary="有缺的行 / rows that lack something",
)
def show_lacking(
    layer: LayerName, house: HouseNow, field: Annotated[str, Query(max_length=40)], lack: Lack = "blank",
    limit: Annotated[int, Query(ge=1, le=1000)] = 1000, after: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0,
) -> Json:  # fmt: skip
    """Current rows in which a field is blank, or was filled in and cannot be read; by id, from the one behind ``after``."""
    found = lacking(house.engine, _known(layer), words_of_query("field", field) or "", lack, limit, after)
    return Json(found, headers=NO_STORE)


@router.get(
    "/layers/{layer}/diff", response_model=DiffOut, responses=problems(400, 404, 422), summary="两次送交之差 / two deliveries"
)
def show_diff(
    layer: LayerName, house: HouseNow, old: Number, new: Number, limit: Annotated[int, Query(ge=1, le=10_000)] = 2000
) -> Json:
    """Rows added, removed, changed and moved, by the layer's key; at most ``limit`` of them drawn, all counted."""
    return Json(diff(house.engine, _known(layer), old, new, limit), headers=NO_STORE)


@router.post(
    "/previews",
    response_model=PreviewOut,
    responses=problems(400, 403, 404, 409, 413, 422),
    summary="装入前预览 / a look at a file",
)
def make_preview(
    house: HouseNow, now: VisitorNow, layer: Annotated[str, Form(max_length=40)], file: Annotated[list[UploadFile], File()],
    source: Text = None, owner: Text = None, licence: Text = None, as_of: Day = None, complete_since: Day = None,
    whole_city: Annotated[bool, Form(description="覆盖全市：未列出的地方即为没有 / what it does not list is not there")] = False,
    crs: Annotated[str | None, Form(max_length=4000)] = None, encoding: Annotated[str | None, Form(max_length=40)] = None,
    mapping: Annotated[str | None, Form(max_length=20_000, description="JSON：{文件中的字段名: 字段} / {column: field}")] = None,
) -> Json:  # fmt: skip
    """The file as it would be loaded: columns, notes, rejects with row, field and reason, and what it would replace. The
    database is not written to; the file is kept for the load (``POST /api/loads``)."""
    name = _loadable(layer)
    said = {
        each: words_of_query(each, text)
        for each, text in {"source": source, "owner": owner, "licence": licence, "crs": crs, "encoding": encoding}.items()
    }
    asked_for(said["encoding"])
    columns = _mapping(mapping)
    folder = jobs_dir(house.settings.home)
    upload = receive(file, folder)
    days = {key: None if day is None else day.isoformat() for key, day in (("as_of", as_of), ("complete_since", complete_since))}
    order = LoadOrder(
        upload.folder, upload.stored, upload.shown, name, now.person.id, source=said["source"] or "", owner=said["owner"] or "",
        licence=said["licence"] or "", coverage="bounds" if whole_city else "", encoding=said["encoding"], crs=said["crs"],
        mapping=columns, **days,
    )  # fmt: skip
    try:
        city = house.standing.settings()
        here = folder / upload.folder
        seen = preview(house.engine, name, here, upload.stored, upload.shown, order.words, city, LOOK)
        keep(order, folder)
    except BaseException:
        shutil.rmtree(folder / upload.folder, ignore_errors=True)
        raise
    return Json({"id": upload.folder, **seen}, headers=NO_STORE)


@router.post(
    "/loads", response_model=LoadOut, status_code=status.HTTP_202_ACCEPTED, responses=problems(400, 403, 404, 413, 422),
    summary="装入 / load",
)  # fmt: skip
def begin_load(asked: LoadAsked, house: HouseNow, now: VisitorNow, lang: LangNow) -> Json:
    """Load what was looked at, as a job that goes on when the page is left and when the server starts anew."""
    order = kept(asked.preview, now.person.id, jobs_dir(house.settings.home))
    params = {
        "order": asdict(order), "folder": order.folder, "actor": now.actor.login, "address": now.actor.address,
        "shown": order.shown,
    }  # fmt: skip
    number = jobs.enqueue(house.engine, LOAD, params, now.owner)
    told = _shown(jobs.job(house.engine, number), lang)
    return Json(told, status.HTTP_202_ACCEPTED, {**NO_STORE, "Location": f"/api/loads/{number}"})


@router.get("/loads", response_model=LoadsOut, responses=problems(422), summary="装入任务 / loads")
def list_loads(house: HouseNow, lang: LangNow) -> Json:
    """The newest fifty, those that run among them."""
    found = jobs.newest(house.engine, LOAD, MOST_LOADS)
    return Json({"items": [_shown(one, lang) for one in found]}, headers={**NO_STORE, "Vary": "Accept-Language"})


JobId = Annotated[str, Path(max_length=100, description="任务编号 / id of a job")]


@router.get("/loads/{load_id}", response_model=LoadOut, responses=problems(404, 422), summary="装入进度 / how far a load is")
def show_load(load_id: JobId, house: HouseNow, lang: LangNow) -> Json:
    """Its state, rows done of all, and once done what it did."""
    return Json(_shown(_load(house, load_id), lang), headers={**NO_STORE, "Vary": "Accept-Language"})


@router.delete(
    "/loads/{load_id}", response_model=LoadOut, responses=problems(403, 404, 409, 422), summary="取消装入 / cancel a load"
)
def cancel_load(load_id: JobId, house: HouseNow, now: VisitorNow, lang: LangNow) -> Json:
    """A waiting one ends at once, a running one within seconds and leaves nothing behind; one that has ended stays (409)."""
    one = _load(house, load_id)
    after = jobs.cancel(house.engine, one.id)
    told(
        house.engine,
        now.actor,
        "load.cancel",
        str(one.params["order"]["layer"]),
        {"job": one.id, "file": one.params["shown"]},
    )
    return Json(_shown(after, lang), headers=NO_STORE)


def _known(layer: str) -> str:
    name = words_of_path("layer", layer)
    try:
        spec_of(name)
    except UnknownLayer:
        raise NotFound(what_zh="图层", what_en="layer", id=name) from None
    return name


def _loadable(layer: str) -> str:
    name = words_of_path("layer", layer)
    if name not in VECTOR_LAYERS:
        raise UnknownLayer(layer=name, known="、".join(VECTOR_LAYERS))
    return name


def _mapping(text: str | None) -> dict[str, str]:
    """Columns of the file → fields. Raises BadRequest for anything else."""
    if not text:
        return {}
    try:
        said = json.loads(words_of_path("mapping", text))
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict) or not all(isinstance(one, str) for one in said.values()):
        raise BadRequest(
            why_zh="mapping 应为 JSON：{文件中的字段名: 字段}", why_en="mapping must be JSON: {column of the file: field}"
        )
    return {words_of_path("mapping", key): words_of_path("mapping", value) for key, value in said.items()}


def _load(house: House, load_id: str) -> jobs.Job:
    found = jobs.job(house.engine, words_of_path("load_id", load_id))
    if found.kind != LOAD:
        raise NotFound(what_zh="任务", what_en="job", id=load_id)
    return found


_PHASES = {
    "queued": {"zh": "排队", "en": "waiting"},
    "done": {"zh": "完成", "en": "done"},
    "failed": {"zh": "失败", "en": "failed"},
    "cancelled": {"zh": "已取消", "en": "cancelled"},
}


def _shown(job: jobs.Job, lang: Lang) -> dict[str, Any]:
    phase, error = job.phase or {}, job.error
    return {
        "id": job.id, "layer": job.params["order"]["layer"], "file": job.params["shown"], "by": job.params["actor"],
        "state": job.state,
        "done": job.done, "total": job.total or None, "cancelling": job.cancel and not job.ended,
        "phase": _PHASES.get(job.state) or {"zh": phase.get("zh", "准备"), "en": phase.get("en", "getting ready")},
        "result": job.result, "error": None if error is None else {"code": error.get("code", "failed"), "detail": error[lang]},
        "created_at": job.created_at, "finished_at": job.finished_at,
    }  # fmt: skip
