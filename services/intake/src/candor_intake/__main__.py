"""`python -m candor_intake` runs this service alone, on PostgreSQL and Kafka."""

from candor_common.distributed import main
from candor_intake import service

main(service)
