"""Holds the endpoints against their own OpenAPI documents, with what schemathesis makes of each operation.

Everything runs in this process: the application with something of everything in it, and the requests.
"""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager, suppress
from itertools import cycle
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Err, Ok
from schemathesis.generation.modes import GenerationMode
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi import checks
from schemathesis.specs.openapi.schemas import OpenApiSchema

from candor_common.keys import SCOPES, KeyRing, Scope
from tests.contract.openapi import Json
from tests.contract.populated import Names, populate
from tests.worlds.embedded import World, opened

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.missing_required_header,
]
METHOD_CHECKS = [checks.unsupported_method, checks.allow_header_conformance]
BASE = "http://localhost"
MODES = list(GenerationMode)

Operation: TypeAlias = APIOperation[Any, Any, Any, Any]
Case: TypeAlias = schemathesis.Case[Any]


@schemathesis.serializer("message/rfc822", "application/octet-stream", "text/plain")
def _as_it_is(_context: schemathesis.SerializationContext, value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


class Installation:
    """All five services with one of everything, and callers with keys of every kind."""

    def __init__(self, world: World, names: Names, keys: Mapping[str, str], runner: asyncio.Runner) -> None:
        self._world, self._runner, self._names, self._keys = world, runner, names, keys
        self._turns = cycle(["everything"] * 3 + list(keys) + ["no key", "a wrong key"])

    def ask(self, case: Case, caller: str | None = None) -> None:
        """Send a request and hold the answer against the document. Raises what schemathesis raises."""
        answer = self._runner.run(self._send(self._wired(case, caller or next(self._turns))))
        case.validate_response(answer, checks=_checks_of(case))

    def with_names(self, case: Case) -> Case:
        """The same request for something that there is, on the version that counts."""
        known = self.names_for(case.operation.path)
        case.path_parameters = {**(case.path_parameters or {}), **known}
        if reference := known.get("reference"):
            case.headers["If-Match"] = self._runner.run(self._version(reference))
        return case

    async def _version(self, reference: str) -> str:
        proof = {"Authorization": f"Bearer {self._keys['everything']}"}
        return (await self._world.http.get(f"/v1/incidents/{reference}", headers=proof)).headers["ETag"]

    def names_for(self, path: str) -> dict[str, Any]:
        """Values of the parameters of a path that lead to something."""
        found = [known for start, known in self._names.items() if path.startswith(start)]
        return {name: value for known in found for name, value in known.items() if f"{{{name}}}" in path}

    async def _send(self, request: httpx.Request) -> httpx.Response:
        return await self._world.http.send(request)

    def _wired(self, case: Case, caller: str) -> httpx.Request:
        given = requests.Request(**case.as_transport_kwargs(base_url=BASE)).prepare()
        headers = [(name, value) for name, value in given.headers.items() if name.lower() not in _OURS]
        key = self._keys.get(caller, "cand_00000000_wrong" if caller == "a wrong key" else "")
        proof = [("Authorization", f"Bearer {key}")] if key else []
        body = given.body.encode() if isinstance(given.body, str) else given.body
        assert body is None or isinstance(body, bytes)
        return httpx.Request(
            str(given.method), str(given.url), headers=_octets([*headers, *proof]), content=body
        )


def _checks_of(case: Case) -> list[schemathesis.CheckFunction]:
    """Another path of the document may serve the same address with other methods: `/v1/requests/batch` is one of
    `/v1/requests/{request_id}` too."""
    path, others = case.operation.path, case.operation.schema.keys()
    shared = any(other != path and _pattern(other).fullmatch(path) for other in others)
    return CHECKS if shared else CHECKS + METHOD_CHECKS


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{.*?\\}", "[^/]+", re.escape(path)))


_OURS = {"authorization", "x-api-key", "host", "accept-encoding", "connection", "cookie"}


def _octets(headers: Sequence[tuple[str, str | bytes]]) -> list[tuple[bytes, bytes]]:
    return [
        (name.encode(), value if isinstance(value, bytes) else value.encode("latin-1", "replace"))
        for name, value in headers
    ]


@contextmanager
def installed(folder: Path) -> Iterator[Installation]:
    """The installation, as long as it is needed."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        world = runner.run(stack.enter_async_context(opened(folder / "data", webhook_allow="127.0.0.0/8")))
        try:
            names = runner.run(populate(world))
            yield Installation(world, names, _keys(folder / "data" / "keys.json"), runner)
        finally:
            runner.run(stack.aclose())


def _keys(path: Path) -> dict[str, str]:
    ring = KeyRing(path)
    scopes: dict[str, Sequence[Scope]] = {one: [one] for one in SCOPES}
    return {name: ring.add(name, several) for name, several in {**scopes, "everything": SCOPES}.items()}


def operations(document: Json) -> list[Operation]:
    """The operations of a document, each of which has to be described as OpenAPI has it."""
    schema = schemathesis.openapi.from_dict(document)
    schema.validate()
    found = list(schema.get_all_operations())
    wrong = [one.err() for one in found if isinstance(one, Err)]
    assert wrong == []
    return [one.ok() for one in found if isinstance(one, Ok)]


def corner_cases(operation: Operation) -> Iterator[Case]:
    """What lies on and beyond the borders of each parameter and of the body: always the same."""
    schema = operation.schema
    assert isinstance(schema, OpenApiSchema)
    return schema.iter_coverage_cases(
        operation, generation_modes=MODES, generation_config=schema.config.generation
    )


def explore(
    installation: Installation,
    operation: Operation,
    examples: int,
    *,
    anew: bool = False,
) -> None:
    """Send fitting and unfitting requests that are made up. `anew`: others at every run."""
    known = installation.names_for(operation.path)
    for mode in MODES:

        @settings(
            max_examples=examples,
            derandomize=not anew,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        )
        @given(case=operation.as_strategy(generation_mode=mode), exists=st.booleans())
        def explored(case: Case, exists: bool) -> None:
            installation.ask(installation.with_names(case) if known and exists else case)

        with suppress(Unsatisfiable):  # nothing is unfitting for who takes everything
            explored()
