# A central system with the package `ocpp` of PyPI, which checks every message by schemas of its own. It prints its port; each line of its
# input, `Action {payload}`, is a call to the charge point that is connected. With an argument it lets in who shows this password, or the one
# that an accepted AuthorizationKey has set since. It needs the package `websockets`, too.

import asyncio
import base64
import json
import logging
import sys
from datetime import datetime, timezone
from http import HTTPStatus

import websockets
from ocpp.charge_point import camel_to_snake_case
from ocpp.routing import on
from ocpp.v16 import ChargePoint, call, call_result

logging.disable(logging.CRITICAL)

TAGS = {
    "TAG1": {"status": "Accepted", "parentIdTag": "GROUP1"},
    "TAG3": {"status": "Accepted", "parentIdTag": "GROUP1"},
    "EXPIRED1": {"status": "Expired"},
    "BLOCKED1": {"status": "Blocked"},
}
password = sys.argv[1].encode() if len(sys.argv) > 1 else None
connected = []
started = []


def info_of(id_tag):
    return TAGS.get(id_tag, {"status": "Invalid"})


def time():
    return datetime.now(timezone.utc).isoformat().replace("+00:00", "Z")


class Station(ChargePoint):
    @on("BootNotification")
    def boot(self, **_):
        return call_result.BootNotification(current_time=time(), interval=300, status="Accepted")

    @on("Heartbeat")
    def heartbeat(self, **_):
        return call_result.Heartbeat(current_time=time())

    @on("Authorize")
    def authorize(self, id_tag, **_):
        return call_result.Authorize(id_tag_info=info_of(id_tag))

    @on("StartTransaction")
    def start_transaction(self, id_tag, **_):
        started.append(id_tag)
        return call_result.StartTransaction(transaction_id=len(started), id_tag_info=info_of(id_tag))

    @on("StopTransaction")
    def stop_transaction(self, id_tag=None, **_):
        return call_result.StopTransaction(id_tag_info=info_of(id_tag) if id_tag else None)

    @on("DataTransfer")
    def data_transfer(self, **_):
        return call_result.DataTransfer(status="UnknownVendorId")

    @on("SignCertificate")
    def sign(self, **_):
        return call_result.SignCertificate(status="Accepted")


def acknowledges(action):
    def handler(self, **_):
        return getattr(call_result, action)()

    handler.__name__ = action  # by which the package finds it
    return on(action)(handler)


for action in ["StatusNotification", "MeterValues", "FirmwareStatusNotification", "DiagnosticsStatusNotification",
               "SecurityEventNotification", "LogStatusNotification", "SignedFirmwareStatusNotification"]:
    setattr(Station, action, acknowledges(action))


async def serve(socket):
    station = Station(socket.request.path.strip("/"), socket)
    connected.append(station)
    try:
        await station.start()
    except websockets.ConnectionClosed:
        pass


def let_in(connection, request):
    shown = base64.b64encode(request.path.strip("/").encode() + b":" + (password or b"")).decode()
    if password is not None and request.headers.get("Authorization") != f"Basic {shown}":
        return connection.respond(HTTPStatus.UNAUTHORIZED, "")


async def send(station, action, payload):
    global password
    try:
        answer = await station.call(getattr(call, action)(**camel_to_snake_case(payload)), suppress=False)
        if payload.get("key") == "AuthorizationKey" and answer.status == "Accepted" and password is not None:
            password = bytes.fromhex(payload["value"])
    except Exception as error:  # which is told, and judged by the case
        print(f"{action}: {error!r}", file=sys.stderr, flush=True)


async def main():
    async with websockets.serve(serve, "127.0.0.1", 0, subprotocols=["ocpp1.6"], process_request=let_in) as server:
        print(f"port {server.sockets[0].getsockname()[1]}", flush=True)
        tasks = []
        while line := await asyncio.to_thread(sys.stdin.readline):
            action, payload = line.split(" ", 1)
            tasks.append(asyncio.create_task(send(connected[-1], action, json.loads(payload))))


asyncio.run(main())
