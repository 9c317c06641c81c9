"""A peer of the tests: the Python package `websockets`, as a client or as a server. It reports what it makes of the link.

Arguments: `client URL` or `server`. It prints a line of JSON for each thing that happens; a server prints its port first.
"""
import asyncio
import json
import sys

import websockets
from websockets.asyncio.client import connect
from websockets.asyncio.server import serve

SUBPROTOCOL = "ocpp1.6"


def say(**facts):
    print(json.dumps(facts), flush=True)


async def talk(link):
    try:
        async for text in link:
            say(text=text)
            message = json.loads(text)
            if message[0] == 2:
                answer = {"currentTime": "2030-01-01T00:00:00Z", "interval": 300, "status": "Accepted"}
                await link.send(json.dumps([3, message[1], answer]))
        say(closed=link.close_code, reason=link.close_reason)
    except websockets.exceptions.ConnectionClosedError as error:
        say(closed=link.close_code, error=str(error))


async def client(url):
    say(ready=True)
    try:
        async with connect(url, subprotocols=[SUBPROTOCOL], open_timeout=5) as link:
            say(agreed=link.subprotocol)
            await link.send(json.dumps([2, "1", "Heartbeat", {}]))
            await talk(link)
    except Exception as error:  # what the package says is what the test looks at
        say(failed=type(error).__name__, error=str(error))


async def server():
    async with serve(talk, "127.0.0.1", 0, subprotocols=[SUBPROTOCOL]) as listening:
        say(port=listening.sockets[0].getsockname()[1])
        await asyncio.Future()


asyncio.run(client(sys.argv[2]) if sys.argv[1] == "client" else server())
