"""The bare whole way from request to mail: what the product's figures are divided by.

`python -m tests.bench.bare_whole_way intake|triage|sla|notifier --database URL --kafka HOST:PORT …`
`python -m tests.bench.bare_whole_way embedded --port N --sqlite FILE --smtp-port N`
"""

import argparse
import logging
from pathlib import Path

import uvloop

from tests.bench.bare_distributed import Settings, consume, intake
from tests.bench.bare_embedded import embedded
from tests.bench.bare_http import BareApp, serve
from tests.bench.bare_kafka import Rest
from tests.bench.bare_mail import BUILDERS
from tests.bench.bare_stages import STAGES


def main() -> None:
    """Run one process of the bare way until it is ended."""
    options = _parser().parse_args()
    # A group that is just being made is warned of a hundred times.
    logging.getLogger("aiokafka").setLevel(logging.ERROR)
    if options.service == "embedded":
        path, mail = Path(options.sqlite), options.mail
        serve(BareApp(lambda: embedded(path, options.smtp_port, options.connections, mail)), options.port)
    elif options.service == "intake":
        settings = _settings(options)
        serve(BareApp(lambda: intake(settings)), options.port)
    else:
        uvloop.run(consume(_settings(options), STAGES[options.service]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("service", choices=("intake", *STAGES, "embedded"))
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--database", default="")
    parser.add_argument("--sqlite", default="bare.db")
    parser.add_argument("--kafka", default="127.0.0.1:9092")
    parser.add_argument(
        "--prefix", default="bare_", help="of topics, groups and schemas: a fresh one per run"
    )
    parser.add_argument("--smtp-port", type=int, default=2525)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--mail", choices=sorted(BUILDERS), default="modern")
    parser.add_argument("--rest-factor", type=float, default=4.0)
    parser.add_argument("--rest-most", type=float, default=0.1)
    return parser


def _settings(options: argparse.Namespace) -> Settings:
    rest = Rest(options.rest_factor, options.rest_most)
    return Settings(
        options.database,
        options.kafka,
        options.prefix,
        options.smtp_port,
        options.connections,
        options.mail,
        rest,
    )


if __name__ == "__main__":
    main()
