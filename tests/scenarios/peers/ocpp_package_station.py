# A charge point with the package `ocpp` of PyPI, which checks every message by schemas of its own: Core and RemoteTrigger, two sockets. It
# connects to `ws://127.0.0.1:PORT/CP1`, PORT is its argument, and again whenever the link is lost. Each line of its input is what a person
# is asked to do at it: `Plug a car in at connector 1.` It ends with its input, and needs the package `websockets`, too.

import asyncio
import logging
import re
import sys
from datetime import datetime, timezone

import websockets
from ocpp.routing import on
from ocpp.v16 import ChargePoint, call, call_result

logging.disable(logging.CRITICAL)

PROFILES = "Core,RemoteTrigger"
NUMBERS = {
    "ClockAlignedDataInterval": 0, "ConnectionTimeOut": 30, "HeartbeatInterval": 300, "MeterValueSampleInterval": 60, "ResetRetries": 1,
    "TransactionMessageAttempts": 3, "TransactionMessageRetryInterval": 5,
}
FLAGS = {
    "AllowOfflineTxForUnknownId": "false", "AuthorizationCacheEnabled": "true", "AuthorizeRemoteTxRequests": "false",
    "LocalAuthorizeOffline": "true", "LocalPreAuthorize": "false", "StopTransactionOnEVSideDisconnect": "true",
    "StopTransactionOnInvalidId": "true", "UnlockConnectorOnEVSideDisconnect": "true",
}
ENERGY = "Energy.Active.Import.Register"
TEXTS = {
    "ConnectorPhaseRotation": "NotApplicable", "MeterValuesAlignedData": ENERGY, "MeterValuesSampledData": ENERGY, "StopTxnAlignedData": "",
    "StopTxnSampledData": "",
}
FIXED = {"GetConfigurationMaxKeys": "50", "NumberOfConnectors": "2", "SupportedFeatureProfiles": PROFILES}


def time():
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Connector:
    def __init__(self, number):
        self.number, self.meter = number, 1000
        self.operative, self.lock_works = True, True
        self.car = self.cable = False  # the car can leave while the cable stays locked
        self.error = None  # the code of a fault
        self.tag = self.waiting = None  # an authorised tag that waits for the cable, and its timer
        self.transaction = None  # {"id", "tag", "parent", "suspended"}
        self.finishing = False

    def status(self):
        if self.error:
            return "Faulted"
        if self.transaction:
            return self.transaction["suspended"] or "Charging"
        if self.finishing:
            return "Finishing"
        if self.cable or self.tag:
            return "Preparing"
        return "Available" if self.operative else "Unavailable"


class Machine:
    """What stays when the link goes."""

    def __init__(self):
        self.values = {**{key: str(value) for key, value in NUMBERS.items()}, **FLAGS, **TEXTS, **FIXED}
        self.connectors = {number: Connector(number) for number in (1, 2)}
        self.cache, self.queue = {}, asyncio.Queue()
        self.link, self.accepted, self.tasks = None, asyncio.Event(), set()
        self.power, self.network = asyncio.Event(), asyncio.Event()
        self.power.set()
        self.network.set()
        self.operative = True  # connector 0

    def later(self, work):
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def flag(self, key):
        return self.values[key].lower() == "true"

    # what is sent

    async def send(self, request):
        """Sends a call now; nothing when there is no link, or no answer."""
        try:
            return await self.link.call(request, suppress=False) if self.accepted.is_set() else None
        except Exception:  # an error, silence, or a lost link
            return None

    async def tell(self, connector=None, code=None):
        if connector is None:
            status = "Available" if self.operative else "Unavailable"
            await self.send(call.StatusNotification(connector_id=0, error_code="NoError", status=status))
        else:
            code = code or connector.error or "NoError"
            await self.send(call.StatusNotification(connector.number, code, connector.status(), timestamp=time()))

    async def deliver(self):
        """Sends the messages of transactions in their order, each until it is answered."""
        while True:
            request, done = await self.queue.get()
            answer, attempts = None, 0
            while answer is None and attempts < int(self.values["TransactionMessageAttempts"]):
                await self.accepted.wait()
                link = self.link
                if isinstance(getattr(request, "transaction_id", None), dict):
                    request.transaction_id = request.transaction_id["id"]  # which is known by now
                answer = await self.send(request)
                if answer is None and link is self.link and self.accepted.is_set():
                    attempts += 1
                    await asyncio.sleep(attempts * int(self.values["TransactionMessageRetryInterval"]))
            if done and answer:
                await done(answer)

    # transactions

    async def authorized(self, tag):
        known = self.cache.get(tag) if self.flag("AuthorizationCacheEnabled") else None
        if known and (self.flag("LocalPreAuthorize") if self.accepted.is_set() else self.flag("LocalAuthorizeOffline")):
            return known
        if not self.accepted.is_set():
            return {"status": "Accepted" if self.flag("AllowOfflineTxForUnknownId") else "Invalid"}
        answer = await self.send(call.Authorize(tag))
        if not answer:
            return {"status": "Invalid"}
        self.cache[tag] = answer.id_tag_info
        return answer.id_tag_info

    async def present(self, tag, connector):
        running = connector.transaction
        if running and running["tag"] == tag:
            return await self.stop(connector, "Local", tag)
        info = await self.authorized(tag)
        if info["status"] != "Accepted":
            return
        if running:
            if running["parent"] and info.get("parent_id_tag") == running["parent"]:
                await self.stop(connector, "Local", tag)
            return
        connector.tag = tag
        if connector.cable:
            await self.start(connector)
        else:
            await self.tell(connector)
            connector.waiting = asyncio.create_task(self.gives_up(connector))

    async def gives_up(self, connector):
        await asyncio.sleep(int(self.values["ConnectionTimeOut"]))
        connector.tag = connector.waiting = None
        await self.tell(connector)

    async def start(self, connector):
        if connector.waiting:
            connector.waiting.cancel()
        tag, connector.tag, connector.waiting = connector.tag, None, None
        if not connector.lock_works:
            return await self.tell(connector, "ConnectorLockFailure")
        mine = connector.transaction = {"id": 0, "tag": tag, "parent": None, "suspended": None}

        async def answered(answer):
            info = self.cache[tag] = answer.id_tag_info
            mine["id"], mine["parent"] = answer.transaction_id, info.get("parent_id_tag")
            if info["status"] != "Accepted" and connector.transaction is mine:
                if self.flag("StopTransactionOnInvalidId"):
                    await self.stop(connector, "DeAuthorized")
                else:
                    mine["suspended"] = "SuspendedEVSE"
                    await self.tell(connector)

        request = call.StartTransaction(connector.number, tag, connector.meter, time())
        self.queue.put_nowait((request, answered))
        self.later(self.samples(connector, mine))
        await self.tell(connector)

    async def stop(self, connector, reason, tag=None):
        mine, connector.transaction, connector.finishing = connector.transaction, None, connector.cable
        request = call.StopTransaction(connector.meter, time(), mine, reason=reason, id_tag=tag)
        self.queue.put_nowait((request, None))
        if self.power.is_set():
            await self.tell(connector)

    def reading(self, connector, context):
        value = {"value": str(connector.meter), "context": context, "measurand": ENERGY, "unit": "Wh"}
        return [{"timestamp": time(), "sampledValue": [value]}]

    async def samples(self, connector, mine):
        while True:
            interval = int(self.values["MeterValueSampleInterval"])
            await asyncio.sleep(interval or 1)
            if connector.transaction is not mine:
                return
            connector.meter += interval * 2
            if interval:
                request = call.MeterValues(connector.number, self.reading(connector, "Sample.Periodic"), transaction_id=mine)
                self.queue.put_nowait((request, None))

    async def clock(self):
        while True:
            interval = int(self.values["ClockAlignedDataInterval"])
            await asyncio.sleep(interval - datetime.now().timestamp() % interval if interval else 1)
            for connector in self.connectors.values() if interval and self.power.is_set() else []:
                request = call.MeterValues(connector.number, self.reading(connector, "Sample.Clock"), transaction_id=connector.transaction)
                self.queue.put_nowait((request, None))

    # hands

    async def obey(self, sentence):
        found = re.search(r"connector (\d+)", sentence)
        connector = self.connectors[int(found[1]) if found else 1]
        if sentence.startswith("Plug a car in"):
            connector.car = connector.cable = True
            if connector.transaction:
                connector.transaction["suspended"] = None
            if connector.tag:
                return await self.start(connector)
            await self.tell(connector)
        elif re.match("Unplug|Take the cable out", sentence):
            stops = connector.transaction and self.flag("StopTransactionOnEVSideDisconnect")
            locked = connector.transaction and not (stops and self.flag("UnlockConnectorOnEVSideDisconnect"))
            connector.car, connector.cable = False, bool(locked)
            if stops:
                return await self.stop(connector, "EVDisconnected")
            if connector.transaction:
                connector.transaction["suspended"] = "SuspendedEV"
            connector.finishing = False
            await self.tell(connector)
        elif sentence.startswith("Present the card"):
            await self.present(sentence.split()[3].rstrip("."), connector)
        elif sentence.startswith("Cause"):
            connector.error = "GroundFailure"
            await self.tell(connector)
        elif sentence.startswith("Repair"):
            connector.error = None
            await self.tell(connector)
        elif sentence.startswith("Let the lock"):
            connector.lock_works = "work" in sentence
        elif sentence.endswith("charge point off."):
            self.power.clear()
            await self.lose()
            for connector in self.connectors.values():
                if connector.transaction:
                    await self.stop(connector, "PowerLoss")
        elif sentence.endswith("charge point on."):
            self.power.set()
        elif sentence.startswith("Cut the network"):
            self.network.clear()
            await self.lose()
        elif sentence.startswith("Give the charge point its network"):
            self.network.set()
        elif " connect to " not in sentence:  # which it does by itself
            print(f"nobody does this: {sentence}", file=sys.stderr, flush=True)

    # the link

    async def lose(self):
        self.accepted.clear()
        if self.link:
            self.link.socket.transport.abort()

    async def restart(self, kind):
        for connector in self.connectors.values():
            if connector.transaction:
                await self.stop(connector, f"{kind}Reset")
        for _ in range(50):
            if kind == "Soft" and not self.queue.empty():
                await asyncio.sleep(0.1)
        await asyncio.sleep(0.2)
        self.booted = False
        await self.lose()

    async def live(self, port):
        self.booted = False
        while True:
            await self.power.wait()
            await self.network.wait()
            try:
                async with websockets.connect(f"ws://127.0.0.1:{port}/CP1", subprotocols=["ocpp1.6"]) as socket:
                    self.link = Station(self, socket)
                    self.later(self.boot(self.link))
                    await self.link.start()
            except (OSError, websockets.WebSocketException):
                pass
            self.accepted.clear()
            self.booted = self.booted and self.power.is_set()
            await asyncio.sleep(0.3)

    async def boot(self, link):
        while not self.booted and link is self.link:
            answer = await link.call(call.BootNotification("Sockets", "Two"), suppress=False)
            if answer.status == "Accepted":
                self.values["HeartbeatInterval"] = str(answer.interval or 300)
                self.booted = True
            else:
                await asyncio.sleep(answer.interval or 30)
        self.accepted.set()
        await self.tell()
        for connector in self.connectors.values():
            await self.tell(connector)

    async def heart(self):
        waited = 0
        while True:
            await asyncio.sleep(0.5)
            waited = waited + 0.5 if self.accepted.is_set() else 0
            if waited >= (int(self.values["HeartbeatInterval"]) or waited + 1):
                waited = 0
                await self.send(call.Heartbeat())


class Station(ChargePoint):
    """One link."""

    def __init__(self, machine, socket):
        super().__init__("CP1", socket)
        self.machine, self.socket = machine, socket

    @on("GetConfiguration")
    def get_configuration(self, key=None):
        values = self.machine.values
        names = {name.lower(): name for name in values}
        known = [names[name.lower()] for name in key if name.lower() in names] if key else list(values)
        entries = [{"key": name, "readonly": name in FIXED, "value": values[name]} for name in known]
        return call_result.GetConfiguration(entries, [name for name in key or [] if name.lower() not in names])

    @on("ChangeConfiguration")
    def change_configuration(self, key, value):
        fits = key in TEXTS or (key in FLAGS and value.lower() in ("true", "false")) or (key in NUMBERS and value.isdigit())
        if fits:
            self.machine.values[key] = value
        known = key in self.machine.values
        return call_result.ChangeConfiguration("Accepted" if fits else "Rejected" if known else "NotSupported")

    @on("RemoteStartTransaction")
    def remote_start(self, id_tag, connector_id=None, **_):
        machine = self.machine
        every = machine.connectors
        chosen = list(every.values()) if connector_id is None else [every[connector_id]] if connector_id in every else []
        ready = [it for state in ("Preparing", "Available") for it in chosen if it.status() == state and not it.tag]
        if not ready:
            return call_result.RemoteStartTransaction("Rejected")

        async def follow():
            if machine.flag("AuthorizeRemoteTxRequests"):
                return await machine.present(id_tag, ready[0])
            ready[0].tag = id_tag
            if ready[0].cable:
                return await machine.start(ready[0])
            await machine.tell(ready[0])
            ready[0].waiting = asyncio.create_task(machine.gives_up(ready[0]))

        machine.later(follow())
        return call_result.RemoteStartTransaction("Accepted")

    @on("RemoteStopTransaction")
    def remote_stop(self, transaction_id):
        for it in self.machine.connectors.values():
            if it.transaction and it.transaction["id"] == transaction_id:
                self.machine.later(self.machine.stop(it, "Remote"))
                return call_result.RemoteStopTransaction("Accepted")
        return call_result.RemoteStopTransaction("Rejected")

    @on("UnlockConnector")
    def unlock(self, connector_id):
        it = self.machine.connectors.get(connector_id)
        if it is None:
            return call_result.UnlockConnector("NotSupported")
        if not it.lock_works:
            return call_result.UnlockConnector("UnlockFailed")
        if it.transaction:
            self.machine.later(self.machine.stop(it, "UnlockCommand"))
        elif it.cable and not it.car:
            it.cable = it.finishing = False
            self.machine.later(self.machine.tell(it))
        return call_result.UnlockConnector("Unlocked")

    @on("ChangeAvailability")
    def change_availability(self, connector_id, type):
        machine, operative = self.machine, type == "Operative"
        if connector_id and connector_id not in machine.connectors:
            return call_result.ChangeAvailability("Rejected")
        chosen = [machine.connectors[connector_id]] if connector_id else list(machine.connectors.values())

        async def follow():
            if not connector_id:
                machine.operative = operative
                await machine.tell()
            for it in chosen:
                it.operative = operative
                await machine.tell(it)

        machine.later(follow())
        running = any(it.transaction for it in chosen) and not operative
        return call_result.ChangeAvailability("Scheduled" if running else "Accepted")

    @on("Reset")
    def reset(self, type):
        self.machine.later(self.machine.restart(type))
        return call_result.Reset("Accepted")

    @on("ClearCache")
    def clear_cache(self):
        self.machine.cache.clear()
        return call_result.ClearCache("Accepted")

    @on("DataTransfer")
    def data_transfer(self, **_):
        return call_result.DataTransfer("UnknownVendorId")

    @on("TriggerMessage")
    def trigger(self, requested_message, connector_id=None):
        machine = self.machine
        if connector_id is not None and connector_id != 0 and connector_id not in machine.connectors:
            return call_result.TriggerMessage("Rejected")
        chosen = [machine.connectors[connector_id]] if connector_id else list(machine.connectors.values())

        async def follow():
            if requested_message == "BootNotification":
                await self.call(call.BootNotification("Sockets", "Two"))
            elif requested_message == "Heartbeat":
                await machine.send(call.Heartbeat())
            for it in chosen:
                if requested_message == "StatusNotification":
                    await machine.tell(it)
                elif requested_message == "MeterValues":
                    values = machine.reading(it, "Trigger")
                    await machine.send(call.MeterValues(it.number, values, it.transaction and it.transaction["id"]))

        if requested_message not in ("BootNotification", "Heartbeat", "StatusNotification", "MeterValues"):
            return call_result.TriggerMessage("NotImplemented")
        machine.later(follow())
        return call_result.TriggerMessage("Accepted")


async def main():
    machine = Machine()
    for work in (machine.live(sys.argv[1]), machine.deliver(), machine.clock(), machine.heart()):
        machine.later(work)
    print("ready", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        machine.later(machine.obey(line.strip()))


asyncio.run(main())
