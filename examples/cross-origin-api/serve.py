"""Serves page/, as any static server would.

    python3 serve.py [PORT]

The port is the argument, else PAGE_PORT, else 5180.
"""

import os
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Server(ThreadingHTTPServer):
    """A thread for each connection; none of them keeps the process alive."""

    daemon_threads = True


def main():
    """Serves until Ctrl-C."""
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("PAGE_PORT", "5180"))
    handler = partial(SimpleHTTPRequestHandler, directory=Path(__file__).with_name("page"))
    with Server(("127.0.0.1", port), handler) as server:
        print(f"page on http://localhost:{port}", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("page ends", flush=True)


if __name__ == "__main__":
    main()
