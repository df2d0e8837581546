"""Asks a server through the Python SDK and prints what came back; the server's words are the arguments, its env is ours."""

import asyncio
import json
import os
import sys

from mcp import ClientSession, StdioServerParameters, stdio_client


async def ask(words):
    parameters = StdioServerParameters(command=words[0], args=words[1:], env=dict(os.environ))
    async with stdio_client(parameters) as (reader, writer):
        async with ClientSession(reader, writer) as session:
            await session.initialize()
            tools = await session.list_tools()
            call = await session.call_tool("echo", {"message": "hello from Python"})
            return {"tools": tools.model_dump(mode="json"), "call": call.model_dump(mode="json")}


print(json.dumps(asyncio.run(ask(sys.argv[1:]))))
