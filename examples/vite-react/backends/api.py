"""Items, a login that rests on a cookie, and a clock as Server-Sent Events; the standard library is enough.

    python3 backends/api.py [PORT]

The port is the argument, else API_PORT, else 8000. It answers no preflight and sends no CORS header.
"""

import json
import os
import secrets
import sys
import time
from datetime import datetime
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ITEMS = {1: "bread", 2: "butter"}
SESSIONS = {}


class Handler(BaseHTTPRequestHandler):
    """Chooses by method and path; every answer but the clock's is JSON."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        """Lists, the session's owner, the clock."""
        if self.path == "/api/items":
            self.answer(200, [{"id": item_id, "name": name} for item_id, name in ITEMS.items()])
        elif self.path == "/api/me":
            user = SESSIONS.get(self.session())
            self.answer(200 if user else 401, {"name": user} if user else {"error": "nobody is signed in"})
        elif self.path == "/clock":
            self.clock()
        else:
            self.answer(404, {"error": f"nothing at {self.path}"})

    def do_POST(self):
        """Adds an item, signs in and out."""
        body = self.body()
        if self.path == "/api/items":
            item_id = max(ITEMS, default=0) + 1
            ITEMS[item_id] = str(body.get("name"))
            self.answer(201, {"id": item_id, "name": ITEMS[item_id]})
        elif self.path == "/api/login":
            token = secrets.token_urlsafe(16)
            SESSIONS[token] = str(body.get("name"))
            self.answer(200, {"name": SESSIONS[token]}, cookie=f"session={token}; Path=/api; HttpOnly; SameSite=Lax")
        elif self.path == "/api/logout":
            SESSIONS.pop(self.session(), None)
            self.answer(200, {}, cookie="session=; Path=/api; Max-Age=0")
        else:
            self.answer(404, {"error": f"nothing at {self.path}"})

    def do_DELETE(self):
        """Removes an item."""
        item_id = self.path.removeprefix("/api/items/")
        known = item_id.isdecimal() and ITEMS.pop(int(item_id), None)
        self.answer(200 if known else 404, {} if known else {"error": f"nothing at {self.path}"})

    def clock(self):
        """An event every second until the client goes. No length, so the end of the connection ends it."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        try:
            while True:
                self.wfile.write(f"data: {datetime.now().astimezone().isoformat(timespec='milliseconds')}\n\n".encode())
                time.sleep(1)
        except ConnectionError:
            self.close_connection = True

    def session(self):
        """The token that the browser sent, or None."""
        morsel = SimpleCookie(self.headers.get("Cookie")).get("session")
        return morsel.value if morsel else None

    def body(self):
        """The request's JSON object; an empty one if it is something else."""
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            parsed = json.loads(content)
        except ValueError:
            return {}
        return parsed if isinstance(parsed, dict) else {}

    def answer(self, status, value, cookie=None):
        """One JSON value."""
        content = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        if cookie:
            self.send_header("Set-Cookie", cookie)
        self.end_headers()
        self.wfile.write(content)


class Server(ThreadingHTTPServer):
    """A thread for each connection; none of them keeps the process alive."""

    daemon_threads = True


def main():
    """Serves until Ctrl-C."""
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("API_PORT", "8000"))
    with Server(("127.0.0.1", port), Handler) as server:
        print(f"api on http://localhost:{port}", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("api ends", flush=True)


if __name__ == "__main__":
    main()
