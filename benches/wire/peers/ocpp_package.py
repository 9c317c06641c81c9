"""A central system with the Python packages `ocpp` and `websockets`, as their documentation makes one: it answers Heartbeat, StatusNotification and
MeterValues, and every message is checked by the schemas of the package. The argument is the port."""

import asyncio
import sys
from datetime import datetime, timezone

import websockets
from ocpp.routing import on
from ocpp.v16 import ChargePoint, call_result


class Station(ChargePoint):
    @on("Heartbeat")
    def heartbeat(self):
        return call_result.Heartbeat(current_time=datetime.now(timezone.utc).isoformat())

    @on("StatusNotification")
    def status_notification(self, **_):
        return call_result.StatusNotification()

    @on("MeterValues")
    def meter_values(self, **_):
        return call_result.MeterValues()


async def serve(socket):
    try:
        await Station(socket.request.path.strip("/"), socket).start()
    except websockets.ConnectionClosed:
        pass


async def main():
    async with websockets.serve(serve, "127.0.0.1", int(sys.argv[1]), subprotocols=["ocpp1.6"]):
        await asyncio.Future()


asyncio.run(main())
