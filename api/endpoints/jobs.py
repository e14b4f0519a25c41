"""Jobs: how far they are, what came of them, and ending them."""

import json
import shutil
import time
from collections.abc import Sequence
from pathlib import Path as FilePath
from pathlib import PurePosixPath
from typing import Annotated, Any
from urllib.parse import quote

import pyarrow.parquet as pq
import shapely
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import FileResponse, Response, StreamingResponse

from api.deps import House, HouseNow, LangNow
from api.i18n import Lang
from api.jobs.orders import ANSWERS, GEOJSON, KIND, MAP, PLAN, REPORT, jobs_dir
from api.located import located
from api.masking import WHOLE
from api.rights import Visitor, VisitorNow, needs
from api.schemas import Collection, JobList, JobOut, RouteOut, problems
from api.security import SANDBOX
from api.streamed import geojson
from api.texts import words_of_path
from api.wire import Json, plain
from geo.crs import to_degrees
from geo.errors import Conflict, Forbidden, NotFound
from layers import jobs

router = APIRouter(prefix="/api/jobs", tags=["review"], dependencies=[needs("judge")])
JobId = Annotated[str, Path(max_length=100, description="任务编号 / id of a job")]
MEDIA = {
    ".csv": "text/csv; charset=utf-8", ".geojson": "application/geo+json", ".gpkg": "application/geopackage+sqlite3",
    ".parquet": "application/vnd.apache.parquet", ".zip": "application/zip", ".html": "text/html; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip
PACKED = (".gpkg", ".parquet", ".xlsx", ".zip")
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
}


@router.get("", response_model=JobList, responses=problems(422), summary="任务列表 / jobs")
def list_jobs(now: VisitorNow, house: HouseNow, lang: LangNow, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Json:
    """The newest jobs: one's own, those of one's company, or all for an office of the whole city; without their rejects."""
    found = jobs.listed(house.engine, now.scope, (KIND, PLAN), limit)
    items = [{**_shown(one, lang), "rejects": [], "issues": []} for one in found]
    return Json({"items": items}, headers={"Cache-Control": "no-store", "Vary": "Accept-Language"})


@router.get("/{job_id}", response_model=JobOut, responses=problems(404, 422), summary="任务进度与结果 / progress and results")
def show_job(job_id: JobId, now: VisitorNow, house: HouseNow, lang: LangNow) -> Json:
    """A review of a file, or the making of a plan: its state, progress of the present phase (done of total, rate, seconds left),
    and once done summary, rejects and downloads."""
    return Json(_shown(_job(house, now, job_id), lang), headers={"Cache-Control": "no-store", "Vary": "Accept-Language"})


@router.delete("/{job_id}", response_model=JobOut, responses=problems(403, 404, 409, 422), summary="取消任务 / cancel a job")
def cancel_job(job_id: JobId, now: VisitorNow, house: HouseNow, lang: LangNow) -> Json:
    """A waiting job ends at once, a running one within seconds; one that has ended stays as it is (409)."""
    before = _job(house, now, job_id)
    after = jobs.cancel(house.engine, before.id, now.actor)
    if after.state == "cancelled" and after.kind == KIND:
        shutil.rmtree(_folder(house, after), ignore_errors=True)
    return Json(_shown(after, lang))


@router.get(
    "/{job_id}/routes.geojson",
    response_model=Collection,
    responses=problems(404, 409, 422),
    summary="结果上图 / results for the map",
)
def show_map(job_id: JobId, now: VisitorNow, house: HouseNow) -> Response:
    """Every line of the file with its outcome (row_no, route_id, utility, outcome, conditions, certainty, length_m)."""
    job = _done(house, now, job_id)
    return FileResponse(_file(house, job, MAP), media_type="application/geo+json", headers={"Cache-Control": "no-cache"})


@router.get(
    "/{job_id}/routes/{row_no}",
    response_model=RouteOut,
    responses=problems(404, 409, 422),
    summary="文件中的一条线 / one line of the file",
)
def show_row(job_id: JobId, row_no: Annotated[int, Path(ge=1, le=2**53)], now: VisitorNow, house: HouseNow) -> Json:
    """The verdict on one row of the file, as for a stored route."""
    job = _done(house, now, job_id)
    table = pq.read_table(_file(house, job, ANSWERS["parquet"]), filters=[("row_no", "=", row_no)])
    if table.num_rows == 0:
        raise NotFound(what_zh="该行", what_en="row", id=row_no)
    (row,) = table.slice(0, 1).to_pylist()
    shape, crs = shapely.from_wkb(row.pop("geometry")), house.standing.settings().work_crs
    verdict, pieces = located(json.loads(row.pop("verdict")), json.loads(row.pop("pieces")), shape, crs)
    degrees = shapely.transform(to_degrees(shape, crs), lambda xy: xy.round(9))
    feature = {"type": "Feature", "id": row_no, "geometry": shapely.geometry.mapping(degrees), "properties": plain(row)}
    return Json({"route": feature, "verdict": verdict, "pieces": pieces})


@router.get(
    "/{job_id}/files/{name}",
    response_class=Response,
    responses={**_FILE, **problems(403, 404, 409, 422)},
    summary="下载 / download",
)
def download(
    job_id: JobId, name: Annotated[str, Path(max_length=100)], request: Request, now: VisitorNow, house: HouseNow
) -> Response:
    """One of the files that ``downloads`` lists. The report opens in the browser, in an origin of its own."""
    job = _done(house, now, job_id)
    if not getattr(request.state, WHOLE, False) and FilePath(name).suffix in PACKED:
        raise Forbidden(
            why_zh="该格式的文件无法脱敏：请下载 CSV 或 GeoJSON，或请有权查看个人信息的部门下载",
            why_en="a file of this kind cannot be masked: take CSV or GeoJSON, or ask an office that may see personal data",
        )
    listed = (job.result or {}).get("downloads", {}).values()
    if name not in listed:
        raise NotFound(what_zh="文件", what_en="file", id=words_of_path("name", name))
    shown = f"{PurePosixPath(str(job.params['shown'])).stem}-{name}"
    if name == GEOJSON:
        rows = geojson(_file(house, job, ANSWERS["parquet"]), house.standing.settings().work_crs)
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(shown)}", "Cache-Control": "no-cache"}
        return StreamingResponse(rows, media_type=MEDIA[".geojson"], headers=headers)
    path = _file(house, job, name)
    if name == REPORT:
        headers = {"Content-Security-Policy": SANDBOX, "Cache-Control": "no-cache"}
        return FileResponse(path, media_type=MEDIA[".html"], filename=shown, content_disposition_type="inline", headers=headers)
    return FileResponse(path, media_type=MEDIA[path.suffix], filename=shown, headers={"Cache-Control": "no-cache"})


def _job(house: House, now: Visitor, job_id: str, kinds: Sequence[str] = (KIND, PLAN)) -> jobs.Job:
    """A job that its asker sees; one of others is not there."""
    found = jobs.job(house.engine, words_of_path("job_id", job_id), now.scope)
    if found.kind not in kinds:
        raise NotFound(what_zh="任务", what_en="job", id=job_id)
    return found


def _done(house: House, now: Visitor, job_id: str) -> jobs.Job:
    """A review that is done: what else is done leaves no files."""
    job = _job(house, now, job_id, (KIND,))
    if job.state != "done":
        raise Conflict(why_zh="任务没有完成，还没有结果", why_en="the job is not done: there are no results", state=job.state)
    return job


def _folder(house: House, job: jobs.Job) -> FilePath:
    return jobs_dir(house.settings.home) / str(job.params["folder"])


def _file(house: House, job: jobs.Job, name: str) -> FilePath:
    """A file of a job that is done; results are kept for a while, not for ever."""
    path = _folder(house, job) / name
    if not path.is_file():
        raise NotFound(what_zh="文件（结果保留 30 天）", what_en="file (results are kept for 30 days)", id=name)
    return path


def _shown(job: jobs.Job, lang: Lang) -> dict[str, Any]:
    result, phase = job.result or {}, job.phase or {}
    rate, left = _pace(job)
    total = job.total or None
    done = job.done
    summary = result.get("summary")
    if job.state == "done" and summary:
        done = total = int(summary["rows_in"])
    return {
        "id": job.id, "kind": job.kind, "state": job.state, "file": job.params.get("shown"), "plan": job.params.get("plan"),
        "works": job.params.get("works"), "pack": job.params["pack"], "on": job.params.get("on"),
        "done": done, "total": total, "rate": rate, "seconds_left": left,
        "phase": _PHASES.get(job.state) or {"zh": phase.get("zh", "准备"), "en": phase.get("en", "getting ready")},
        "summary": summary, "rejects": result.get("rejects", []), "issues": result.get("issues", []),
        "notes": [note[lang] for note in result.get("notes", [])],
        "downloads": {key: f"/api/jobs/{job.id}/files/{name}" for key, name in result.get("downloads", {}).items()},
        "error": _error(job.error, lang), "created_at": job.created_at, "finished_at": job.finished_at,
    }  # fmt: skip


_PHASES = {
    "queued": {"zh": "排队", "en": "waiting"},
    "done": {"zh": "完成", "en": "done"},
    "failed": {"zh": "失败", "en": "failed"},
    "cancelled": {"zh": "已取消", "en": "cancelled"},
}


def _pace(job: jobs.Job) -> tuple[float | None, float | None]:
    """Steps a second in the present phase, and the seconds that its rest takes at that rate."""
    if job.state == "done" and "summary" in (job.result or {}):
        summary = (job.result or {})["summary"]
        return (round(summary["rows_in"] / summary["seconds"], 1) if summary["seconds"] else None), 0.0
    since = (job.phase or {}).get("since")
    if job.state != "running" or since is None or not job.done or not job.total:
        return None, None
    rate = job.done / max(time.time() - float(since), 0.001)
    return round(rate, 1), round((job.total - job.done) / rate, 1)


def _error(error: dict[str, Any] | None, lang: Lang) -> dict[str, Any] | None:
    """Why it failed, in the language of the request."""
    if error is None:
        return None
    title = error.get("title") or {"zh": "任务失败", "en": "The job failed"}
    context = error.get("context") or {"zh": {}, "en": {}}
    return {"code": error.get("code", "failed"), "title": title[lang], "detail": error[lang], "context": context[lang]}
