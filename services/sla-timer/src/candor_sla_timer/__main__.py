"""Start this service alone."""

from candor_common.distributed import main
from candor_sla_timer import service

main(service)
