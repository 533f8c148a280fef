"""WebDriver BiDi for ordinary, blocking test code.

The socket lives in an event loop of its own thread, so a test may call from anywhere, also from
under Playwright's loop. Messages follow https://w3c.github.io/webdriver-bidi/.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Coroutine
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any, TypeVar

import aiohttp

Json = dict[str, Any]
T = TypeVar("T")

CALL_SECONDS = 30.0


class BidiError(Exception):
    """The browser refused a command; `code` is BiDi's error word, for example "no such element"."""

    def __init__(self, method: str, code: str, message: str) -> None:
        super().__init__(f"{method}: {code}: {message}")
        self.code = code


class BidiTimeout(Exception):
    """The browser did not answer a command in time."""


class BidiConnection:
    """One BiDi session. `console` fills with `log.entryAdded` events as readable lines."""

    def __init__(self, url: str) -> None:
        self.console: list[str] = []
        self._number = 0
        self._waiting: dict[int, asyncio.Future[Json]] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="bidi", daemon=True)
        self._thread.start()
        self._run(self._open(url), CALL_SECONDS)

    def call(self, method: str, params: Json | None = None, *, seconds: float = CALL_SECONDS) -> Json:
        """Send one command and return its result; raises BidiError or BidiTimeout."""
        return self._run(self._call(method, params or {}, seconds), seconds + 5)

    def close(self) -> None:
        """Leave the socket and the thread; the browser itself is somebody else's to stop."""
        self._run(self._shut(), CALL_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, T], seconds: float) -> T:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(seconds)
        except FutureTimeout:
            future.cancel()
            raise BidiTimeout(f"no answer within {seconds:g} s") from None

    async def _open(self, url: str) -> None:
        self._http = aiohttp.ClientSession()
        self._socket = await self._http.ws_connect(url, max_msg_size=0)
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for message in self._socket:
            answer: Json = json.loads(message.data)
            if answer["type"] == "event":
                self._note(answer)
            elif answer.get("id") in self._waiting:
                self._waiting.pop(answer["id"]).set_result(answer)
        for future in self._waiting.values():
            future.set_exception(BidiTimeout("the browser closed the connection"))
        self._waiting.clear()

    def _note(self, event: Json) -> None:
        if event["method"] == "log.entryAdded":
            entry = event["params"]
            self.console.append(f"[{entry.get('level', '?')}] {entry.get('text', '')}")

    async def _call(self, method: str, params: Json, seconds: float) -> Json:
        self._number += 1
        number = self._number
        answer = self._waiting[number] = self._loop.create_future()
        await self._socket.send_json({"id": number, "method": method, "params": params})
        try:
            reply = await asyncio.wait_for(answer, seconds)
        except TimeoutError:
            self._waiting.pop(number, None)
            raise BidiTimeout(f"{method}: no answer within {seconds:g} s") from None
        if reply["type"] == "error":
            raise BidiError(method, reply["error"], reply["message"])
        result: Json = reply["result"]
        return result

    async def _shut(self) -> None:
        await self._socket.close()
        self._reader.cancel()
        await asyncio.gather(self._reader, return_exceptions=True)
        await self._http.close()
        # aiohttp frees its transports one turn of the loop after close() returns.
        await asyncio.sleep(0.05)
