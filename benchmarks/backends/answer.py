"""The small answer, as configuration and as bytes. Pure."""

from __future__ import annotations

SIZE = 1024
ORIGIN = "http://localhost:5173"
TARGET, CROSS_TARGET = "/api/items", "/api/cors"
BODY = ('{"items":"' + "x" * SIZE)[: SIZE - 2] + '"}'
GRANT = (("Access-Control-Allow-Origin", ORIGIN), ("Access-Control-Allow-Credentials", "true"), ("Vary", "Origin"))

_NGINX = """\
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 1000000000; default_type application/json;
  {temporary}
  server {{
    listen 127.0.0.1:{port};
    location / {{ return 200 '{body}'; }}
    location {cross} {{ {grant} return 200 '{body}'; }}
  }}
}}
"""


def temporary_paths(folder: str) -> str:
    """nginx's folders for temporary files: the built-in ones may belong to somebody else."""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)


def nginx_config(folder: str, port: int) -> str:
    """An nginx that answers everything with the same kilobyte."""
    grant = " ".join(f"add_header {name} {text};" for name, text in GRANT)
    temporary = temporary_paths(folder)
    return _NGINX.format(folder=folder, port=port, body=BODY, cross=CROSS_TARGET, grant=grant, temporary=temporary)


def response(target: str) -> bytes:
    """The same without nginx."""
    fields = [("Content-Type", "application/json"), ("Content-Length", str(len(BODY)))]
    if target.startswith(CROSS_TARGET):
        fields += GRANT
    lines = "".join(f"{name}: {text}\r\n" for name, text in fields)
    return f"HTTP/1.1 200 OK\r\n{lines}\r\n{BODY}".encode()
