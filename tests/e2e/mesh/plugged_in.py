"""Certificate authorities of a test's own, and their files for --ca-dir."""

import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from mesh.certificate_client import key_pem, new_key


def plugged_in(folder, name, root=None):
  """An intermediate authority's four files, under a root."""
  folder.mkdir(exist_ok=True)
  root_key, root_certificate = root or authority(f"{name} root")
  key, certificate = authority(name, (root_key, root_certificate))
  pem = lambda c: c.public_bytes(serialization.Encoding.PEM)
  for file, content in (("ca-cert.pem", pem(certificate)), ("ca-key.pem", key_pem(key)),
                        ("cert-chain.pem", pem(certificate)), ("root-cert.pem", pem(root_certificate))):
    draft = folder / f".{file}"
    draft.write_bytes(content)
    draft.chmod(0o600)
    draft.rename(folder / file)
  return root_key, root_certificate


def authority(name, issuer=None):
  key = new_key()
  subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
  now = datetime.datetime.now(datetime.timezone.utc)
  builder = (x509.CertificateBuilder().subject_name(subject)
             .issuer_name(issuer[1].subject if issuer else subject).public_key(key.public_key())
             .serial_number(x509.random_serial_number())
             .not_valid_before(now - datetime.timedelta(minutes=5))
             .not_valid_after(now + datetime.timedelta(days=30))
             .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
             .add_extension(x509.KeyUsage(False, False, False, False, False, True, True, False,
                                          False), critical=True)
             .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
             .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(
                 (issuer[0] if issuer else key).public_key()), False))
  return key, builder.sign(issuer[0] if issuer else key, hashes.SHA256())
