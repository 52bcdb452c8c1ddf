"""TLS at the gateways of a mesh with identities: certificates from Secrets come
over the mutually authenticated stream, from files through the agent; what a
gateway asks of its clients; and who is given whose Secret. The servers are
those of policy/gateway_identity.yaml."""

import http.client
import os
import ssl
import time

import grpc
import pytest

from lab import certificate
from lab.load import Load, Target
from mesh import kubernetes, xds_client
from mesh.certificate_client import CertificateClient, csr, key_pem, new_key
from mesh.mesh import Mesh
from mesh.policy_text import policy_text
from mesh.request import send

INGRESS = "spiffe://cluster.local/ns/istio-system/sa/ingress"
INGRESS_LABELS = {"istio": "ingressgateway"}
REFUSED = (OSError, http.client.HTTPException)  # ssl.SSLError is an OSError


class Secrets:
  """Of the gateways' namespace, all in one file: what is put together is in
  one change."""

  def __init__(self, policy):
    self._policy = policy
    self._data = {}

  def put(self, **secrets):
    """`secrets`: name -> {key: text}; None: no longer there."""
    self._data |= {name.replace("_", "-"): data for name, data in secrets.items()}
    self._policy.write("secrets.yaml", [
        kubernetes.secret(name, data, "istio-system")
        for name, data in self._data.items() if data])


def pem(pair, roots=None):
  data = {"tls.crt": pair.certificate.read_text("utf-8"), "tls.key": pair.key.read_text("utf-8")}
  return data | (roots_pem(roots, "ca.crt") if roots else {})


def roots_pem(authority, key="cacert"):
  return {key: authority.certificate.read_text("utf-8")}


@pytest.fixture(scope="module")
def mesh():
  with Mesh(identity=True) as made:
    made.control_plane.wait_ready()
    yield made
    assert not made.rejections()


@pytest.fixture(scope="module")
def folder(mesh):
  return mesh.network.folder / "certificates"


@pytest.fixture(scope="module")
def authority(folder):
  return certificate.authority(folder, "authority")


@pytest.fixture(scope="module")
def clients(folder):
  return certificate.authority(folder, "clients")


@pytest.fixture(scope="module")
def made(folder, authority):
  """Makes a certificate for every host of this test; its name is what
  certificate_of() tells."""
  hosts = ["*.example.com"]
  return lambda name: certificate.signed_by(authority, folder, name, hosts)


@pytest.fixture(scope="module")
def secrets(mesh, made, clients):
  put = Secrets(mesh.policy)
  put.put(simple=pem(made("first")), mutual=pem(made("mutual")), mutual_cacert=roots_pem(clients),
          beside=pem(made("beside"), clients), roots=roots_pem(clients),
          two_ec=pem(made("two")))
  return put


@pytest.fixture(scope="module", autouse=True)
def workloads(mesh, folder, made, secrets, clients):
  replace(folder / "served.crt", made("served-first"))
  mesh.policy.write("strict.yaml", policy_text("strict.yaml"))
  mesh.policy.write("gateway.yaml", policy_text("gateway_identity.yaml",
                                                [("CERTIFICATES", str(folder))]))
  mesh.add_service("echo")
  mesh.add_workload("echo-v1", "echo")
  ingress = mesh.add_gateway(labels=INGRESS_LABELS)
  mesh.policy.write("pod-ingress.yaml", [kubernetes.pod(
      "ingress", ingress.pod.address, INGRESS_LABELS, "istio-system", service_account="ingress")])
  mesh.wait_until(lambda: certificate_of(https(mesh, "simple", trusting_of(folder))) == "first",
                  "the gateway serves", 30)


def replace(path, pair):
  """Puts a pair in place of <path> and its key, each at once."""
  for source, target in ((pair.certificate, path), (pair.key, path.with_suffix(".key"))):
    draft = target.with_suffix(".draft")
    draft.write_bytes(source.read_bytes())
    os.replace(draft, target)


def trusting_of(folder, pair=None):
  context = ssl.create_default_context(cafile=str(folder / "authority.crt"))
  if pair:
    context.load_cert_chain(pair.certificate, pair.key)
  return context


@pytest.fixture
def trusting(folder):
  return trusting_of(folder)


def https(mesh, host, context, gateway="ingress"):
  return mesh.from_outside(f"{host}.example.com", 443, tls=context, gateway=gateway)


def certificate_of(target):
  """The common name of the certificate that is served; None without one."""
  try:
    connection = target.connect()
  except OSError:
    return None
  with connection.sock:
    return connection.sock.getpeercert()["subject"][0][0][1]


def let_in(target):
  try:
    return send(target).status == 200
  except REFUSED:
    return False


# Certificates from Secrets


def test_the_certificate_comes_over_the_mutually_authenticated_stream(mesh, trusting):
  proxy = mesh.control_plane.proxies()["ingress.istio-system"]
  assert INGRESS in str(proxy)
  assert send(https(mesh, "simple", trusting)).json["version"] == "v1"
  dump = str(mesh.workloads["ingress"].envoy.config_dump())
  assert "kubernetes://simple" in dump and "PRIVATE KEY" not in dump


def test_the_gateway_speaks_mutual_tls_to_the_sidecars_of_a_strict_mesh(mesh, trusting):
  headers = send(https(mesh, "simple", trusting)).json["headers"]
  assert f"URI={INGRESS}" in headers["x-forwarded-client-cert"]


def test_of_two_named_certificates_one_that_is_missing_does_not_matter(mesh, trusting):
  assert certificate_of(https(mesh, "two", trusting)) == "two"


def test_a_renewed_secret_is_served_and_no_request_is_lost(mesh, trusting, secrets, made):
  target = https(mesh, "simple", trusting)
  kept = Load(target, clients=2, per_second=40)
  new = Load(Target(**{**target.__dict__, "headers": {"Connection": "close"}}), clients=2,
             per_second=40)
  with kept, new:
    for name in ("second", "third", "first"):
      secrets.put(simple=pem(made(name)))
      mesh.wait_until(lambda: certificate_of(target) == name, f"{name} is served")
      moment = time.monotonic()
      mesh.wait_until(lambda: len(new.since(moment)) > 10 and len(kept.since(moment)) > 10,
                      "requests go on")
  assert not kept.failures() and not new.failures()


# What is asked of clients

MUTUAL = ["mutual", "beside", "named", "mutual-file"]


@pytest.mark.parametrize("host", MUTUAL)
def test_mutual_lets_nobody_in_without_a_certificate(mesh, trusting, host):
  with pytest.raises(REFUSED):
    send(https(mesh, host, trusting))


@pytest.mark.parametrize("host", [*MUTUAL, "optional"])
def test_a_certificate_of_another_authority_is_refused(mesh, folder, made, host):
  with pytest.raises(REFUSED):
    send(https(mesh, host, trusting_of(folder, made("foreigner"))))


@pytest.mark.parametrize("host", [*MUTUAL, "optional"])
def test_a_client_with_a_good_certificate_is_let_in_and_named(mesh, folder, clients, host):
  good = certificate.signed_by(clients, folder, "customer", ["customer.example.org"])
  answer = send(https(mesh, host, trusting_of(folder, good)))
  assert answer.status == 200
  told = answer.json["headers"]["x-forwarded-client-cert"]
  assert 'Subject="CN=customer"' in told and "DNS=customer.example.org" in told


def test_optional_mutual_lets_clients_in_without_a_certificate(mesh, trusting):
  answer = send(https(mesh, "optional", trusting))
  assert answer.status == 200
  assert "CN=customer" not in answer.json["headers"]["x-forwarded-client-cert"]


def test_a_client_cannot_name_itself(mesh, trusting):
  forged = 'Subject="CN=customer"'
  answer = send(https(mesh, "optional", trusting), headers={"X-Forwarded-Client-Cert": forged})
  assert forged not in answer.json["headers"]["x-forwarded-client-cert"]


def test_renewed_roots_decide_who_is_let_in(mesh, folder, clients, secrets):
  good = certificate.signed_by(clients, folder, "customer", ["customer"])
  others = certificate.authority(folder, "others")
  newcomer = certificate.signed_by(others, folder, "newcomer", ["newcomer"])
  old, new = (https(mesh, "mutual", trusting_of(folder, pair)) for pair in (good, newcomer))
  assert let_in(old) and not let_in(new)
  secrets.put(mutual_cacert=roots_pem(others))
  mesh.wait_until(lambda: let_in(new) and not let_in(old), "the new roots decide")
  secrets.put(mutual_cacert=roots_pem(clients))
  mesh.wait_until(lambda: let_in(old) and not let_in(new), "the first ones again")


def identity(mesh, namespace, account):
  """A key and its chain, from the mesh's own authority."""
  key = new_key()
  token = mesh.control_plane.token(namespace, account)
  with CertificateClient(mesh.control_plane, token=token) as client:
    return key, client.ask(csr(key))


def meshed(mesh, folder, pair=None):
  """Trusts the mesh. `pair`: a key and its chain, or two files."""
  context = ssl.create_default_context(cadata=mesh.control_plane.trust_bundle())
  context.check_hostname = False
  if isinstance(pair, certificate.Certificate):
    context.load_cert_chain(pair.certificate, pair.key)
  elif pair:
    file = folder / "identity.pem"
    file.write_text(key_pem(pair[0]).decode() + "".join(pair[1]), encoding="utf-8")
    context.load_cert_chain(file)
  return context


def test_istio_mutual_shows_the_gateways_own_identity(mesh, folder):
  connection = https(mesh, "mesh", meshed(mesh, folder, identity(mesh, "default", "web"))).connect()
  with connection.sock:
    assert ("URI", INGRESS) in connection.sock.getpeercert()["subjectAltName"]


def test_istio_mutual_lets_the_mesh_in_and_nobody_else(mesh, folder, made):
  answer = send(https(mesh, "mesh", meshed(mesh, folder, identity(mesh, "default", "web"))))
  assert answer.status == 200
  told = answer.json["headers"]["x-forwarded-client-cert"]
  assert "URI=spiffe://cluster.local/ns/default/sa/web" in told and f"URI={INGRESS}" in told
  for stranger in (None, made("foreigner")):
    with pytest.raises(REFUSED):
      send(https(mesh, "mesh", meshed(mesh, folder, stranger)))


def test_a_sidecar_gets_through_a_gateway_by_mutual_tls(mesh):
  client = mesh.add_client()
  address = f"{mesh.network.prefix}250"
  mesh.policy.write("through-gateway.yaml", f"""apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {{name: edge}}
spec:
  hosts: [mesh.example.com]
  addresses: [{address}]
  resolution: STATIC
  ports: [{{number: 80, name: http, protocol: HTTP, targetPort: 443}}]
  endpoints: [{{address: {mesh.workloads["ingress"].pod.address}}}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {{name: edge}}
spec:
  host: mesh.example.com
  trafficPolicy:
    tls: {{mode: ISTIO_MUTUAL, sni: mesh.example.com, subjectAltNames: ["{INGRESS}"]}}
""")
  way = Target(address, 80, "mesh.example.com", namespace=client.pod.namespace)
  mesh.wait_until(lambda: let_in(way), "the sidecar is let in")
  told = send(way).json["headers"]["x-forwarded-client-cert"]
  assert "URI=spiffe://cluster.local/ns/default/sa/client" in told


# Certificates from files


def test_files_come_through_the_agent_and_are_taken_up_when_replaced(mesh, folder, trusting, made):
  target = https(mesh, "file", trusting)
  assert certificate_of(target) == "served-first"
  assert f"file-cert:{folder}/served.crt" in str(mesh.workloads["ingress"].envoy.config_dump())
  with Load(Target(**{**target.__dict__, "headers": {"Connection": "close"}}), clients=2,
            per_second=40) as load:
    replace(folder / "served.crt", made("served-second"))
    mesh.wait_until(lambda: certificate_of(target) == "served-second", "the new file is served")
  assert load.answers and not load.failures()


# What is missing or broken


def test_a_missing_secret_degrades_its_own_host_only(mesh, trusting, secrets, made):
  assert not let_in(https(mesh, "missing", trusting))
  assert let_in(https(mesh, "simple", trusting))
  secrets.put(missing=pem(made("late")))
  mesh.wait_until(lambda: certificate_of(https(mesh, "missing", trusting)) == "late",
                  "the host is served once its secret is there")


def broken(kind, made):
  good = pem(made("good"))
  return {
      "not PEM": {"tls.crt": "nonsense", "tls.key": "nonsense"},
      "damaged": good | {"tls.crt": "-----BEGIN CERTIFICATE-----\nbm9uc2Vuc2U=\n"
                                    "-----END CERTIFICATE-----\n"},
      "another's key": good | {"tls.key": pem(made("stranger"))["tls.key"]},
      "without a key": {"tls.crt": good["tls.crt"]},
      "gone": None,
  }[kind]


@pytest.mark.parametrize("kind", ["not PEM", "damaged", "another's key", "without a key", "gone"])
def test_a_broken_secret_holds_up_no_other(mesh, trusting, secrets, made, kind):
  """Not even those that change together with it."""
  name = "other-" + kind.replace(" ", "-").replace("'", "")
  secrets.put(simple=broken(kind, made), two_ec=pem(made(name)))
  mesh.wait_until(lambda: certificate_of(https(mesh, "two", trusting)) == name,
                  "the other host's new certificate is served")
  secrets.put(simple=pem(made("mended")))
  mesh.wait_until(lambda: certificate_of(https(mesh, "simple", trusting)) == "mended",
                  "the mended one is served")
  assert let_in(https(mesh, "simple", trusting))
  assert not mesh.rejections()


def test_a_gateway_starts_with_what_is_whole(mesh, trusting, secrets, made):
  secrets.put(simple=broken("another's key", made))
  mesh.add_gateway("second", INGRESS_LABELS)
  mesh.wait_until(lambda: let_in(https(mesh, "two", trusting, "second")), "it serves what it can")
  assert not let_in(https(mesh, "simple", trusting, "second"))
  secrets.put(simple=pem(made("first")))
  mesh.wait_until(lambda: certificate_of(https(mesh, "simple", trusting, "second")) == "first",
                  "and the rest once it is mended")


# Who is given what


class Asker:
  """Asks for secrets over xDS with an identity of the mesh, as the node that
  it says it is."""

  def __init__(self, mesh, namespace, account):
    key, chain = identity(mesh, namespace, account)
    self._address = mesh.control_plane.secure_address
    self._credentials = grpc.ssl_channel_credentials(
        mesh.control_plane.trust_bundle().encode(), key_pem(key), "".join(chain).encode())

  def stream(self, node):
    return xds_client.DeltaStream(self._address, node, credentials=self._credentials)

  def given(self, node, *names):
    """Those of the secrets that it gets."""
    with self.stream(node) as stream:
      stream.subscribe(xds_client.SDS, names)
      told = set()
      given = set()
      while told < set(names):
        answer = stream.receive()
        given |= {resource.name for resource in answer.resources}
        told |= given | set(answer.removed_resources)
        stream.ack(answer)
      return given


def router(name, namespace="istio-system", labels=None, address="10.0.0.9", **metadata):
  return xds_client.node(name, namespace, "router", address, LABELS=labels or INGRESS_LABELS,
                         **metadata)


SIMPLE = "kubernetes://simple"


@pytest.fixture(scope="module")
def unnamed(secrets, made):
  """A Secret that no policy names."""
  secrets.put(unnamed=pem(made("unnamed")))
  return "kubernetes://unnamed"


def test_a_gateway_is_given_what_its_servers_name(mesh, unnamed):
  ingress = Asker(mesh, "istio-system", "ingress")
  asked = (SIMPLE, "kubernetes://beside", "kubernetes://beside-cacert", "kubernetes://roots-cacert")
  node = router("ingress", address=mesh.workloads["ingress"].pod.address)
  assert ingress.given(node, *asked, unnamed) == set(asked)


def test_another_gateway_of_the_namespace_is_not_given_it(mesh, unnamed):
  other = Asker(mesh, "istio-system", "other")
  assert not other.given(router("other", labels={"istio": "other"}), SIMPLE, unnamed)


def test_a_sidecar_of_the_namespace_is_not_given_it(mesh):
  sidecar = xds_client.node("ingress", "istio-system", LABELS=INGRESS_LABELS)
  assert not Asker(mesh, "istio-system", "ingress").given(sidecar, SIMPLE)


def test_a_proxy_of_another_namespace_is_not_given_it(mesh):
  outsider = Asker(mesh, "default", "ingress")
  node = router("ingress", "default")
  assert not outsider.given(node, SIMPLE, "kubernetes://istio-system/simple")


def test_a_stolen_node_id_is_turned_away(mesh):
  thief = Asker(mesh, "default", "ingress")
  address = mesh.workloads["ingress"].pod.address
  for node in (router("ingress", address=address),
               router("ingress", address=address, NAMESPACE="default")):
    with thief.stream(node) as stream:
      stream.subscribe(xds_client.SDS, [SIMPLE])
      assert stream.ended.wait(10)
      assert stream.status is grpc.StatusCode.PERMISSION_DENIED
      assert stream.nothing_waiting()


def test_a_proxy_that_its_pod_contradicts_is_given_nothing(mesh):
  """In the same namespace, with an account of its own and the ingress' name,
  or with the ingress' account and labels that its Pod does not have."""
  address = mesh.workloads["ingress"].pod.address
  neighbour = Asker(mesh, "istio-system", "neighbour")
  assert not neighbour.given(router("ingress", address=address), SIMPLE)
  assert not neighbour.given(router("nobody", address=address), SIMPLE)
  plain = Asker(mesh, "istio-system", "plain")
  node = router("plain", address="10.0.0.8")
  assert plain.given(node, SIMPLE)  # no Pod is known of it
  mesh.policy.write("pod-plain.yaml", [kubernetes.pod(
      "plain", "10.0.0.8", {"app": "plain"}, "istio-system", service_account="plain")])
  mesh.wait_until(lambda: not plain.given(node, SIMPLE), "its Pod is known")
