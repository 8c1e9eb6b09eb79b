"""Surveys whose invitation never left: nobody was asked, so they count neither as invitations nor as asking."""

from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from candor_common.columns import among
from candor_feedback.domain.asking import person
from candor_feedback.store import CANCELLED, INVITED
from candor_feedback.tables import asked, survey

_INVITED = (
    sa.select(survey)
    .where(among(survey.c.incident_id, "incidents"), survey.c.state == INVITED)
    .order_by(survey.c.id)
    .with_for_update()
)


def invited(connection: Connection, incidents: Collection[str]) -> Sequence[RowMapping]:
    """The surveys about these incidents that were sent and not answered, locked."""
    return connection.execute(_INVITED, {"incidents": incidents}).mappings().all()


_TAKE_BACK = (
    sa.update(survey)
    .where(survey.c.id == sa.bindparam("of"))
    .values(state=CANCELLED, reason=sa.bindparam("why"), invited_at=None)
)
_FORGET = sa.delete(asked).where(
    asked.c.person == sa.bindparam("who"), asked.c.survey_id == sa.bindparam("of")
)


def take_back(connection: Connection, rows: Sequence[RowMapping], reasons: Mapping[str, str]) -> None:
    """These surveys were not sent after all, so that their recipients may be asked about something else."""
    if rows:
        connection.execute(_TAKE_BACK, [{"of": row["id"], "why": reasons[row["id"]]} for row in rows])
        people = [{"who": person(row["snapshot"].recipient), "of": row["id"]} for row in rows]
        connection.execute(_FORGET, sorted(people, key=lambda one: str(one["who"])))
