"""Alerts through all services, as Alertmanager tells them of a trouble that comes and goes."""

from pathlib import Path

from candor_common.events import IncidentOpened, IncidentReopened, IncidentResolved
from tests.worlds.actions import alert
from tests.worlds.embedded import opened
from tests.worlds.story import Telling


async def test_an_incident_is_open_again_when_its_alert_returns_under_the_old_start(tmp_path: Path) -> None:
    async with opened(tmp_path / "data") as world:
        telling = Telling(world, "shop1")
        fires, ends = alert("DiskFull"), alert("DiskFull", status="resolved")
        for minute, told in enumerate((fires, fires, ends, ends, fires, fires)):
            await world.reach(minute)
            await told.run(telling)
            await world.settle()
        assert world.troubles() == []
        turns = (IncidentOpened, IncidentResolved, IncidentReopened)
        seen = [type(one.fact) for one in world.events() if isinstance(one.fact, turns)]
        assert seen == list(turns)
