"""An ingress gateway, by every TLS mode, with a certificate of its own for
each name. The servers are those of policy/tls_gateway.yaml."""

import http.client
import ssl
import sys

import pytest

from lab import certificate
from mesh.policy_text import policy_text
from mesh.request import send

NAMES = {"simple": "simple.example.com", "mutual": "mutual.example.com",
         "wild": "*.wild.example.com", "passthrough": "passthrough.example.com"}
REFUSED = (OSError, http.client.HTTPException)  # ssl.SSLError is an OSError


@pytest.fixture(scope="module")
def folder(mesh):
  return mesh.network.folder / "certificates"


@pytest.fixture(scope="module")
def authority(folder):
  return certificate.authority(folder, "authority")


@pytest.fixture(scope="module")
def certificates(folder, authority):
  return {name: certificate.signed_by(authority, folder, name, [host])
          for name, host in NAMES.items()}


@pytest.fixture(scope="module")
def client_certificate(folder):
  clients = certificate.authority(folder, "clients")
  return certificate.signed_by(clients, folder, "client", ["client"])


@pytest.fixture(scope="module", autouse=True)
def workloads(mesh, folder, certificates, client_certificate):
  mesh.policy.write("gateway.yaml", policy_text("tls_gateway.yaml", [
      ("CERTIFICATES", str(folder))]))
  mesh.add_service("echo")
  mesh.add_service("secure", {"tls": (443, 8080)})
  mesh.add_workload("echo-v1", "echo")
  own = certificates["passthrough"]
  mesh.add_workload("secure-v1", "secure", sidecar=False, program=[
      sys.executable, mesh.program("echo_server.py"), "--version", "tls", "--tls",
      own.certificate, own.key])
  mesh.add_gateway()
  mesh.wait_until(lambda: send(mesh.from_outside("plain.example.com")).status == 200,
                  "the gateway serves")


@pytest.fixture
def trusting(authority):
  return ssl.create_default_context(cafile=str(authority.certificate))


def https(mesh, host, context):
  return mesh.from_outside(host, 443, tls=context)


def test_http(mesh):
  assert send(mesh.from_outside("plain.example.com")).json["version"] == "v1"


def test_http_of_a_host_that_no_server_names_is_refused(mesh):
  assert send(mesh.from_outside("simple.example.com")).status == 404


def test_https_redirect(mesh):
  answer = send(mesh.from_outside("simple.example.com", 81, "/there?x=1"))
  assert answer.status == 301
  assert answer.headers["location"] == "https://simple.example.com/there?x=1"


@pytest.mark.parametrize("host", ["simple.example.com", "a.wild.example.com"])
def test_every_name_has_its_own_certificate(mesh, trusting, host):
  # The client checks the certificate's name.
  assert send(https(mesh, host, trusting)).json["version"] == "v1"


def test_a_server_answers_for_its_own_hosts_only(mesh, trusting):
  way = https(mesh, "simple.example.com", trusting)
  assert send(way, headers={"Host": "a.wild.example.com"}).status in (404, 421)


def test_mutual_wants_a_client_certificate(mesh, trusting, client_certificate):
  with pytest.raises(REFUSED):
    send(https(mesh, "mutual.example.com", trusting))
  trusting.load_cert_chain(client_certificate.certificate, client_certificate.key)
  assert send(https(mesh, "mutual.example.com", trusting)).json["version"] == "v1"


def test_mutual_refuses_a_strangers_certificate(mesh, trusting, certificates):
  stranger = certificates["simple"]
  trusting.load_cert_chain(stranger.certificate, stranger.key)
  with pytest.raises(REFUSED):
    send(https(mesh, "mutual.example.com", trusting))


def test_passthrough_leaves_tls_to_the_workload(mesh, trusting):
  assert send(https(mesh, "passthrough.example.com", trusting)).json["version"] == "tls"


def test_a_name_of_no_server_and_a_bare_address_are_refused(mesh):
  blind = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
  blind.check_hostname = False
  blind.verify_mode = ssl.CERT_NONE
  for host in ("unknown.example.com", mesh.workloads["ingress"].pod.address):
    with pytest.raises(REFUSED):
      send(https(mesh, host, blind))
