"""Tokens that somebody else makes, whose keys are fetched over HTTPS."""

import os

import grpc
import pytest
from cryptography import x509

import lab.control_plane
from lab.control_plane import BINNACLED, ControlPlane
from lab.wait import until
from mesh.certificate_client import CertificateClient, csr, new_key, uri_of
from mesh.token_issuer import ISSUER, TokenIssuer

_AUDIENCE = "mesh"
_SYSTEM_ROOTS = "/etc/ssl/certs/ca-certificates.crt"
# In a mount namespace of its own, where the system's roots are others.
_WITH_ROOTS = f"""#!/bin/sh
exec unshare --mount sh -c 'mount --bind "$0" {_SYSTEM_ROOTS} && exec {BINNACLED} "$@"' {{roots}} "$@"
"""


@pytest.fixture
def issuer(tmp_path):
  with TokenIssuer(tmp_path) as made:
    yield made


@pytest.fixture
def start(tmp_path, issuer):
  started = []

  def starting():
    (tmp_path / "policy").mkdir()
    made = ControlPlane(tmp_path / "policy", tmp_path, secure=True, flags=[
        "--token-keys", issuer.url, "--token-issuer", ISSUER, "--token-audience", _AUDIENCE])
    started.append(made)
    made.wait_ready()
    return made

  yield starting
  for made in started:
    made.stop()


def ask(control_plane, token):
  with CertificateClient(control_plane, token) as client:
    return uri_of(x509.load_pem_x509_certificate(client.ask(csr(new_key()))[0].encode()))


@pytest.mark.skipif(os.geteuid() != 0, reason="another user cannot change the system's roots")
def test_a_token_counts_whose_keys_come_over_https_under_the_systems_roots(
    monkeypatch, tmp_path, issuer, start):
  program = tmp_path / "binnacled"
  program.write_text(_WITH_ROOTS.format(roots=issuer.root_file))
  program.chmod(0o755)
  monkeypatch.setattr(lab.control_plane, "BINNACLED", program)
  control_plane = start()
  assert ask(control_plane, issuer.token("shop", "web", _AUDIENCE)) == [
      "spiffe://cluster.local/ns/shop/sa/web"]
  with pytest.raises(grpc.RpcError) as refused:
    ask(control_plane, issuer.token("shop", "web", "another mesh"))
  assert refused.value.code() == grpc.StatusCode.UNAUTHENTICATED


def test_keys_under_a_root_that_the_system_does_not_have_are_not_taken(issuer, start):
  control_plane = start()
  with pytest.raises(grpc.RpcError) as refused:
    ask(control_plane, issuer.token("shop", "web", _AUDIENCE))
  assert refused.value.code() == grpc.StatusCode.UNAVAILABLE
  assert issuer.url not in refused.value.details()
  until(lambda: "certificate" in control_plane.process.log.read_text().partition(issuer.url)[2], 10,
        "the log says why")
