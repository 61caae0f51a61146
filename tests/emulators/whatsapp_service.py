"""The Graph API over HTTP: admits a call, lets a fault befall it, carries it out, reports what became of a message."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.emulators import whatsapp_graph as graph
from tests.emulators.whatsapp_errors import GraphError
from tests.emulators.whatsapp_faults import BROKEN_CONNECTION, Fault, Faults, Gate, Mishaps
from tests.emulators.whatsapp_methods import Sent, accept, addressed, mark_read, settle
from tests.emulators.whatsapp_state import State
from tests.emulators.whatsapp_world import Call, Contact, Json

LARGEST_REQUEST = 110 * 2**20
BEFORE_EFFECT = {"drop", "timeout", "garbage"}
GARBAGE = "<html><h1>Sorry, something went wrong.</h1></html>"


@dataclass(slots=True)
class Outcome:
    """What one request comes to: an answer, a file, a message to be reported, a fault that befell it."""

    path: str
    given: Json = field(default_factory=dict)
    body: Json = field(default_factory=dict)
    file: tuple[bytes, str] | None = None
    sent: Sent | None = None
    fault: Fault | None = None
    error: GraphError | None = None

    @property
    def broken(self) -> bool:
        """Whether the caller never gets the answer."""
        return self.error is None and self.fault is not None and self.fault.kind in BROKEN_CONNECTION


@dataclass(slots=True, eq=False)
class Service:
    """Answers the town's calls. `in_air` is how many are under way, `closing` ends those that never answer."""

    state: State
    gate: Gate | None
    latency: float
    mishaps: Mishaps
    faults: Faults = field(default_factory=Faults)
    calls: list[Call] = field(default_factory=list)
    receipts: list[tuple[str, float]] = field(default_factory=list)
    in_air: int = 0
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one request, or break its connection."""
        started = asyncio.get_running_loop().time()
        self.in_air += 1
        try:
            outcome = await self._outcome(request)
            early = self.state.statuses.early or outcome.broken
            if outcome.sent is not None and early:
                await self._report(outcome.sent, outcome.fault)
            response = _response(outcome)
            self._record(request.method, outcome, started, response.status)
            if not outcome.broken:
                try:
                    await response.prepare(request)
                    await response.write_eof()
                finally:  # the message is on its way, whether or not its sender still listens
                    if outcome.sent is not None and not early:
                        await self._report(outcome.sent, outcome.fault)
                return response
        finally:
            self.in_air -= 1
            self.state.hooks.wake()
        return await self._break(request, outcome)

    async def _outcome(self, request: web.Request) -> Outcome:
        outcome = Outcome(request.path)
        try:
            if self.latency:
                await asyncio.sleep(self.latency)
            graph.admit(self.state, request.headers.getall("Authorization", []))
            asked = graph.route(self.state, request.method, request.path)
            outcome.path = asked.path
            outcome.given = await _given(request, asked.call)
            call = "read" if asked.call == "messages" and "status" in outcome.given else asked.call
            outcome.fault = self._fault(call, outcome.given)
            if outcome.fault is not None and (error := outcome.fault.error()):
                raise error
            if outcome.fault is None or outcome.fault.kind not in BEFORE_EFFECT:
                await self._carry_out(request, asked, call, outcome)
        except GraphError as refusal:
            outcome.error = refusal
        except web.HTTPRequestEntityTooLarge:
            outcome.error = GraphError(100, "The request is too large.", http=413)
        return outcome

    def _fault(self, call: str, given: Json) -> Fault | None:
        to: Contact | None = addressed(self.state, given) if call == "messages" else None
        return self.faults.take(call, to) or (self.mishaps.take() if call == "messages" else None)

    async def _carry_out(self, request: web.Request, asked: graph.Route, call: str, outcome: Outcome) -> None:
        if call == "messages":
            outcome.sent = self._send(outcome.given, outcome.fault)
            outcome.body = outcome.sent.answer
        elif call == "read":
            outcome.body = mark_read(self.state, outcome.given)
        elif call == "upload":
            outcome.body = await graph.upload(self.state, request)
        elif call == "download":
            query = request.query
            media = self.state.library.at_address(query.get("mid", ""), query.get("ext", ""), query.get("hash", ""))
            if media is None:
                raise GraphError(100, "The media is gone, or its URL is too old.", http=404, subcode=33)
            outcome.file = (media.data, media.mime)
        else:
            outcome.body = graph.answer(self.state, asked, request.query)

    def _send(self, given: Json, fault: Fault | None) -> Sent:
        whom = str(given.get("to") or given.get("recipient"))
        sent = accept(self.state, given)
        if self.gate is not None:
            user = sent.person.user_id if sent.person is not None else sent.phone or sent.user_id
            self.gate.check(user, asyncio.get_running_loop().time())
        if fault is not None and fault.kind == "status":
            sent.failure = GraphError(fault.code)
        self.receipts.append((whom, time.monotonic()))
        return sent

    async def _report(self, sent: Sent, fault: Fault | None) -> None:
        """Report a message; when statuses come early, wait for the town to take them, but not for ever: it may be
        holding them until this very send is answered."""
        contacts = fault.contacts if fault is not None and fault.kind == "status" else None
        coming = [delivery.done for delivery in settle(self.state, sent, contacts) if delivery is not None]
        if coming and self.state.statuses.early:
            await asyncio.wait(coming, timeout=self.state.statuses.early_seconds)

    def _record(self, method: str, outcome: Outcome, started: float, status: int) -> None:
        if not self.state.keeps_record:
            return
        code = outcome.error.code if outcome.error is not None else 0
        fault = outcome.fault.kind if outcome.fault is not None else ""
        self.calls.append(Call(method, outcome.path, outcome.given, started, status, code, fault))

    async def _break(self, request: web.Request, outcome: Outcome) -> web.StreamResponse:
        if outcome.fault is not None and outcome.fault.kind.startswith("timeout"):
            await self.closing.wait()  # the caller gives up first, which ends this handler
        half = web.StreamResponse(headers={"Content-Type": "application/json"})
        half.content_length = 1000
        await half.prepare(request)
        await half.write(b'{"messaging_product"')
        if request.transport is not None:
            request.transport.abort()
        return half


async def _given(request: web.Request, call: str) -> Json:
    """What the call says: its JSON, or its query. Raises GraphError for a body that is no JSON object."""
    if call != "messages":
        return dict(request.query)
    try:
        body: Any = await request.json() if request.content_type == "application/json" else None
    except (json.JSONDecodeError, UnicodeDecodeError):
        body = None
    if not isinstance(body, dict):
        raise GraphError(100, "The parameter messaging_product is required.")
    return body


def _response(outcome: Outcome) -> web.Response:
    if outcome.error is not None:
        refusal = outcome.error
        return web.json_response(refusal.body(), status=refusal.http, headers=refusal.headers())
    if outcome.fault is not None and outcome.fault.kind in {"garbage", "garbage_after"}:
        return web.Response(text=GARBAGE, content_type="text/html")
    if outcome.file is not None:
        data, mime = outcome.file
        return web.Response(body=data, headers={"Content-Type": mime})
    return web.json_response(outcome.body)
