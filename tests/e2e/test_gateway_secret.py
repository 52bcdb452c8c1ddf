"""Gateway certificates from Secrets (credentialName), over ADS.

A secret leaves the control plane for a proxy that it knows; on the plaintext
port that is one on the same machine, so this gateway runs beside it."""

import http.client
import ssl

import pytest

from lab import certificate
from lab.envoy import Envoy
from lab.load import Target
from lab.machine import Machine, free_port
from mesh import kubernetes
from mesh.mesh import Mesh
from mesh.policy_text import policy_text
from mesh.request import send


@pytest.fixture(scope="module")
def mesh():
  with Mesh(xds_host="127.0.0.1") as made:
    made.control_plane.wait_ready()
    yield made


@pytest.fixture(scope="module")
def authority(mesh):
  return certificate.authority(mesh.network.folder, "authority")


@pytest.fixture(scope="module")
def certificates(mesh, authority):
  hosts = {"first": "credential.example.com", "renewed": "credential.example.com",
           "late": "missing.example.com", "later": "missing.example.com"}
  return {name: certificate.signed_by(authority, mesh.network.folder, name, [host])
          for name, host in hosts.items()}


def put_secret(mesh, name, pair):
  mesh.policy.write(f"secret-{name}.yaml", [kubernetes.secret(
      name, {"tls.crt": pair.certificate.read_text("utf-8"),
             "tls.key": pair.key.read_text("utf-8")}, "istio-system")])


@pytest.fixture(scope="module")
def port(mesh, certificates):
  """Of the gateway, once it serves."""
  number = free_port("0.0.0.0")
  mesh.policy.write("gateway.yaml", policy_text("secret_gateway.yaml", [("20443", str(number))]))
  put_secret(mesh, "credential", certificates["first"])
  mesh.add_service("echo")
  mesh.add_workload("echo-v1", "echo", sidecar=False)
  machine = Machine("gateway", mesh.network.logs)
  Envoy(machine, {"istio": "ingressgateway"}, mesh.control_plane.xds_address,
        proxy_type="router", namespace="istio-system").wait_ready()
  yield number
  machine.stop()


@pytest.fixture
def way(port, authority):
  trusting = ssl.create_default_context(cafile=str(authority.certificate))
  return lambda host: Target("127.0.0.1", port, host, tls=trusting)


def certificate_of(target):
  """The common name of the certificate that is served; None without one."""
  try:
    connection = target.connect()
  except OSError:
    return None
  with connection.sock:
    return connection.sock.getpeercert()["subject"][0][0][1]


def test_the_certificate_comes_from_the_secret(way, mesh):
  mesh.wait_until(lambda: certificate_of(way("credential.example.com")) == "first", "it is served")
  assert send(way("credential.example.com")).json["version"] == "v1"


def test_a_missing_secret_degrades_its_own_host_only(way, mesh, certificates):
  with pytest.raises((OSError, http.client.HTTPException)):
    send(way("missing.example.com"))
  assert send(way("credential.example.com")).status == 200
  told = mesh.control_plane.ctl("get", "gateway", "-n", "istio-system")
  assert "DEGRADED" in told
  assert "no TLS for missing.example.com" in told
  assert "there is no Secret istio-system/missing" in told
  assert mesh.control_plane.process.log.read_text().count(
      "no TLS for lack of kubernetes://missing: there is no Secret istio-system/missing") == 1
  put_secret(mesh, "missing", certificates["late"])
  mesh.wait_until(lambda: certificate_of(way("missing.example.com")) == "late",
                  "the host is served once its secret is there")
  assert "DEGRADED" not in mesh.control_plane.ctl("get", "gateway", "-n", "istio-system")
  assert mesh.control_plane.json("/debug/credentials") == []


def test_a_renewed_secret_is_served_at_once(way, mesh, certificates):
  put_secret(mesh, "credential", certificates["renewed"])
  mesh.wait_until(lambda: certificate_of(way("credential.example.com")) == "renewed",
                  "the new certificate is served")


def test_a_broken_secret_degrades_its_own_host_only(way, mesh, certificates):
  mesh.policy.write("secret-credential.yaml", [kubernetes.secret(
      "credential", {"tls.crt": "nonsense", "tls.key": "nonsense"}, "istio-system")])
  put_secret(mesh, "missing", certificates["later"])
  mesh.wait_until(lambda: certificate_of(way("missing.example.com")) == "later",
                  "a change made after it is served")
  fault, = mesh.control_plane.json("/debug/credentials")
  assert fault["hosts"] == ["credential.example.com"]
  assert "its certificate is none in PEM" in fault["reason"]
  put_secret(mesh, "credential", certificates["first"])
  mesh.wait_until(lambda: certificate_of(way("credential.example.com")) == "first",
                  "the mended secret is served")
