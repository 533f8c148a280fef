"""A push service on 127.0.0.1: RFC 8030 and 8292 for the sender, autopush's WebSocket for a real Firefox.

In-process:  with PushService() as service: service.make_subscriber(), service.script(...), service.posts
By itself:   python -m tests.support.push_service PORT   (0 picks one; its first line of output is the origin)

    ws://127.0.0.1:PORT/           the browser connects here (preference dom.push.serverURL)
    POST /wpush/v2/TOKEN           the sender pushes here
    GET  /_control/state           {"origin", "channels", "gone", "posts", "acks", "stored", "browsers"}
    POST /_control/subscribers     {"vapid_key"?} -> {"endpoint", "keys": {"p256dh", "auth"}}
    POST /_control/script          {"endpoint", "status", "headers"?, "times"?, "hang"?}: answers by force
    POST /_control/gone            {"endpoint"}: the service forgets it, the browser is not told
    POST /_control/disconnect      {"code"?}: closes the sockets of all browsers; 4774 asks them to stay away
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import secrets
import ssl
import sys
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from types import TracebackType
from typing import Any, Final

import http_ece
from aiohttp import WSCloseCode, WSMsgType, web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

MOST_BODY_BYTES: Final = 4096
DAY_SECONDS: Final = 24 * 3600
_PATH: Final = "/wpush/v2/"
_TOPIC: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")
_URGENCIES: Final = frozenset({"very-low", "low", "normal", "high"})


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))


def public_point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )


class Refusal(Exception):
    """An answer to the sender that is not 201."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A browser's end of a subscription, without a browser."""

    endpoint: str
    private_key: ec.EllipticCurvePrivateKey = field(repr=False)
    auth_secret: bytes = field(repr=False)

    @property
    def p256dh(self) -> str:
        return b64(public_point(self.private_key))

    @property
    def auth(self) -> str:
        return b64(self.auth_secret)

    def decrypt(self, body: bytes) -> bytes:
        plaintext: bytes = http_ece.decrypt(
            body, private_key=self.private_key, auth_secret=self.auth_secret, version="aes128gcm"
        )
        return plaintext


@dataclass(frozen=True, slots=True)
class Channel:
    """One subscription; `key` is the applicationServerKey it is pinned to, None when it takes any sender."""

    token: str
    browser: str
    channel_id: str
    key: bytes | None


@dataclass(frozen=True, slots=True)
class Script:
    """What an endpoint answers instead of doing its work, `times` times; `hang` seconds first."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    times: int = sys.maxsize
    hang: float = 0.0
    body: bytes = b"{}"


@dataclass(frozen=True, slots=True)
class Post:
    """A push as it arrived, and what it was answered. `claims` are the verified ones of its VAPID token.

    `peer_port` tells connections apart.
    """

    at: float
    token: str
    headers: Mapping[str, str]  # names in lower case
    body: bytes = field(repr=False)
    peer_port: int
    status: int = 0
    reason: str = ""
    claims: Mapping[str, Any] | None = None
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """A message kept until the browser acknowledges it or its time to live ends."""

    id: str
    channel: Channel
    body: bytes = field(repr=False)
    topic: str | None
    ttl: int
    expires_at: float


class PushService:
    """Use as a context manager. Everything public may be read or called from the test's thread."""

    def __init__(
        self,
        port: int = 0,
        *,
        host: str = "127.0.0.1",
        tls: ssl.SSLContext | None = None,
        name: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._host, self._port, self._tls, self._clock = host, port, tls, clock
        self._name = name or host
        self.origin = ""
        self.channels: dict[str, Channel] = {}
        self.gone: dict[str, str] = {}  # token -> why
        self.stored: dict[str, Stored] = {}
        self.posts: list[Post] = []
        self.other_requests: list[
            str
        ] = []  # whatever is neither a push nor a browser, such as a followed redirect
        self.acks: dict[
            str, int
        ] = {}  # message id -> 100 shown to the worker, 101 not decrypted, 302 worker failed
        self.frames: list[
            tuple[str, dict[str, Any]]
        ] = []  # ("in" or "out", message), for a failing test to print
        self._scripts: dict[str, Script] = {}
        self._sockets: dict[str, web.WebSocketResponse] = {}  # browser -> its socket
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._stop = asyncio.Event()

    # ------------------------------------------------------------------ life

    def __enter__(self) -> PushService:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        self._thread.start()
        if not self._started.wait(10) or not self.origin:
            raise RuntimeError("the push service did not start")

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def wait(self) -> None:
        """Until it stops."""
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._started.set()
            _finish(self._loop)

    async def _serve(self) -> None:
        runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, self._host, self._port, ssl_context=self._tls)
        await site.start()
        port = runner.addresses[0][1]
        self.origin = f"{'https' if self._tls else 'http'}://{self._name}:{port}"
        self._started.set()
        await self._stop.wait()
        await self._close_sockets(WSCloseCode.GOING_AWAY)
        await runner.cleanup()

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=1 << 20)
        app.router.add_post(_PATH + "{token}", self._post)
        app.router.add_get("/_control/state", self._state)
        app.router.add_post("/_control/subscribers", self._new_subscriber)
        app.router.add_post("/_control/script", self._new_script)
        app.router.add_post("/_control/gone", self._new_gone)
        app.router.add_post("/_control/disconnect", self._disconnect)
        app.router.add_get("/", self._browser)
        app.router.add_route("*", "/{rest:.*}", self._other)
        return app

    # ------------------------------------------------------------------ control, in-process

    def make_subscriber(self, vapid_key: str | None = None) -> Subscriber:
        """A subscription whose keys the test knows, pinned to `vapid_key` (base64url) if given."""
        channel = self._open_channel("no-browser", str(uuid.uuid4()), vapid_key)
        key = ec.generate_private_key(ec.SECP256R1())
        return Subscriber(self._endpoint(channel.token), key, secrets.token_bytes(16))

    def script(self, endpoint: str, script: Script) -> None:
        self._scripts[_token(endpoint)] = script

    def forget(self, endpoint: str) -> None:
        """From now on 410, as when a browser has not been seen for weeks."""
        token = _token(endpoint)
        self.channels.pop(token, None)
        self.gone[token] = "forgotten"

    def posts_to(self, endpoint: str) -> list[Post]:
        token = _token(endpoint)
        return [post for post in self.posts if post.token == token]

    def disconnect(self, code: int = WSCloseCode.GOING_AWAY) -> None:
        asyncio.run_coroutine_threadsafe(self._close_sockets(code), self._loop).result(10)

    # ------------------------------------------------------------------ towards the sender

    async def _post(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        body = await request.read()
        peer = request.transport.get_extra_info("peername") if request.transport else None
        post = Post(self._clock(), request.match_info["token"], headers, body, peer[1] if peer else 0)
        script = self._next_script(post.token)
        if script is not None:
            # Noted before a hang, so that a test sees the push that was never answered.
            self.posts.append(replace(post, status=script.status, reason="scripted"))
            await self._hang(script.hang)
            return web.Response(status=script.status, headers=script.headers, body=script.body)
        try:
            claims, stored = self._accept(post, request.headers.getall("Urgency", []))
        except Refusal as refusal:
            self.posts.append(replace(post, status=refusal.status, reason=str(refusal)))
            return web.json_response({"message": str(refusal)}, status=refusal.status)
        self.posts.append(replace(post, status=201, claims=claims, message_id=stored.id))
        await self._deliver(stored)
        location = f"{self.origin}/m/{stored.id}"
        return web.Response(status=201, headers={"Location": location, "TTL": str(stored.ttl)})

    async def _hang(self, seconds: float) -> None:
        """That long, or until the service stops."""
        if seconds:
            await asyncio.wait([asyncio.ensure_future(self._stop.wait())], timeout=seconds)

    def _next_script(self, token: str) -> Script | None:
        script = self._scripts.get(token)
        if script is None or script.times <= 0:
            return None
        self._scripts[token] = replace(script, times=script.times - 1)
        return script

    def _accept(self, post: Post, urgencies: list[str]) -> tuple[Mapping[str, Any] | None, Stored]:
        if post.token in self.gone:
            raise Refusal(410, "gone")
        channel = self.channels.get(post.token)
        if channel is None:
            raise Refusal(404, "no such subscription")
        _check_form(post, urgencies)
        claims = self._check_vapid(post.headers.get("authorization"), channel.key)
        topic = post.headers.get("topic")
        if topic is not None:
            # RFC 8030 section 5.4: replaces what is not yet delivered.
            for other in [
                kept for kept in self.stored.values() if (kept.channel, kept.topic) == (channel, topic)
            ]:
                del self.stored[other.id]
        ttl = int(post.headers["ttl"])
        stored = Stored(uuid.uuid4().hex, channel, post.body, topic, ttl, post.at + ttl)
        self.stored[stored.id] = stored
        return claims, stored

    def _check_vapid(self, header: str | None, pinned: bytes | None) -> Mapping[str, Any] | None:
        """The verified claims (RFC 8292 sections 2, 3 and 4.2)."""
        if header is None:
            if pinned is None:
                return None
            raise Refusal(401, "this subscription takes pushes of one server only")
        try:
            token, key = _vapid_parts(header)
            claims = _verified(token, key)
        except (ValueError, KeyError, InvalidSignature) as error:
            raise Refusal(403, f"VAPID: {error!r}") from error
        if pinned is not None and key != pinned:
            raise Refusal(403, "VAPID: another key than the one subscribed with")
        if claims.get("aud") != self.origin:
            raise Refusal(403, f"VAPID: aud is {claims.get('aud')!r}, not {self.origin!r}")
        now = self._clock()
        if not now < claims.get("exp", 0) <= now + DAY_SECONDS:
            raise Refusal(403, "VAPID: exp is past or more than a day away")
        if not str(claims.get("sub", "")).startswith(("mailto:", "https://")):
            raise Refusal(403, "VAPID: sub is neither mailto: nor https:")
        return claims

    async def _other(self, request: web.Request) -> web.Response:
        self.other_requests.append(f"{request.method} {request.raw_path}")
        return web.Response(status=404)

    # ------------------------------------------------------------------ towards the browser

    async def _browser(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(protocols=("push-notification",))
        if not socket.can_prepare(request).ok:
            return await self._other(request)
        await socket.prepare(request)
        browser = ""
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT:
                break
            message = json.loads(frame.data)
            self.frames.append(("in", message))
            browser = await self._hear(socket, browser, message)
        if self._sockets.get(browser) is socket:
            del self._sockets[browser]
        return socket

    async def _hear(self, socket: web.WebSocketResponse, browser: str, message: dict[str, Any]) -> str:
        """Handles one message; returns which browser this is."""
        kind = message.get("messageType")
        if kind == "hello":
            return await self._hello(socket, message.get("uaid") or "")
        if kind == "register":
            await self._register(socket, browser, message)
        elif kind == "unregister":
            await self._unregister(socket, message)
        elif kind == "ack":
            for update in message.get("updates", []):
                self.acks[update["version"]] = int(update.get("code", 0))
                self.stored.pop(update["version"], None)
        elif kind == "nack":
            self.acks[message["version"]] = int(message.get("code", 0))
            self.stored.pop(message["version"], None)
        elif kind in (None, "ping"):
            await socket.send_str("{}")
        return browser

    async def _hello(self, socket: web.WebSocketResponse, browser: str) -> str:
        known = any(channel.browser == browser for channel in self.channels.values())
        browser = browser if known else uuid.uuid4().hex
        self._sockets[browser] = socket
        hello = {
            "messageType": "hello",
            "status": 200,
            "uaid": browser,
            "use_webpush": True,
            "broadcasts": {},
        }
        await self._say(socket, hello)
        for kept in [kept for kept in self.stored.values() if kept.channel.browser == browser]:
            await self._deliver(kept)
        return browser

    async def _register(self, socket: web.WebSocketResponse, browser: str, message: dict[str, Any]) -> None:
        channel = self._open_channel(browser, message["channelID"], message.get("key"))
        answer = {"messageType": "register", "status": 200, "channelID": channel.channel_id}
        await self._say(socket, answer | {"pushEndpoint": self._endpoint(channel.token)})

    async def _unregister(self, socket: web.WebSocketResponse, message: dict[str, Any]) -> None:
        channel_id = message["channelID"]
        for token in [t for t, channel in self.channels.items() if channel.channel_id == channel_id]:
            del self.channels[token]
            self.gone[token] = f"unregistered by the browser, code {message.get('code')}"
        await self._say(socket, {"messageType": "unregister", "status": 200, "channelID": channel_id})

    async def _deliver(self, stored: Stored) -> None:
        if stored.ttl > 0 and stored.expires_at <= self._clock():
            self.stored.pop(stored.id, None)
            return
        socket = self._sockets.get(stored.channel.browser)
        if socket is None or socket.closed:
            if stored.ttl == 0:  # RFC 8030 section 5.2: now or never
                self.stored.pop(stored.id, None)
            return
        # Firefox drops a version that it saw before, so it is the message's own id.
        message: dict[str, Any] = {
            "messageType": "notification",
            "channelID": stored.channel.channel_id,
            "version": stored.id,
        }
        if stored.body:
            message |= {"data": b64(stored.body), "headers": {"encoding": "aes128gcm"}}
        await self._say(socket, message)

    async def _say(self, socket: web.WebSocketResponse, message: dict[str, Any]) -> None:
        self.frames.append(("out", message))
        await socket.send_str(json.dumps(message))

    async def _close_sockets(self, code: int) -> None:
        for socket in list(self._sockets.values()):
            await socket.close(code=code)

    def _open_channel(self, browser: str, channel_id: str, key: str | None) -> Channel:
        channel = Channel(b64(secrets.token_bytes(32)), browser, channel_id, unb64(key) if key else None)
        self.channels[channel.token] = channel
        return channel

    def _endpoint(self, token: str) -> str:
        return f"{self.origin}{_PATH}{token}"

    # ------------------------------------------------------------------ control, over HTTP

    async def _state(self, _: web.Request) -> web.Response:
        posts = [asdict(post) | {"body": b64(post.body)} for post in self.posts]
        state = {
            "origin": self.origin,
            "channels": {self._endpoint(token): channel.browser for token, channel in self.channels.items()},
            "gone": {self._endpoint(token): why for token, why in self.gone.items()},
            "posts": [post | {"endpoint": self._endpoint(str(post["token"]))} for post in posts],
            "acks": self.acks,
            "stored": [kept.id for kept in self.stored.values()],
            "browsers": list(self._sockets),
        }
        return web.json_response(state)

    async def _new_subscriber(self, request: web.Request) -> web.Response:
        subscriber = self.make_subscriber((await request.json()).get("vapid_key"))
        keys = {"p256dh": subscriber.p256dh, "auth": subscriber.auth}
        return web.json_response({"endpoint": subscriber.endpoint, "keys": keys})

    async def _new_script(self, request: web.Request) -> web.Response:
        wanted = await request.json()
        self.script(wanted.pop("endpoint"), Script(**wanted))
        return web.json_response({})

    async def _new_gone(self, request: web.Request) -> web.Response:
        self.forget((await request.json())["endpoint"])
        return web.json_response({})

    async def _disconnect(self, request: web.Request) -> web.Response:
        code = (await request.json()).get("code", WSCloseCode.GOING_AWAY)
        await self._close_sockets(code)
        return web.json_response({})


def _finish(loop: asyncio.AbstractEventLoop) -> None:
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.close()


def _token(endpoint: str) -> str:
    return endpoint.rpartition("/")[2]


def _check_form(post: Post, urgencies: list[str]) -> None:
    """RFC 8030 sections 5.2 to 5.4 and 7.2, RFC 8291 section 4."""
    if not post.headers.get("ttl", "").isdecimal():
        raise Refusal(400, "TTL is missing or not a number of seconds")
    if len(urgencies) > 1 or not _URGENCIES.issuperset(urgencies):
        raise Refusal(400, "Urgency")
    topic = post.headers.get("topic")
    if topic is not None and not _TOPIC.fullmatch(topic):
        raise Refusal(400, "Topic")
    if len(post.body) > MOST_BODY_BYTES:
        raise Refusal(413, "more than 4096 bytes")
    if post.body and post.headers.get("content-encoding") != "aes128gcm":
        raise Refusal(400, "Content-Encoding")


def _vapid_parts(header: str) -> tuple[str, bytes]:
    scheme, _, rest = header.partition(" ")
    if scheme.lower() != "vapid":
        raise ValueError(f"scheme {scheme!r}")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    return parts["t"], unb64(parts["k"])


def _verified(token: str, key: bytes) -> dict[str, Any]:
    """The claims of an ES256 token. ValueError or InvalidSignature for any other."""
    header, claims, signature = token.split(".")
    if json.loads(unb64(header)).get("alg") != "ES256":
        raise ValueError("alg is not ES256")
    raw = unb64(signature)
    if len(raw) != 64:
        raise ValueError("the signature is not 64 bytes long")
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    public_key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
    public_key.verify(der, f"{header}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    found: dict[str, Any] = json.loads(unb64(claims))
    return found


def main() -> None:
    service = PushService(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    service.start()
    print(service.origin, flush=True)
    try:
        service.wait()
    except KeyboardInterrupt:
        service.stop()


if __name__ == "__main__":
    main()
