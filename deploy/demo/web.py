#!/usr/bin/env python3
"""The demo's small web application, and its backend.

As a backend it gives a saying; as a web page it asks the backend for one, by
the backend's service name, and shows it. Browsers get a page, programs JSON.
"""

import argparse
import html
import http.client
import http.server
import itertools
import json
import os
import socket
import socketserver
import threading

SAYINGS = itertools.cycle([
    "A smooth sea never made a skilled sailor.",
    "He that would learn to pray, let him go to sea.",
    "One hand for yourself, one hand for the ship.",
])

PAGE = """<!doctype html><title>Demo {version}</title>
<body style="font:1.5em sans-serif;margin:4em;background:{colour}">
<h1>Version {version}</h1><p>{saying}<p><small>from {backend}</small>"""


class Backend:
  """The backend's service, asked over kept connections: one for each thread."""

  def __init__(self, address):
    self._address = address
    self._mine = threading.local()

  def ask(self):
    connection = getattr(self._mine, "connection", None)
    if connection is None:
      connection = self._mine.connection = http.client.HTTPConnection(self._address, timeout=10)
      connection.connect()
      connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
      connection.request("GET", "/")
      answer = connection.getresponse()
      return answer.status, answer.read()
    except (OSError, http.client.HTTPException) as error:
      connection.close()
      self._mine.connection = None
      return 502, str(error).encode()


class Handler(http.server.BaseHTTPRequestHandler):
  protocol_version = "HTTP/1.1"
  disable_nagle_algorithm = True
  wbufsize = 1 << 16  # head and body in one packet

  def do_GET(self):
    answer = {"version": self.server.version, "pod": os.environ.get("POD_NAME", "?")}
    status = 200
    if self.server.backend is None:
      answer["saying"] = next(SAYINGS)
    else:
      status, body = self.server.backend.ask()
      if status == 200:
        said = json.loads(body)
        answer.update(saying=said["saying"], backend=f"backend {said['version']}")
      else:
        status, answer["error"] = 502, f"backend: {status}: {body.decode(errors='replace')}"
    self._send(status, answer)

  def _send(self, status, answer):
    if "text/html" in self.headers.get("accept", "") and status == 200:
      words = {key: html.escape(str(value)) for key, value in answer.items()}
      colour = "#e8f1ff" if self.server.version == "v1" else "#fff1d6"
      body, kind = PAGE.format(colour=colour, **{"backend": "", **words}), "text/html; charset=utf-8"
    else:
      body, kind = json.dumps(answer), "application/json"
    body = body.encode()
    self.send_response(status)
    self.send_header("Content-Type", kind)
    self.send_header("Content-Length", str(len(body)))
    self.end_headers()
    self.wfile.write(body)

  def log_request(self, *_):
    pass


class Server(http.server.ThreadingHTTPServer):
  request_queue_size = 128
  daemon_threads = True

  def server_bind(self):
    # HTTPServer's own would look up this host's name, and a pod has no DNS.
    socketserver.TCPServer.server_bind(self)


def main():
  parser = argparse.ArgumentParser(description=__doc__)
  parser.add_argument("--port", type=int, required=True)
  parser.add_argument("--version", required=True)
  parser.add_argument("--backend", help="host:port of the backend's service")
  options = parser.parse_args()
  server = Server(("", options.port), Handler)
  server.version = options.version
  server.backend = Backend(options.backend) if options.backend else None
  server.serve_forever()


if __name__ == "__main__":
  main()
