"""Surveys as the team reads them."""

from datetime import timedelta

import pytest

from tests.plugins.facts import NINE, reopened
from tests.plugins.served import Served
from tests.service.feedback.asking import an_invited_survey, link_to, verified

pytestmark = pytest.mark.packages("candor_feedback")


async def test_surveys_are_listed_newest_first_with_their_state(feedback: Served) -> None:
    survey = await an_invited_survey(feedback)
    await feedback.client.post(link_to(feedback, survey), data={"overall": "4", "comment": "Quick."})
    later = [verified(f"INC-00000{day}", NINE + timedelta(days=day)) for day in (3, 2)]
    await feedback.receive(*later, reopened("INC-000002", version=4))
    listed = (await feedback.client.get("/v1/surveys")).json()
    assert [(one["survey"]["incident_id"], one["state"], one["reason"]) for one in listed] == [
        ("INC-000003", "planned", None),
        ("INC-000002", "cancelled", "opened again"),
        ("INC-000001", "answered", None),
    ]
    [one] = (await feedback.client.get("/v1/surveys", params={"incident": "INC-000001"})).json()
    assert (one["survey"]["overall"], one["survey"]["comment"]) == (4, "Quick.")
    assert len((await feedback.client.get("/v1/surveys", params={"limit": 2})).json()) == 2


async def test_one_survey_is_found_by_its_id(feedback: Served) -> None:
    survey = await an_invited_survey(feedback)
    found = await feedback.client.get(f"/v1/surveys/{survey.id}")
    assert found.json()["survey"]["id"] == survey.id
    missing = await feedback.client.get("/v1/surveys/00000000-0000-5000-8000-000000000000")
    assert (missing.status_code, missing.headers["Content-Type"]) == (404, "application/problem+json")


async def test_names_that_can_not_be_are_refused(feedback: Served) -> None:
    for path in ("/v1/surveys/%00", "/v1/surveys/x", "/v1/surveys?incident=%00", "/v1/surveys?limit=0"):
        assert (await feedback.client.get(path)).status_code == 422


async def test_only_who_may_read_can_read(feedback: Served) -> None:
    sender, reader = feedback.key("shop", "post"), feedback.key("ana", "read")
    assert (await feedback.client.get("/v1/surveys")).status_code == 401
    assert (await feedback.client.get("/v1/surveys", headers=sender)).status_code == 403
    assert (await feedback.client.get("/v1/surveys", headers=reader)).status_code == 200
