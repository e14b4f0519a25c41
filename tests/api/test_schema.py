"""Every endpoint against its own description: generated requests, valid and not, get answers that it describes."""

from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests.servers import Server

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    unsupported_method,
    allow_header_conformance,
]


SETTINGS = settings(
    max_examples=10, deadline=None, derandomize=True, database=None, phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
OPERATIONS = [
    "GET /api/city", "GET /api/layers", "GET /api/packs", "GET /api/packs/{pack_id}", "POST /api/review", "POST /api/clearances",
    "GET /api/proposals/{proposal}/sheets", "POST /api/proposals/{proposal}/sheets",
    "GET /api/sheets", "GET /api/proposals/{proposal}/sheets/{sheet}", "GET /api/proposals/{proposal}/sheets/{sheet}.{ending}",
    "POST /api/proposals/{proposal}/sheets/{sheet}/confirmation", "PUT /api/proposals/{proposal}/sheets/{sheet}/corrections",
    "PUT /api/proposals/{proposal}/sheets/{sheet}/signature", "POST /api/reviews",
    "GET /api/jobs/{job_id}", "DELETE /api/jobs/{job_id}", "GET /api/jobs/{job_id}/routes.geojson",
    "GET /api/jobs/{job_id}/routes/{row_no}", "GET /api/jobs/{job_id}/files/{name}", "GET /api/routes",
    "GET /api/routes/{route_id}", "GET /tiles/{layer}/{z}/{x}/{y}.mvt", "GET /tiles/{layer}/{z}/{x}/{y}.png", "GET /api/search",
    "GET /api/dig-once", "GET /api/works", "GET /api/matches", "GET /api/matches/{match_id}", "GET /api/plans", "POST /api/plans",
    "GET /api/plans/{plan_id}", "POST /api/plans/{plan_id}/preview", "PUT /api/plans/{plan_id}/moves", "GET /api/digs/{dig_id}",
    "POST /api/digs/{dig_id}/invitations", "DELETE /api/digs/{dig_id}/invitations/{invitation}", "GET /api/digs/{dig_id}/log",
    "GET /api/digs/{dig_id}/calendar.ics", "GET /api/digs/{dig_id}/section.svg", "GET /api/invitations/{token}",
    "POST /api/invitations/{token}", "GET /api/quiet-plans", "POST /api/quiet-plans", "GET /api/quiet-plans/{token}",
    "DELETE /api/quiet-plans/{token}", "POST /api/quiet-plans/{token}/overlaps/{overlap}", "GET /api/scoreboard",
    "GET /api/session", "POST /api/session", "GET /api/offices", "GET /api/people", "POST /api/people",
    "GET /api/people/{person_id}", "GET /api/tokens", "POST /api/tokens", "GET /api/audit", "GET /api/audit/check",
    "GET /api/audit/rows.csv", "GET /api/layers/{layer}", "GET /api/layers/{layer}/lacking", "GET /api/layers/{layer}/diff",
    "POST /api/previews", "POST /api/loads", "GET /api/loads", "GET /api/loads/{load_id}", "DELETE /api/loads/{load_id}",
    "GET /api/packs/{pack_id}/clauses", "GET /api/packs/{pack_id}/compare/{other_id}",
    "GET /api/jobs", "GET /api/session/sso", "GET /api/session/sso/begin", "GET /api/session/sso/back",
    "GET /api/session/sso/out",
    "POST /api/coordinates", "POST /api/coordinates/polar", "POST /api/lines/offset", "POST /api/lines/read",
    "GET /tiles/{layer}/{z}/{x}/{y}.geojson",
    "GET /api/proposals/companies", "GET /api/proposals", "POST /api/proposals",
    "GET /api/proposals/{proposal_id}", "PUT /api/proposals/{proposal_id}/version",
    "POST /api/proposals/{proposal_id}/submit", "POST /api/proposals/{proposal_id}/withdraw",
    "POST /api/proposals/{proposal_id}/return", "POST /api/proposals/{proposal_id}/reopen",
    "GET /api/proposals/{proposal_id}/versions", "GET /api/proposals/{proposal_id}/compare",
    "GET /api/companies", "PATCH /api/companies/{company_id}", "GET /api/companies/{company_id}/openings",
    "PUT /api/companies/{company_id}/openings", "GET /api/layers/{layer}/features", "GET /api/layers/{layer}/features/{number}",
    "GET /api/layers/{layer}/export.{ending}",
    "GET /api/queue", "GET /api/queue/{route_id}", "POST /api/queue/bulk", "POST /api/queue/{route_id}/take",
    "POST /api/queue/{route_id}/return", "POST /api/queue/{route_id}/answers", "POST /api/queue/{route_id}/requests",
    "POST /api/queue/{route_id}/decisions", "POST /api/proposals/{proposal_id}/rejudge", "GET /api/tasks",
    "POST /api/tasks/{task_id}/answer", "POST /api/tasks/{task_id}/close",
    "POST /api/site-judgements", "POST /api/site-judgements/lines", "GET /api/site-judgements/sheet",
    "GET /api/places/pasted", "POST /api/places/profile", "POST /api/places/measure",
    "GET /api/proposals/{proposal_id}/survey-map",
    "GET /api/surveys", "POST /api/surveys", "GET /api/surveys/{survey_id}", "POST /api/surveys/{survey_id}/step",
    "POST /api/surveys/{survey_id}/participants", "DELETE /api/surveys/{survey_id}/offices",
    "DELETE /api/surveys/{survey_id}/participants/{participant_id}",
    "GET /api/surveys/{survey_id}/events", "GET /api/surveys/{survey_id}/files/{file_id}",
    "POST /api/surveys/{survey_id}/files",
    "GET /api/surveys/{survey_id}/links", "POST /api/surveys/{survey_id}/links",
    "DELETE /api/surveys/{survey_id}/links/{link_id}", "GET /api/surveys/{survey_id}/track/{participant_id}",
    "POST /api/surveys/{survey_id}/pause", "POST /api/surveys/{survey_id}/resume",
    "POST /api/surveys/{survey_id}/times", "POST /api/surveys/{survey_id}/times/answers",
    "GET /api/surveys/{survey_id}/calendar.ics", "GET /api/surveys/{survey_id}/checklist",
    "GET /api/surveys/{survey_id}/field-pack",
    "GET /api/surveys/{survey_id}/record", "GET /api/surveys/{survey_id}/record/verify", "GET /api/records/key",
    "POST /api/guest/times/answers", "GET /api/guest", "GET /api/guest/checklist", "GET /api/guest/ground",
    "GET /api/guest/way", "GET /api/surveys/{survey_id}/way",
    "GET /api/guest/tiles/{layer}/{z}/{x}/{y}.mvt", "GET /api/guest/tiles/{layer}/{z}/{x}/{y}.png",
    "POST /api/guest/enter", "GET /api/guest/events", "POST /api/guest/files", "GET /api/guest/files/{file_id}",
]  # fmt: skip
# what could take the key out of the tests' own hand: tried in test_door
BY_HAND = [
    "DELETE /api/session", "PUT /api/session/password", "PATCH /api/people/{person_id}", "POST /api/people/{person_id}/password",
    "DELETE /api/tokens/{token_id}",
    # the tests' own key is no company's: tried in test_rights
    "GET /api/pipe-openings", "PUT /api/pipe-openings",
]  # fmt: skip


@pytest.fixture(scope="module")
def described(client: httpx.Client) -> Any:
    """The description as the server gives it."""
    return client.get("/api/openapi.json").json()


def test_every_endpoint_is_in_the_list(described: Any) -> None:
    assert sorted([*OPERATIONS, *BY_HAND]) == sorted(
        f"{verb.upper()} {path}" for path, verbs in described["paths"].items() for verb in verbs
    )


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_endpoint_keeps_to_its_description(described: Any, server: Server, operation: str) -> None:
    verb, path = operation.split(" ")
    schema = schemathesis.openapi.from_dict(described)

    @given(case=schema[path][verb].as_strategy(generation_mode=GenerationMode.POSITIVE))
    @SETTINGS
    def valid(case: schemathesis.Case) -> None:
        case.call_and_validate(base_url=server.url, checks=CHECKS, timeout=120, headers=server.headers)

    @given(case=schema[path][verb].as_strategy(generation_mode=GenerationMode.NEGATIVE))
    @SETTINGS
    def invalid(case: schemathesis.Case) -> None:
        case.call_and_validate(base_url=server.url, checks=CHECKS, timeout=120, headers=server.headers)

    valid()
    if schema[path][verb].query or schema[path][verb].body:  # of a plain text in the path nothing is invalid
        invalid()
