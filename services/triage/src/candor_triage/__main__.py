from candor_common.distributed import main
from candor_triage import service

main(service)
