"""The pages of triage: for the team the board, the incident, the wall of promises and the charter; for each customer
a page of their own behind a signed link."""

from fastapi import APIRouter

from candor_triage.pages import board, charter, customer, incident, promises, sign_in, stream, views

router = APIRouter(include_in_schema=False)
for _part in (board, views, incident, promises, charter, stream, sign_in, customer):
    router.include_router(_part.router)
