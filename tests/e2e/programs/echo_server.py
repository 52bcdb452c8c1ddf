#!/usr/bin/env python3
"""Answers requests with what it was asked, as JSON, so that a test can see
what the proxies before it made of a request.

The query steers the answer: status=503, delay=0.5 (seconds), and fail=2&key=K
(503 to the first two requests with that key). With --tcp a second port says
its version and then repeats every line; with --tls the HTTP port wants TLS.
"""

import argparse
import collections
import http.server
import json
import os
import socketserver
import ssl
import threading
import time
import urllib.parse


class Echo(http.server.BaseHTTPRequestHandler):
  protocol_version = "HTTP/1.1"
  disable_nagle_algorithm = True
  wbufsize = 1 << 16  # head and body in one packet

  def answer(self):
    asked = urllib.parse.urlsplit(self.path)
    if asked.path == "/seen":
      return self._send(200, {"seen": self.server.seen[_first(asked, "key")]})
    body = self.rfile.read(int(self.headers.get("content-length", 0)))
    key = _first(asked, "key")
    with self.server.lock:
      self.server.seen[key] += 1
      times = self.server.seen[key]
    time.sleep(float(_first(asked, "delay") or 0))
    status = int(_first(asked, "status") or self.server.status)
    if times <= int(_first(asked, "fail") or 0):
      status = 503
    self._send(status, {
        "version": self.server.version,
        "pod": os.environ.get("POD_NAME"),
        "method": self.command,
        "path": self.path,
        "headers": {name.lower(): value for name, value in self.headers.items()},
        "body": body.decode(errors="replace"),
        "times": times,
    })

  do_GET = do_POST = do_PUT = do_DELETE = do_OPTIONS = answer

  def _send(self, status, answer):
    body = json.dumps(answer).encode()
    self.send_response(status)
    self.send_header("Content-Type", "application/json")
    self.send_header("X-Version", self.server.version)
    self.send_header("X-From-App", "yes")
    self.send_header("Content-Length", str(len(body)))
    self.end_headers()
    self.wfile.write(body)

  def log_request(self, *_):
    pass


def _first(asked, name):
  return urllib.parse.parse_qs(asked.query).get(name, [""])[0]


class HttpServer(http.server.ThreadingHTTPServer):
  request_queue_size = 128
  daemon_threads = True

  def __init__(self, port, version):
    super().__init__(("", port), Echo)
    self.version = version
    self.status = 200
    self.lock = threading.Lock()
    self.seen = collections.Counter()

  def server_bind(self):
    # HTTPServer's own would look up this host's name, and a pod has no DNS.
    socketserver.TCPServer.server_bind(self)


class Lines(socketserver.StreamRequestHandler):

  def handle(self):
    self.wfile.write(f"{self.server.version}\n".encode())
    for line in self.rfile:
      self.wfile.write(line)


class TcpServer(socketserver.ThreadingTCPServer):
  allow_reuse_address = True
  daemon_threads = True


def main():
  parser = argparse.ArgumentParser(description=__doc__)
  parser.add_argument("--version", required=True)
  parser.add_argument("--http", type=int, default=8080)
  parser.add_argument("--tcp", type=int)
  parser.add_argument("--tls", nargs=2, metavar=("CERTIFICATE", "KEY"))
  parser.add_argument("--client-ca", help="with --tls: who signs clients' certificates")
  parser.add_argument("--status", type=int, default=200, help="of every answer")
  options = parser.parse_args()
  if options.tcp:
    tcp = TcpServer(("", options.tcp), Lines)
    tcp.version = options.version
    threading.Thread(target=tcp.serve_forever, daemon=True).start()
  server = HttpServer(options.http, options.version)
  server.status = options.status
  if options.tls:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*options.tls)
    if options.client_ca:
      context.verify_mode = ssl.CERT_REQUIRED
      context.load_verify_locations(options.client_ca)
    server.socket = context.wrap_socket(server.socket, server_side=True)
  server.serve_forever()


if __name__ == "__main__":
  main()
