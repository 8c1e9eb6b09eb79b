"""`python -m candor_notifier` runs this service alone, on PostgreSQL and Kafka."""

from candor_common.distributed import main
from candor_notifier import service

main(service)
