# One end of a link with the package `ocpp` of PyPI, which checks every message by schemas of its own, in OCPP 2.0.1 or 2.1.
# Its arguments are the role, `csms` or `station`, the version, and of a station the port to connect to. A CSMS prints its port. The first
# line of its input has its answers, `{"Action": payload}`; each line behind it, `Action payload`, is a call, whose result or error is
# printed as JSON. A call of the peer that it refuses is printed, too. It needs the package `websockets`.

import asyncio
import importlib
import json
import logging
import sys

import websockets
from ocpp.charge_point import camel_to_snake_case, remove_nones, serialize_as_dict, snake_to_camel_case
from ocpp.messages import Call, MessageType, validate_payload
from ocpp.routing import on

role, version = sys.argv[1:3]
package = importlib.import_module({"2.0.1": "ocpp.v201", "2.1": "ocpp.v21"}[version])
# What the package cannot build, because a name or an argument of its classes is wrong, is sent past them; the schemas still check it.
links = []


def say(**line):
    print(json.dumps(line), flush=True)


class Refusals(logging.Handler):
    def emit(self, record):
        if record.levelno >= logging.WARNING:
            error = record.exc_info[1] if record.exc_info else ""
            say(refused=f"{record.getMessage()} {error!r} {getattr(error, 'details', '')}")


logger = logging.getLogger("ocpp")
logger.addHandler(Refusals())
logger.propagate = False


class Peer(package.ChargePoint):
    async def ask(self, action, payload):
        try:
            message = getattr(package.call, action)(**camel_to_snake_case(payload))
            faithful = remove_nones(snake_to_camel_case(serialize_as_dict(message))) == payload
        except (AttributeError, TypeError):
            faithful = False
        if faithful:
            return serialize_as_dict(await self.call(message, suppress=False))
        call = Call(str(self._unique_id_generator()), action, payload)
        await validate_payload(call, version)
        await self._send(call.to_json())
        answer = await self._get_specific_response(call.unique_id, 30)
        if answer.message_type_id == MessageType.CallError:
            raise answer.to_exception()
        answer.action = action
        await validate_payload(answer, version)
        return answer.payload


def answers(action, payload):
    def handler(self, **_):
        return getattr(package.call_result, action)(**camel_to_snake_case(payload))

    handler.__name__ = action  # by which the package finds it
    return on(action)(handler)


async def serve(socket):
    link = Peer("CP1", socket, response_timeout=30)
    links.append(link)
    try:
        await link.start()
    except websockets.ConnectionClosed:
        pass


async def line():
    return await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)


async def main():
    for action, payload in json.loads(await line()).items():
        setattr(Peer, action, answers(action, payload))
    protocol = [f"ocpp{version}"]
    if role == "csms":
        server = await websockets.serve(serve, "127.0.0.1", 0, subprotocols=protocol)
        say(port=server.sockets[0].getsockname()[1])
    else:
        socket = await websockets.connect(f"ws://127.0.0.1:{sys.argv[3]}/CP1", subprotocols=protocol)
        task = asyncio.create_task(serve(socket))
        say(port=0)
    while text := await line():
        action, payload = text.split(" ", 1)
        try:
            say(action=action, result=await links[-1].ask(action, json.loads(payload)))
        except Exception as error:
            say(action=action, error=f"{error!r} {getattr(error, 'details', '')}")


asyncio.run(main())
