"""Who gets a certificate, what is in it, and who accepts it."""

import datetime
import json
import pathlib
import re
import stat
import subprocess

import grpc
import pytest
from cryptography import x509
from cryptography.x509 import verification
from cryptography.hazmat.primitives import hashes

from lab.control_plane import BINNACLECTL, ControlPlane
from lab.wait import until
from mesh.certificate_client import CertificateClient, csr, key_pem, new_key, uri_of
from mesh.plugged_in import plugged_in

WEB = "spiffe://cluster.local/ns/shop/sa/web"
_BAD_REQUESTS = pathlib.Path(__file__).resolve().parents[1] / "ca" / "bad_csr"


def start(folder, *flags):
  (folder / "policy").mkdir(exist_ok=True)
  made = ControlPlane(folder / "policy", folder, secure=True, flags=flags)
  made.wait_ready()
  return made


@pytest.fixture(scope="module")
def control_plane(tmp_path_factory):
  made = start(tmp_path_factory.mktemp("certificates"))
  yield made
  made.stop()


def first_certificate(control_plane, namespace="shop", account="web", **asking):
  key = new_key()
  with CertificateClient(control_plane, control_plane.token(namespace, account)) as client:
    return key, client.ask(csr(key), **asking)


def refusal(client, request_pem, **asking):
  with pytest.raises(grpc.RpcError) as refused:
    client.ask(request_pem, **asking)
  return refused.value


def issued(control_plane, *words):
  return json.loads(control_plane.ctl("ca", "issued", *words, "-o", "json"))


def test_the_identity_is_the_tokens_whatever_the_request_says(control_plane):
  key = new_key()
  with CertificateClient(control_plane, control_plane.token("shop", "web")) as client:
    chain = client.ask(csr(key, name="spiffe://cluster.local/ns/kube-system/sa/admin"))
  leaf = x509.load_pem_x509_certificate(chain[0].encode())
  assert uri_of(leaf) == [WEB]
  assert leaf.public_key().public_numbers() == key.public_key().public_numbers()


def test_a_certificate_is_an_x509_svid_to_the_letter(control_plane):
  _, chain = first_certificate(control_plane)
  leaf = x509.load_pem_x509_certificate(chain[0].encode())
  extension = {e.oid._name: e for e in leaf.extensions}
  assert uri_of(leaf) == [WEB]
  assert extension["subjectAltName"].critical and not list(leaf.subject)
  assert not extension["basicConstraints"].value.ca
  usage = extension["keyUsage"]
  assert usage.critical and usage.value.digital_signature
  assert not usage.value.key_cert_sign and not usage.value.crl_sign
  purposes = {oid._name for oid in extension["extendedKeyUsage"].value}
  assert purposes == {"serverAuth", "clientAuth"}
  now = datetime.datetime.now(datetime.timezone.utc)
  assert leaf.not_valid_before_utc <= now - datetime.timedelta(minutes=1)
  assert datetime.timedelta(hours=23) < leaf.not_valid_after_utc - now <= datetime.timedelta(hours=24)


def test_a_lifetime_is_had_as_asked_for_and_cut_to_what_is_allowed(control_plane):
  def life(seconds):
    leaf = x509.load_pem_x509_certificate(first_certificate(control_plane, seconds=seconds)[1][0].encode())
    return (leaf.not_valid_after_utc - datetime.datetime.now(datetime.timezone.utc)).total_seconds()

  assert 3500 < life(3600) <= 3600
  assert 2159 * 3600 < life(10 * 365 * 86400) <= 2160 * 3600
  assert 23 * 3600 < life(-5) <= 24 * 3600


def assert_accepted(folder, chain, roots):
  """By OpenSSL, and by an implementation that shares nothing with it."""
  names = [folder / name for name in ("leaf.pem", "rest.pem", "roots.pem")]
  for path, text in zip(names, (chain[0], "".join(chain[1:]), roots)):
    path.write_text(text)
  leaf, rest, trusted = names
  for purpose in ("sslclient", "sslserver"):
    done = subprocess.run(["openssl", "verify", "-x509_strict", "-purpose", purpose, "-CAfile",
                           trusted, "-untrusted", rest, leaf], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
  store = verification.Store(x509.load_pem_x509_certificates(roots.encode()))
  verified = verification.PolicyBuilder().store(store).build_client_verifier().verify(
      x509.load_pem_x509_certificate(chain[0].encode()),
      [x509.load_pem_x509_certificate(pem.encode()) for pem in chain[1:]])
  assert [name.value for name in verified.subjects] == [WEB]


@pytest.mark.parametrize("algorithm", ["ec-p256", "ec-p384", "rsa-2048", "rsa-3072", "rsa-4096"])
def test_openssl_and_a_second_implementation_accept_a_certificate(tmp_path, algorithm):
  control_plane = start(tmp_path, "--ca-key", algorithm)
  try:
    _, chain = first_certificate(control_plane)
    assert_accepted(tmp_path, chain, control_plane.trust_bundle())
  finally:
    control_plane.stop()


def test_a_request_that_is_replayed_gives_nobody_the_identity_it_was_made_for(control_plane):
  overheard = csr(new_key(), name=WEB)
  with CertificateClient(control_plane, control_plane.token("shop", "web")) as client:
    client.ask(overheard)
  with CertificateClient(control_plane, control_plane.token("shop", "thief")) as client:
    chain = client.ask(overheard)
  assert uri_of(x509.load_pem_x509_certificate(chain[0].encode())) == [
      "spiffe://cluster.local/ns/shop/sa/thief"]
  with CertificateClient(control_plane) as client:
    assert refusal(client, overheard).code() == grpc.StatusCode.UNAUTHENTICATED


def test_a_certificate_renews_itself_without_a_token(control_plane):
  key, chain = first_certificate(control_plane)
  next_key = new_key()
  with CertificateClient(control_plane, key=key, chain=chain[:1]) as client:
    renewed = client.ask(csr(next_key))
  assert uri_of(x509.load_pem_x509_certificate(renewed[0].encode())) == [WEB]
  assert renewed[0] != chain[0]


def test_nobody_gets_a_certificate_without_a_credential_that_holds(control_plane, tmp_path):
  request = csr(new_key())
  before = len(issued(control_plane, "--limit", "10000"))

  with CertificateClient(control_plane) as client:
    assert refusal(client, request).code() == grpc.StatusCode.UNAUTHENTICATED
  good = control_plane.token("shop", "web")
  head, body, signature = good.split(".")
  for token in ("rubbish", good[:-4], ".".join([head, body[:-2] + "AA", signature]),
                ".".join([head, body, ""])):
    with CertificateClient(control_plane, token) as client:
      error = refusal(client, request)
      assert error.code() == grpc.StatusCode.UNAUTHENTICATED
      assert "signature" not in error.details()  # nothing that helps to forge one

  stranger = start(tmp_path)
  try:
    with CertificateClient(control_plane, stranger.token("shop", "web")) as client:
      assert refusal(client, request).code() == grpc.StatusCode.UNAUTHENTICATED
    key, chain = first_certificate(stranger)
    with CertificateClient(control_plane, key=key, chain=chain[:1]) as client:
      assert refusal(client, request).code() == grpc.StatusCode.UNAUTHENTICATED
  finally:
    stranger.stop()
  assert len(issued(control_plane, "--limit", "10000")) == before


def test_a_hundred_bad_requests_get_nothing_and_harm_nothing(control_plane):
  requests = sorted(_BAD_REQUESTS.glob("*.pem"))
  assert len(requests) >= 100
  before = len(issued(control_plane, "--limit", "10000"))
  with CertificateClient(control_plane, control_plane.token("shop", "web")) as client:
    for path in requests:
      text = path.read_bytes().decode("utf-8", errors="replace")
      error = refusal(client, text)
      assert error.code() == grpc.StatusCode.INVALID_ARGUMENT, path.name
      assert error.details(), path.name
    assert client.ask(csr(new_key()))
  assert len(issued(control_plane, "--limit", "10000")) == before + 1


def test_who_may_be_one_account_may_not_ask_for_another(control_plane):
  with CertificateClient(control_plane, control_plane.token("shop", "web")) as client:
    error = refusal(client, csr(new_key()), metadata={
        "ImpersonatedIdentity": "spiffe://cluster.local/ns/kube-system/sa/admin"})
    assert error.code() == grpc.StatusCode.PERMISSION_DENIED
    assert refusal(client, csr(new_key()), metadata={"CertSigner": "other"}).code() == (
        grpc.StatusCode.INVALID_ARGUMENT)


def test_every_certificate_is_in_the_log(control_plane):
  _, chain = first_certificate(control_plane, account="logged")
  leaf = x509.load_pem_x509_certificate(chain[0].encode())
  record, = issued(control_plane, "/sa/logged")
  assert int(record["serial"], 16) == leaf.serial_number
  assert record["identity"] == "spiffe://cluster.local/ns/shop/sa/logged"
  assert record["caller"] == "token system:serviceaccount:shop:logged"
  assert record["fingerprint"] == leaf.fingerprint(hashes.SHA256()).hex()
  assert issued(control_plane, "--serial", record["serial"]) == [record]


def test_an_administrator_gives_orders_from_another_host(tmp_path):
  control_plane = start(tmp_path, "--remote-admin-address", "127.0.0.1:0", "--administrator",
                        "spiffe://cluster.local/ns/ops/sa/admin")
  port = re.search(r"orders: listening on 127\.0\.0\.1:(\d+)",
                   control_plane.process.log.read_text())[1]
  (tmp_path / "roots.pem").write_text(control_plane.trust_bundle())

  def order(account, *words, server=f"localhost:{port}"):
    key, chain = first_certificate(control_plane, "ops", account)
    (tmp_path / "certificate.pem").write_text("".join(chain))
    (tmp_path / "key.pem").write_bytes(key_pem(key))
    return control_plane.try_ctl(
        *words, "--admin", "127.0.0.1:9", "--server", server, "--roots", tmp_path / "roots.pem",
        "--certificate", tmp_path / "certificate.pem", "--key", tmp_path / "key.pem")

  made = order("admin", "token", "create", "-n", "shop", "--service-account", "web")
  assert made.returncode == 0, made.stderr
  with CertificateClient(control_plane, made.stdout.strip()) as client:
    chain = client.ask(csr(new_key()))
  assert uri_of(x509.load_pem_x509_certificate(chain[0].encode())) == [WEB]

  refused = order("other", "token", "create", "-n", "shop", "--service-account", "web")
  assert refused.returncode == 1 and refused.stdout == ""
  assert "spiffe://cluster.local/ns/ops/sa/other is not named as an administrator" in refused.stderr

  misled = order("admin", "token", "create", server=f"127.0.0.1:{port}")
  assert misled.returncode == 3
  assert "not under the roots" in misled.stderr and "not for that name" in misled.stderr

  # Nobody stays connected with what was issued above.
  assert order("admin", "ca", "rotate").returncode == 0
  turned = order("admin", "ca", "rotate", "--without-absent", "--wait", "--timeout", "20s")
  assert turned.returncode == 0, turned.stderr
  assert "the new root signs" in turned.stderr
  assert json.loads(control_plane.ctl("ca", "status", "-o", "json"))["phase"] == "retiring"
  assert order("admin", "token", "create").returncode == 3  # under the new root now
  (tmp_path / "roots.pem").write_text(control_plane.trust_bundle())
  assert order("admin", "token", "create").returncode == 0
  control_plane.stop()


def test_an_administrators_certificate_is_had_renewed_and_used_from_another_host(tmp_path):
  control_plane = start(tmp_path, "--remote-admin-address", "127.0.0.1:0", "--administrator",
                        "spiffe://cluster.local/ns/ops/sa/admin")
  port = re.search(r"orders: listening on 127\.0\.0\.1:(\d+)",
                   control_plane.process.log.read_text())[1]
  roots, token, out = (tmp_path / name for name in ("roots.pem", "token", "admin"))
  roots.write_text(control_plane.trust_bundle())
  token.write_text(control_plane.token("ops", "admin"))

  def elsewhere(*words):
    """binnaclectl where neither the server's admin address nor its socket can be reached."""
    done = subprocess.run([BINNACLECTL, *map(str, words)], text=True, capture_output=True,
                          env={"BINNACLE_ADMIN": "127.0.0.1:9", "BINNACLE_SOCKET": "/nowhere"})
    assert done.returncode == 0, done.stderr
    return done.stdout

  def request(*words):
    return elsewhere("ca", "request", "--server", control_plane.secure_address, "--out", out, *words)

  def ask(*words):
    return elsewhere(*words, "--server", f"localhost:{port}", "--certificate",
                     out / "cert-chain.pem", "--key", out / "key.pem", "--roots",
                     out / "root-cert.pem")

  told = request("--roots", roots, "--token-file", token, "--lifetime", "1h")
  assert told.startswith("spiffe://cluster.local/ns/ops/sa/admin\nvalid until")
  assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in out.iterdir()} == {
      name: 0o600 for name in ("key.pem", "cert-chain.pem", "root-cert.pem")}
  assert "CN=Binnacle root" in ask("ca", "status")
  token.unlink()
  first = (out / "cert-chain.pem").read_text()
  request()
  assert (out / "cert-chain.pem").read_text() != first
  assert ask("ca", "root") == control_plane.trust_bundle()
  records = json.loads(ask("ca", "issued", "/sa/admin", "-o", "json"))
  assert [record["caller"].split()[0] for record in records] == ["certificate", "token"]
  assert ask("token", "create", "-n", "shop", "--service-account", "web").count(".") == 2
  control_plane.stop()


def test_how_many_certificates_one_identity_gets_is_a_flag(tmp_path):
  control_plane = start(tmp_path, "--cert-rate", "0.01", "--cert-burst", "2")
  with CertificateClient(control_plane, control_plane.token("shop", "web")) as client:
    for _ in range(2):
      client.ask(csr(new_key()))
    error = refusal(client, csr(new_key()))
  assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
  assert "0.01 certificates per second for one identity" in error.details()
  first_certificate(control_plane, account="other")
  control_plane.stop()


def test_the_root_survives_a_kill_and_certificates_of_before_stay_good(tmp_path):
  control_plane = start(tmp_path)
  try:
    root = control_plane.trust_bundle()
    key, chain = first_certificate(control_plane)
    control_plane.kill()
    control_plane.restart()
    assert control_plane.trust_bundle() == root
    with CertificateClient(control_plane, key=key, chain=chain[:1]) as client:
      assert client.ask(csr(new_key()))
    assert len(issued(control_plane, "/sa/web")) == 2
  finally:
    control_plane.stop()


@pytest.mark.parametrize("damage", ["cut", "empty", "flip", "gone", "readable"])
def test_damaged_keys_are_a_clear_refusal_to_start_and_never_a_new_root(tmp_path, damage):
  control_plane = start(tmp_path)
  first_certificate(control_plane)
  assert control_plane.stop() == 0
  state = control_plane.data_dir / "ca" / "authority.state"
  content = state.read_bytes()
  if damage == "cut":
    state.write_bytes(content[:len(content) // 2])
  elif damage == "empty":
    state.write_bytes(b"")
  elif damage == "flip":
    middle = len(content) // 2
    state.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1:])
  elif damage == "gone":
    state.unlink()
  else:
    state.chmod(0o644)
  with pytest.raises(RuntimeError) as refused:
    control_plane.start()
  assert "authority.state" in str(refused.value)
  assert "ended with 1" in str(refused.value)

  state.write_bytes(content)
  state.chmod(0o600)
  control_plane.restart()
  control_plane.stop()


def test_keys_are_for_their_owner_alone_and_in_no_log(tmp_path):
  control_plane = start(tmp_path, "--log-level", "trace")
  try:
    token = control_plane.token("shop", "web")
    first_certificate(control_plane)
    for path in control_plane.data_dir.rglob("*"):
      mode = stat.S_IMODE(path.lstat().st_mode)
      assert mode & 0o077 == 0, f"{path} has mode {mode:o}"
    assert stat.S_IMODE(control_plane.data_dir.stat().st_mode) == 0o700
    log = control_plane.process.log.read_text()
    assert "PRIVATE KEY" not in log and token not in log and token.split(".")[2] not in log
  finally:
    control_plane.stop()


def test_plugged_in_certificates_sign_and_new_files_are_taken_up(tmp_path):
  folder = tmp_path / "plugged-in"
  root = plugged_in(folder, "first")
  control_plane = start(tmp_path, "--ca-dir", str(folder))
  try:
    _, chain = first_certificate(control_plane)
    assert len(chain) == 3  # leaf, intermediate, root
    assert "CN=first" in control_plane.ctl("ca", "status")
    assert_accepted(tmp_path, chain[:2], chain[2])

    (folder / "ca-key.pem").write_bytes(b"half a key")
    until(lambda: "certificates in" in control_plane.process.log_tail(5), 20, "it is complained of")
    assert first_certificate(control_plane)  # with what it had
    plugged_in(folder, "second", root)
    until(lambda: "CN=second" in control_plane.ctl("ca", "status"), 20, "the new issuer signs")
    _, chain = first_certificate(control_plane)
    issuer = x509.load_pem_x509_certificate(chain[1].encode())
    assert issuer.subject.rfc4514_string() == "CN=second"
  finally:
    control_plane.stop()


def test_a_full_disk_issues_nothing_that_is_not_written_down_and_is_survived(tmp_path):
  disk = tmp_path / "disk"
  disk.mkdir()
  subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k,mode=0700", "none", disk], check=True)
  control_plane = None
  try:
    (tmp_path / "policy").mkdir()
    control_plane = ControlPlane(tmp_path / "policy", tmp_path, secure=True, data_dir=disk / "data")
    control_plane.wait_ready()
    _, chain = first_certificate(control_plane)
    token = control_plane.token("shop", "web")
    filler = disk / "filler"
    with open(filler, "wb", buffering=0) as file, pytest.raises(OSError):
      while file.write(b"\0" * 4096):
        pass
    outcomes = set()
    given = []
    with CertificateClient(control_plane, token) as client:
      for _ in range(200):
        try:
          given.append(client.ask(csr(new_key()))[0])
          outcomes.add(grpc.StatusCode.OK)
        except grpc.RpcError as error:
          outcomes.add(error.code())
      assert grpc.StatusCode.UNAVAILABLE in outcomes
      assert outcomes <= {grpc.StatusCode.OK, grpc.StatusCode.UNAVAILABLE}
      assert control_plane.process.running()
      assert control_plane.try_ctl("ca", "rotate").returncode == 1  # cannot be stored either
      filler.unlink()
      until(lambda: client.ask(csr(new_key())), 20, "there is room again")
    serials = {record["serial"] for record in issued(control_plane, "--limit", "10000")}
    for pem in [chain[0], *given]:
      serial = x509.load_pem_x509_certificate(pem.encode()).serial_number
      assert serial in {int(text, 16) for text in serials}
    control_plane.kill()
    control_plane.restart()
    assert first_certificate(control_plane)
  finally:
    if control_plane:
      control_plane.stop()
    subprocess.run(["umount", "-l", disk], check=True)


def test_a_disk_that_is_full_from_the_start_is_a_clear_refusal(tmp_path):
  disk = tmp_path / "disk"
  disk.mkdir()
  subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k,mode=0700", "none", disk], check=True)
  try:
    (tmp_path / "policy").mkdir()
    with pytest.raises(RuntimeError) as refused:
      ControlPlane(tmp_path / "policy", tmp_path, secure=True, data_dir=disk / "data")
    assert str(disk) in str(refused.value) and "ended with 1" in str(refused.value)
  finally:
    subprocess.run(["umount", "-l", disk], check=True)
