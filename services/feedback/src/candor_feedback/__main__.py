"""`python -m candor_feedback` runs this service alone, on PostgreSQL and Kafka."""

from candor_common.distributed import main
from candor_feedback import service

main(service)
