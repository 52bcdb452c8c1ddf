"""Somebody else who makes tokens, and tells its keys over HTTPS."""

import base64
import datetime
import http.server
import json
import ssl
import threading
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from mesh.certificate_client import key_pem, new_key
from mesh.plugged_in import authority

ISSUER = "https://issuer.example.com"


class TokenIssuer:
  """At `url` on this machine, while in use as a context manager. `folder`: for
  its files; `root_file` is what vouches for its certificate."""

  def __init__(self, folder):
    self._key = new_key()
    root_key, root = authority("A root that no system has")
    self.root_file = folder / "issuer-root.pem"
    self.root_file.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate_file(folder / "issuer.pem", root_key, root))
    self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
    self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
    self.url = f"https://localhost:{self._server.server_port}/keys"

  def __enter__(self):
    threading.Thread(target=self._server.serve_forever, daemon=True).start()
    return self

  def __exit__(self, *_):
    self._server.shutdown()
    self._server.server_close()

  def token(self, namespace, account, audience):
    now = int(time.time())
    head = {"alg": "ES256", "typ": "JWT", "kid": "only"}
    claims = {"iss": ISSUER, "aud": [audience], "iat": now, "exp": now + 600,
              "sub": f"system:serviceaccount:{namespace}:{account}"}
    signed = ".".join(_base64(json.dumps(part).encode()) for part in (head, claims))
    r, s = utils.decode_dss_signature(self._key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{signed}.{_base64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"

  def _handler(self):
    point = self._key.public_key().public_numbers()
    keys = json.dumps({"keys": [{"kty": "EC", "crv": "P-256", "kid": "only",
                                 "x": _base64(point.x.to_bytes(32, "big")),
                                 "y": _base64(point.y.to_bytes(32, "big"))}]}).encode()

    class Handler(http.server.BaseHTTPRequestHandler):

      def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(keys)))
        self.end_headers()
        self.wfile.write(keys)

      def log_message(self, *_):
        pass

    return Handler


def _base64(data):
  return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _certificate_file(path, root_key, root):
  """Of localhost: key and certificate."""
  key = new_key()
  now = datetime.datetime.now(datetime.timezone.utc)
  certificate = (x509.CertificateBuilder().subject_name(x509.Name([])).issuer_name(root.subject)
                 .public_key(key.public_key()).serial_number(x509.random_serial_number())
                 .not_valid_before(now - datetime.timedelta(minutes=5))
                 .not_valid_after(now + datetime.timedelta(days=1))
                 .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), True)
                 .sign(root_key, hashes.SHA256()))
  path.write_bytes(key_pem(key) + certificate.public_bytes(serialization.Encoding.PEM))
  return path
