"""Mutual TLS between real Envoys with agents beside them: who is let in, and
who is believed."""

import contextlib
import dataclasses
import datetime
import socket
import ssl

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from envoy.extensions.transport_sockets.tls.v3 import secret_pb2
from envoy.service.discovery.v3 import discovery_pb2

from lab.load import ask
from lab.namespace import entered
from mesh.certificate_client import key_pem, new_key
from mesh.mesh import Mesh
from mesh.plugged_in import authority, plugged_in
from mesh.policy_text import policy_text
from mesh.request import send

ECHO = "spiffe://cluster.local/ns/default/sa/echo"
CLIENT = "spiffe://cluster.local/ns/default/sa/client"
STRICT = policy_text("strict.yaml")
MESH_POLICY = """apiVersion: authentication.istio.io/v1alpha1
kind: MeshPolicy
metadata: {name: default}
spec: {peers: [{mtls: {}}]}
---
apiVersion: networking.istio.io/v1alpha3
kind: DestinationRule
metadata: {name: default, namespace: istio-system}
spec:
  host: "*.local"
  trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}
"""


@pytest.fixture(scope="module")
def mesh(tmp_path_factory):
  """Plugged-in certificates, so that the tests can sign with the same root."""
  folder = tmp_path_factory.mktemp("ca")
  root = plugged_in(folder, "mesh")
  with Mesh(identity=True, flags=["--ca-dir", str(folder)]) as made:
    made.root = root
    made.control_plane.wait_ready()
    made.add_service("echo", {"http": (80, 8080), "tcp": (9000, 9000)})
    made.add_workload("echo-v1", "echo")
    made.add_workload("client", "client", program=["sleep", "infinity"], port=None)
    made.add_workload("stranger", "stranger", sidecar=False, program=["sleep", "infinity"],
                      port=None)
    yield made
    assert not made.rejections()


@contextlib.contextmanager
def policy(mesh, text, effective):
  mesh.policy.write("mutual-tls.yaml", text)
  try:
    mesh.wait_until(effective, "the policy is in effect")
    yield
  finally:
    mesh.policy.remove("mutual-tls.yaml")
    mesh.wait_until(lambda: plaintext(mesh) == 200, "plaintext is taken again")


def through_mesh(mesh):
  """What the echo server saw of a request from client's sidecar."""
  answer = send(mesh.from_client("echo"))
  assert answer.status == 200, answer.text
  return answer.json["headers"]


def plaintext(mesh):
  """The status of a request from a pod without a sidecar, straight to the pod;
  None where the connection was broken off."""
  target = mesh.from_client("echo", client="stranger")
  _, answer = ask(dataclasses.replace(target, address=mesh.workloads["echo-v1"].pod.address,
                                      port=8080))
  return answer.status or None


def test_mutual_tls_is_the_default_and_each_side_knows_the_other(mesh):
  certificates = through_mesh(mesh)["x-forwarded-client-cert"]
  assert f"URI={CLIENT}" in certificates
  assert f"By={ECHO}" in certificates


def test_permissive_takes_plaintext_too(mesh):
  assert plaintext(mesh) == 200


def test_bytes_that_are_no_http_go_through_mutual_tls_as_well(mesh):
  client = mesh.workloads["client"]
  handshakes = mesh.workloads["echo-v1"].envoy.stat("listener.0.0.0.0_15006.ssl.handshake")
  with entered(client.pod.namespace):
    connection = socket.create_connection((mesh.services["echo"], 9000), 10)
  with connection:
    assert connection.recv(100) == b"v1\n"
    connection.sendall(b"over tls?\n")
    assert b"over tls?" in connection.recv(100)
  assert mesh.workloads["echo-v1"].envoy.stat("listener.0.0.0.0_15006.ssl.handshake") > handshakes


@pytest.mark.parametrize("text", [STRICT, MESH_POLICY], ids=["PeerAuthentication", "MeshPolicy"])
def test_strict_refuses_plaintext_and_takes_the_mesh(mesh, text):
  with policy(mesh, text, lambda: plaintext(mesh) is None):
    mesh.wait_until(lambda: send(mesh.from_client("echo")).status == 200, "the mesh is let in")
    assert f"URI={CLIENT}" in through_mesh(mesh)["x-forwarded-client-cert"]


def test_one_port_may_be_strict_alone(mesh):
  text = """apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: echo}
spec:
  selector: {matchLabels: {app: echo}}
  portLevelMtls: {8080: {mode: STRICT}}
"""
  with policy(mesh, text, lambda: plaintext(mesh) is None):
    with entered(mesh.workloads["stranger"].pod.namespace):
      connection = socket.create_connection((mesh.workloads["echo-v1"].pod.address, 9000), 10)
    # Where TLS and plaintext are taken, the client must speak first.
    with connection, connection.makefile("rb") as lines:
      connection.sendall(b"in plaintext\n")
      assert lines.readline() == b"v1\n"
      assert b"in plaintext" in lines.readline()


def test_a_policy_of_2018_may_turn_one_service_off_under_a_strict_mesh(mesh):
  text = MESH_POLICY + """---
apiVersion: authentication.istio.io/v1alpha1
kind: Policy
metadata: {name: echo}
spec: {targets: [{name: echo}]}
---
apiVersion: networking.istio.io/v1alpha3
kind: DestinationRule
metadata: {name: echo}
spec:
  host: echo
  trafficPolicy: {tls: {mode: DISABLE}}
"""
  mesh.policy.write("mutual-tls.yaml", text)
  try:
    mesh.wait_until(lambda: "x-forwarded-client-cert" not in through_mesh(mesh), "plaintext")
    assert plaintext(mesh) == 200
  finally:
    mesh.policy.remove("mutual-tls.yaml")
    mesh.wait_until(lambda: "x-forwarded-client-cert" in through_mesh(mesh), "mutual TLS again")


def test_a_server_with_the_wrong_account_is_not_believed(mesh):
  """Secure naming: a certificate of the mesh is not enough, it must be the
  one of the service account that the service runs with."""
  mesh.add_service("bank")
  mesh.add_workload("bank-v1", "bank", account="bank", true_account="imposter")
  try:
    def refusals():
      assert send(mesh.from_client("bank")).status == 503
      stats = mesh.workloads["client"].envoy.admin("/stats?filter=bank.*fail_verify_san")
      return int(stats.rsplit(":", 1)[1])

    mesh.wait_until(refusals, "its certificate is refused for the name in it")
  finally:
    mesh.policy.remove("pod-bank-v1.yaml")


def signed(mesh, uri, issuer):
  """A workload's key and certificate, signed by the test itself."""
  key = new_key()
  now = datetime.datetime.now(datetime.timezone.utc)
  certificate = (x509.CertificateBuilder().subject_name(x509.Name([]))
                 .issuer_name(issuer[1].subject).public_key(key.public_key())
                 .serial_number(x509.random_serial_number())
                 .not_valid_before(now - datetime.timedelta(minutes=1))
                 .not_valid_after(now + datetime.timedelta(hours=1))
                 .add_extension(x509.SubjectAlternativeName(
                     [x509.UniformResourceIdentifier(uri)]), critical=True)
                 .add_extension(x509.BasicConstraints(False, None), critical=True)
                 .add_extension(x509.KeyUsage(True, False, False, False, False, False, False,
                                              False, False), critical=True)
                 .add_extension(x509.ExtendedKeyUsage(
                     [x509.ExtendedKeyUsageOID.CLIENT_AUTH,
                      x509.ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
                 .sign(issuer[0], hashes.SHA256()))
  return key, certificate


def status_with(mesh, folder, key, certificate):
  """Of a request over TLS, straight to the pod, with that certificate; None
  where the handshake fails."""
  context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
  context.check_hostname = False
  context.verify_mode = ssl.CERT_NONE
  context.set_alpn_protocols(["istio"])
  file = folder / "client.pem"
  file.write_bytes(key_pem(key) + certificate.public_bytes(Encoding.PEM))
  context.load_cert_chain(file)
  with entered(mesh.workloads["stranger"].pod.namespace):
    raw = socket.create_connection((mesh.workloads["echo-v1"].pod.address, 8080), 10)
  try:
    with context.wrap_socket(raw) as tls:
      tls.sendall(b"GET / HTTP/1.1\r\nHost: echo\r\nConnection: close\r\n\r\n")
      line = tls.recv(100).split(b"\r\n")[0]
      return int(line.split()[1]) if line else None
  except OSError:
    return None


def test_a_caller_of_another_trust_domain_or_authority_is_not_let_in(mesh, tmp_path):
  own = "spiffe://cluster.local/ns/default/sa/hand-made"
  assert status_with(mesh, tmp_path, *signed(mesh, own, mesh.root)) == 200
  # The same root vouches for it, but it is of another mesh.
  other = "spiffe://other.example/ns/default/sa/hand-made"
  assert status_with(mesh, tmp_path, *signed(mesh, other, mesh.root)) is None
  # It says that it is of this mesh, but nobody vouches for it.
  assert status_with(mesh, tmp_path, *signed(mesh, own, authority("stranger"))) is None


def test_a_token_of_another_namespace_makes_no_proxy(mesh):
  pod = mesh.network.add_pod("thief", capture=False)
  stolen = mesh.control_plane.token("default", "echo")
  thief = mesh.start_agent(pod, {"app": "thief"}, "thief", namespace="istio-system", token=stolen)
  mesh.wait_until(lambda: thief.process.running() and thief.health()[0] == 503 and
                  "spiffe://cluster.local/ns/default/sa/echo" in thief.process.log_tail(50),
                  "the agent says that it has another identity")
  assert "thief.istio-system" not in mesh.control_plane.proxies() or not any(
      state["status"] == "SYNCED"
      for state in mesh.control_plane.proxies()["thief.istio-system"]["types"].values())
  thief.stop()


def test_no_private_key_leaves_the_agent(mesh):
  """The agent's key is in its memory and its Envoy's; it is in no file, no
  log, no dump and not in the control plane's memory."""
  client = mesh.workloads["client"]
  certificate = client.envoy.admin("/certs")
  assert CLIENT in certificate
  assert "PRIVATE KEY" not in client.envoy.admin("/config_dump")
  secret = private_scalar(client.envoy)
  forms = (secret, secret[::-1])  # as written, and as a big number lies in memory
  agents, servers = (memory_of(p.pid) for p in (client.envoy.process, mesh.control_plane.process))
  assert any(form in agents for form in forms)
  assert not any(form in servers for form in forms)
  server_files = mesh.control_plane.data_dir
  for path in [*client.envoy.state_dir.rglob("*"), *mesh.network.logs.rglob("*")]:
    if path.is_file() and server_files not in path.parents:
      content = path.read_bytes()
      assert b"PRIVATE KEY" not in content and secret not in content, path
  assert client.envoy.state_dir.stat().st_mode & 0o077 == 0
  for path in client.envoy.state_dir.rglob("*"):
    assert path.lstat().st_mode & 0o077 == 0, path


def private_scalar(agent):
  """Asks the agent's own socket, as its Envoy does."""
  socket_path, = [p for p in agent.state_dir.rglob("*") if p.is_socket()]
  channel = grpc.insecure_channel(f"unix:{socket_path}")
  stream = channel.stream_stream(
      "/envoy.service.secret.v3.SecretDiscoveryService/StreamSecrets",
      request_serializer=lambda m: m.SerializeToString(),
      response_deserializer=discovery_pb2.DiscoveryResponse.FromString)
  request = discovery_pb2.DiscoveryRequest(
      type_url="type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret",
      resource_names=["default"])
  request.node.id = "test"
  answer = next(stream(iter([request]), timeout=10))
  secret = secret_pb2.Secret()
  answer.resources[0].Unpack(secret)
  channel.close()
  key = load_pem_private_key(secret.tls_certificate.private_key.inline_bytes, None)
  return key.private_numbers().private_value.to_bytes(32, "big")


def memory_of(pid):
  """All of a process's memory that can be written."""
  parts = []
  with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
    for line in maps:
      where, rights = line.split()[:2]
      if "w" not in rights or "[vvar" in line:
        continue
      start, end = (int(n, 16) for n in where.split("-"))
      try:
        memory.seek(start)
        parts.append(memory.read(end - start))
      except (OSError, ValueError):
        pass
  return b"".join(parts)
