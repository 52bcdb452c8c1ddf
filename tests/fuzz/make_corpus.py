#!/usr/bin/env python3
"""Writes what the fuzz targets for tokens and for xDS start from: tokens and
claims of every kind that tests know, and what proxies say. Run in build/venv.
"""

import base64
import json
import pathlib
import struct

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives import serialization
from envoy.service.discovery.v3 import discovery_pb2
from google.rpc import status_pb2

_CORPUS = pathlib.Path(__file__).resolve().parent / "corpus"
_CLAIMS = {"iss": "issuer", "aud": ["istio-ca"], "sub": "system:serviceaccount:shop:reviews",
           "exp": 1700003600, "iat": 1700000000, "nbf": 1700000000, "jti": "1",
           "kubernetes.io": {"namespace": "shop", "serviceaccount": {"name": "reviews"}}}
_TYPE = "type.googleapis.com/envoy."
CDS = _TYPE + "config.cluster.v3.Cluster"
EDS = _TYPE + "config.endpoint.v3.ClusterLoadAssignment"
LDS = _TYPE + "config.listener.v3.Listener"
RDS = _TYPE + "config.route.v3.RouteConfiguration"
SDS = _TYPE + "extensions.transport_sockets.tls.v3.Secret"
_DELTA, _SOTW = 0, 1
_CHANGE, _ANSWER, _TIME = b"\1", b"\2", b"\3"


def _write(target, name, content):
  folder = _CORPUS / target
  folder.mkdir(parents=True, exist_ok=True)
  (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def _segment(value):
  text = value if isinstance(value, bytes) else json.dumps(value).encode()
  return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def tokens():
  _write("jwt", "claims-good", json.dumps(_CLAIMS))
  changes = {"aud-text": {"aud": "istio-ca"}, "aud-numbers": {"aud": [1, None, "istio-ca"]},
             "exp-late": {"exp": 2 ** 63}, "exp-fraction": {"exp": 1700003600.5},
             "exp-text": {"exp": "1700003600"}, "exp-huge": {"exp": 1e300}, "exp-gone": {"exp": 0},
             "exp-negative": {"exp": -1}, "nbf-late": {"nbf": 1800000000}, "sub-short":
             {"sub": "system:serviceaccount:shop"}, "sub-long": {"sub": "a:" * 300},
             "sub-empty-parts": {"sub": "system:serviceaccount::"}, "sub-other": {"sub": "spiffe://a/b"},
             "sub-object": {"sub": {}}, "iss-other": {"iss": "x"}, "iss-list": {"iss": ["issuer"]}}
  for name, change in changes.items():
    _write("jwt", f"claims-{name}", json.dumps({**_CLAIMS, **change}))
  for name in ("iss", "aud", "sub", "exp", "iat", "nbf"):
    _write("jwt", f"claims-without-{name}",
           json.dumps({key: value for key, value in _CLAIMS.items() if key != name}))
  _write("jwt", "claims-list", "[]")
  _write("jwt", "claims-twice", '{"exp": 1, "exp": 1700003600, "sub": "a", "sub": "b"}')
  _write("jwt", "claims-deep", '{"a":' * 500 + "1" + "}" * 500)
  for algorithm in ("RS256", "RS512", "ES256", "ES384", "none", "HS256", "PS256", "", "rs256"):
    header = {"alg": algorithm, "typ": "JWT", "kid": "k"}
    _write("jwt", f"token-{algorithm or 'empty'}",
           f"{_segment(header)}.{_segment(_CLAIMS)}.{_segment(bytes(64))}")
  head = _segment({"alg": "RS256", "kid": "k", "crit": ["x"], "b64": False, "jku": "http://x"})
  for name, text in {"no-dots": head, "one-dot": f"{head}.{head}", "four-dots": f"{head}.a.b.c.d",
                     "empty-parts": "..", "padded": f"{head}==.e30=.AA==",
                     "foreign": f"{head}.e30+.A/A", "critical": f"{head}.e30.AA"}.items():
    _write("jwt", f"token-{name}", text)


def _number(value):
  return _segment(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def keys():
  rsa_key = rsa.generate_private_key(65537, 2048).public_key()
  ec_key = ec.generate_private_key(ec.SECP256R1()).public_key()
  numbers, point = rsa_key.public_numbers(), ec_key.public_numbers()
  _write("jwt", "keys-jwks", json.dumps({"keys": [
      {"kty": "RSA", "kid": "r", "alg": "RS256", "use": "sig", "n": _number(numbers.n),
       "e": _number(numbers.e)},
      {"kty": "EC", "kid": "e", "crv": "P-256", "x": _number(point.x), "y": _number(point.y)},
      {"kty": "oct", "k": "AA"}, {"kty": "RSA", "use": "enc", "n": "AQAB", "e": "AQAB"},
      {"kty": "EC", "crv": "P-521", "x": "AA", "y": "AA"}]}))
  _write("jwt", "keys-pem", b"".join(key.public_bytes(
      serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
                                     for key in (rsa_key, ec_key)))


def _request(message):
  encoded = message.SerializeToString()
  return b"\0" + struct.pack("<H", len(encoded)) + encoded


def _delta(type_url, names=(), gone=(), held=None, nonce="", refused=""):
  request = discovery_pb2.DeltaDiscoveryRequest(
      type_url=type_url, resource_names_subscribe=names, resource_names_unsubscribe=gone,
      initial_resource_versions=held or {}, response_nonce=nonce)
  if refused:
    request.error_detail.CopyFrom(status_pb2.Status(code=13, message=refused))
  request.node.id = "sidecar~10.0.0.1~web-1.shop~shop.svc.cluster.local"
  request.node.metadata.update({"NAMESPACE": "shop", "LABELS": {"app": "web"}, "X": [1, None]})
  return _request(request)


def _sotw(type_url, names=(), version="", nonce="", refused=""):
  request = discovery_pb2.DiscoveryRequest(
      type_url=type_url, resource_names=names, version_info=version, response_nonce=nonce)
  if refused:
    request.error_detail.CopyFrom(status_pb2.Status(code=13, message=refused))
  request.node.id = "router~10.0.0.1~in.istio-system~istio-system.svc.cluster.local"
  return _request(request)


def streams():
  lives = {
      "delta-start": (_DELTA, [_delta(CDS), _ANSWER, _delta(EDS, ["a", "b"]), _delta(LDS), _ANSWER,
                               _delta(RDS, ["r"]), _delta(SDS, ["s"]), _ANSWER]),
      "delta-changes": (_DELTA, [_delta(CDS, ["*"]), _ANSWER, _delta(EDS, ["a", "b"]), _ANSWER,
                                 _delta(LDS), _ANSWER, _delta(RDS, ["r"]), _ANSWER, _CHANGE,
                                 _ANSWER, _CHANGE, _TIME, _CHANGE, _ANSWER, _ANSWER]),
      "delta-back": (_DELTA, [_delta(CDS, held={"a": "1", "gone": "2"}), _delta(
          EDS, ["a"], held={"a": "x"}), _delta(LDS, held={"l": "1"}), _ANSWER]),
      "delta-refuses": (_DELTA, [_delta(CDS), _delta(CDS, nonce="1", refused="no a"), _CHANGE,
                                 _delta(CDS, nonce="2", refused="no"), _TIME, _CHANGE, _ANSWER]),
      "delta-mixed": (_DELTA, [_delta(CDS, ["*", "a"]), _delta(CDS, gone=["*"]), _delta(
          CDS, ["b"], ["a"]), _delta(CDS, ["*"], nonce="9"), _ANSWER, _delta("type.unknown")]),
      "sotw-start": (_SOTW, [_sotw(CDS), _ANSWER, _sotw(EDS, ["a", "b"]), _sotw(LDS), _ANSWER,
                             _sotw(RDS, ["r"]), _ANSWER, _CHANGE, _ANSWER, _ANSWER]),
      "sotw-refuses": (_SOTW, [_sotw(CDS), _sotw(CDS, nonce="1", refused="no a"), _CHANGE,
                               _sotw(CDS, ["a"], nonce="2"), _TIME, _ANSWER]),
      "sotw-mixed": (_SOTW, [_sotw(CDS, ["*", "x"]), _sotw(CDS, ["a"], nonce="1"), _sotw(
          EDS, ["none"]), _ANSWER, _sotw(EDS, [], nonce="3"), _ANSWER, _sotw("type.unknown")]),
      "endpoints-alone": (6, [_delta("", ["a"]), _ANSWER, _CHANGE, _ANSWER]),
      "clusters-alone": (5, [_sotw("", []), _ANSWER, _CHANGE, _ANSWER]),
      "no-request": (_DELTA, [b"\0\xff\xff"]),
  }
  for name, (variant, steps) in lives.items():
    _write("xds", name, bytes([variant]) + b"".join(steps))


if __name__ == "__main__":
  tokens()
  keys()
  streams()
