"""Lists the tools of `ocpp-tui mcp` with the client of the package mcp, and runs a command. Prints `missing` without the package."""

import asyncio
import os
import sys

try:
    from mcp import ClientSession, StdioServerParameters
    from mcp.client.stdio import stdio_client
except ImportError:
    print("missing")
    sys.exit(0)


async def main():
    server = StdioServerParameters(command=sys.argv[1], args=["mcp"], env=dict(os.environ))
    async with stdio_client(server) as (reader, writer), ClientSession(reader, writer) as session:
        await session.initialize()
        tools = await session.list_tools()
        print(" ".join(tool.name for tool in tools.tools))
        started = await session.call_tool("run_command", {"line": "start_cs 0 -p ocpp1.6"})
        assert not getattr(started, "isError", getattr(started, "is_error", False)), started
        heard = await session.call_tool("list_events", {})
        print(heard.content[0].text)


asyncio.run(main())
