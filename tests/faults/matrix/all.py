"""Every fault, in the order of their numbers."""

from tests.faults.matrix import Fault, database, kafka, machine, processes, told

FAULTS: tuple[Fault, ...] = tuple(
    sorted(
        (one for module in (processes, kafka, database, machine, told) for one in module.FAULTS),
        key=lambda fault: fault.number,
    )
)
