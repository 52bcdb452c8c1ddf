"""Makes tests/ca/bad_csr/*.pem: certificate requests of which each must be refused,
and tests/ca/good_csr/*.pem: some that look odd and must be taken.

  build/venv/bin/python tests/ca/make_bad_csrs.py

The files are committed; run it again only to add to them, as keys and
signatures are new each time. What `cryptography` declines to make (signatures
with MD5, one key's request signed with another's) is put together here by hand.
"""

import base64
import os
import pathlib
import re
import subprocess
import tempfile

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.x509.oid import NameOID

HERE = pathlib.Path(__file__).parent
URI = "spiffe://cluster.local/ns/production/sa/wordpress"
LABEL = "CERTIFICATE REQUEST"


# --- PEM and DER -----------------------------------------------------------

def pem(der, label=LABEL):
  text = base64.b64encode(der).decode()
  lines = [text[i:i + 64] for i in range(0, len(text), 64)]
  return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])


def tlv(tag, content):
  size = len(content)
  if size < 0x80:
    return bytes([tag, size]) + content
  length = size.to_bytes((size.bit_length() + 7) // 8, "big")
  return bytes([tag, 0x80 | len(length)]) + length + content


def read(data):
  """The first value of `data`: its tag, its content, itself, and what follows."""
  size, start = data[1], 2
  if size & 0x80:
    count = size & 0x7F
    size, start = int.from_bytes(data[2:2 + count], "big"), 2 + count
  end = start + size
  return data[0], data[start:end], data[:end], data[end:]


def parts(der):
  """Request information, algorithm and signature: each whole."""
  _, content, _, _ = read(der)
  _, _, info, rest = read(content)
  _, _, algorithm, rest = read(rest)
  _, _, signature, _ = read(rest)
  return info, algorithm, signature


def join(info, algorithm, signature):
  return tlv(0x30, info + algorithm + signature)


def bits(content):
  return tlv(0x03, b"\0" + content)


def info_parts(info):
  """Version, subject, key and attributes: each whole."""
  _, content, _, _ = read(info)
  found = []
  while content:
    _, _, whole, content = read(content)
    found.append(whole)
  return found


def oid(text):
  numbers = [int(n) for n in text.split(".")]
  content = bytes([numbers[0] * 40 + numbers[1]])
  for number in numbers[2:]:
    digits = [number & 0x7F]
    while number := number >> 7:
      digits.insert(0, 0x80 | number & 0x7F)
    content += bytes(digits)
  return tlv(0x06, content)


# --- requests --------------------------------------------------------------

def build(key, extensions=(), name="", digest=hashes.SHA256(), **options):
  attributes = [x509.NameAttribute(NameOID.COMMON_NAME, name)] if name else []
  builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(attributes))
  names = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(URI)])
  builder = builder.add_extension(names, critical=True)
  for extension in extensions:
    builder = builder.add_extension(extension, critical=True)
  csr = builder.sign(key, digest, **options)
  return csr.public_bytes(serialization.Encoding.DER)


def signed(key, info, digest=hashes.SHA256(), algorithm="1.2.840.10045.4.3.2"):
  """Request information with a good signature, whatever it says."""
  return join(info, tlv(0x30, oid(algorithm)), bits(key.sign(info, ec.ECDSA(digest))))


def by_openssl(*arguments):
  with tempfile.TemporaryDirectory() as directory:
    key, out = f"{directory}/key.pem", f"{directory}/csr.pem"
    subprocess.run(["openssl", "genpkey", "-out", key, *arguments[0]], check=True,
                   capture_output=True)
    subprocess.run(["openssl", "req", "-new", "-key", key, "-subj", "/CN=x", "-out", out,
                    *arguments[1]], check=True, capture_output=True)
    return pathlib.Path(out).read_text()


def usage(**said):
  names = ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
           "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"]
  return x509.KeyUsage(**{name: said.get(name, False) for name in names})


# --- what is wrong with them -----------------------------------------------

def truncated(good):
  text = pem(good)
  for percent in (0, 5, 20, 35, 50, 65, 80, 95):
    yield f"text-cut-at-{percent}-percent", text[:len(text) * percent // 100]
  yield "text-without-its-last-dash", text.rstrip()[:-1]
  yield "text-without-its-last-line", "\n".join(text.splitlines()[:-1]) + "\n"
  yield "text-without-its-first-line", "\n".join(text.splitlines()[1:]) + "\n"
  for percent in (1, 10, 25, 50, 75, 90, 99):
    yield f"der-cut-at-{percent}-percent", pem(good[:len(good) * percent // 100])
  yield "der-without-its-last-byte", pem(good[:-1])
  yield "der-with-a-byte-more", pem(good + b"\0")
  yield "der-empty", pem(b"")


def not_pem(good):
  text = pem(good)
  yield "empty", ""
  yield "white-space", " \n\t\n"
  yield "der-bare", good
  yield "base64-bare", base64.b64encode(good).decode() + "\n"
  yield "garbage-text", "The quick brown fox jumps over the lazy dog.\n" * 8
  yield "garbage-bytes", bytes((i * 73 + 41) % 256 for i in range(600))
  yield "nul-bytes", b"\0" * 400
  yield "nul-in-the-text", text.replace("\n", "\n\0", 2).encode()
  yield "nul-after-the-block", text.encode() + b"\0"
  yield "nul-and-a-second-identity", text.encode() + b"\0" + text.encode()
  yield "base64-with-a-foreign-character", text.replace("A", "!", 1)
  yield "base64-with-padding-inside", text.replace("\nMI", "\nM=I", 1)
  yield "base64-with-spare-bits", spare_bits(good)
  yield "utf16", text.encode("utf-16")
  yield "json", '{"csr": "' + base64.b64encode(good).decode() + '"}\n'


def spare_bits(good):
  """Text of which the last character says more than the bytes do."""
  while len(good) % 3 != 1:
    good += b"\0"
  text = base64.b64encode(good).decode()
  letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
  last = letters[letters.index(text[-3]) | 1]
  lines = [text[:-3] + last + "=="]
  return f"-----BEGIN {LABEL}-----\n" + lines[0] + f"\n-----END {LABEL}-----\n"


def wrong_frames(good, key):
  text = pem(good)
  yield "type-certificate", pem(good, "CERTIFICATE")
  yield "type-public-key", pem(good, "PUBLIC KEY")
  yield "type-in-lower-case", text.replace(LABEL, LABEL.lower())
  yield "type-unknown", pem(good, "X509 REQUEST")
  yield "type-differs-at-the-end", text.replace(f"END {LABEL}", "END CERTIFICATE")
  yield "four-dashes", text.replace("-----", "----")
  yield "two-blocks", text + text
  yield "two-blocks-of-two-keys", text + pem(build(ec.generate_private_key(ec.SECP256R1())))
  private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                              serialization.NoEncryption()).decode()
  yield "the-private-key-alone", private
  yield "the-private-key-behind-it", text + private
  yield "a-block-within-a-block", text.replace("\n", "\n" + text, 1)
  yield "encrypted-headers", text.replace("\n", "\nProc-Type: 4,ENCRYPTED\nDEK-Info: X,00\n\n", 1)
  yield "a-certificate-instead", pem(self_signed(key), "CERTIFICATE")
  yield "a-certificate-in-its-frame", pem(self_signed(key))
  public = key.public_key().public_bytes(serialization.Encoding.DER,
                                         serialization.PublicFormat.SubjectPublicKeyInfo)
  yield "a-public-key-in-its-frame", pem(public)
  yield "oversized-by-comments", "# comment\n" * 2000 + text
  extra = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x04\x00" * 8000)
  yield "oversized-by-an-extension", pem(build(key, [extra]))
  yield "oversized-by-far", text + "A" * (100 << 10)


def self_signed(key):
  import datetime
  name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
  start = datetime.datetime(2024, 1, 1)
  certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name)
                 .public_key(key.public_key()).serial_number(1).not_valid_before(start)
                 .not_valid_after(start.replace(year=2034)).sign(key, hashes.SHA256()))
  return certificate.public_bytes(serialization.Encoding.DER)


def tampered(good, key):
  info, algorithm, signature = parts(good)
  body = bytearray(signature)
  for name, at in (("first", 9), ("middle", len(body) // 2), ("last", len(body) - 1)):
    changed = bytearray(body)
    changed[at] ^= 1
    yield f"signature-with-its-{name}-byte-changed", pem(join(info, algorithm, bytes(changed)))
  yield "signature-empty", pem(join(info, algorithm, bits(b"")))
  yield "signature-of-zeros", pem(join(info, algorithm, bits(b"\0" * 70)))
  zero = tlv(0x30, tlv(0x02, b"\0") * 2)
  yield "signature-of-two-zero-numbers", pem(join(info, algorithm, bits(zero)))
  one = tlv(0x30, tlv(0x02, b"\1") * 2)
  yield "signature-of-two-ones", pem(join(info, algorithm, bits(one)))
  yield "signature-with-bytes-behind", pem(join(info, algorithm, bits(body[3:] + b"\0\0")))
  yield "signature-with-unused-bits", pem(join(info, algorithm, tlv(3, b"\3" + body[3:])))
  yield "signature-missing", pem(tlv(0x30, info + algorithm))
  yield "algorithm-missing", pem(tlv(0x30, info + signature))
  yield "algorithm-of-another-hash", pem(
      join(info, tlv(0x30, oid("1.2.840.10045.4.3.3")), signature))
  yield "algorithm-of-another-key-type", pem(
      join(info, tlv(0x30, oid("1.2.840.113549.1.1.11") + b"\x05\0"), signature))
  yield "algorithm-with-parameters", pem(
      join(info, tlv(0x30, oid("1.2.840.10045.4.3.2") + b"\x05\0"), signature))
  yield "algorithm-unknown", pem(join(info, tlv(0x30, oid("1.2.3.4.5")), signature))
  yield "algorithm-none", pem(join(info, tlv(0x30, b""), signature))
  yield "name-changed-after-signing", pem(good.replace(b"wordpress", b"mariadb-x", 1))
  yield "replayed-signature-of-another-request", pem(
      join(info, algorithm, parts(build(key, name="other"))[2]))


def foreign_keys(good, key):
  other = ec.generate_private_key(ec.SECP256R1())
  info, algorithm, signature = parts(good)
  version, subject, own, attributes = info_parts(info)
  foreign = info_parts(parts(build(other))[0])[2]
  swapped = tlv(0x30, version + subject + foreign + attributes)
  yield "replayed-signature-with-another-key", pem(join(swapped, algorithm, signature))
  yield "another-key-signed-by-ours", pem(signed(key, swapped))
  yield "our-key-signed-by-another", pem(signed(other, info))

  def with_key(spki):
    return pem(signed(key, tlv(0x30, version + subject + spki + attributes)))

  point = bytearray(own)
  point[-1] ^= 1
  yield "key-not-on-its-curve", with_key(bytes(point))
  yield "key-of-zeros", with_key(own[:27] + b"\0" * 64)
  yield "key-at-infinity", with_key(tlv(0x30, own[2:23] + bits(b"\0")))
  yield "key-cut-short", with_key(tlv(0x30, own[2:23] + bits(own[26:60])))
  yield "key-compressed", with_key(tlv(0x30, own[2:23] + bits(b"\2" + own[27:59])))
  yield "key-hybrid", with_key(own[:26] + bytes([6 | own[-1] & 1]) + own[27:])
  yield "key-beyond-the-field", with_key(own[:27] + b"\xff" * 64)
  yield "key-empty", with_key(tlv(0x30, own[2:23] + bits(b"")))
  yield "key-missing", pem(signed(key, tlv(0x30, version + subject + attributes)))
  yield "key-of-an-unknown-type", with_key(tlv(0x30, tlv(0x30, oid("1.2.3.4")) + bits(b"\1")))


def weak_keys():
  yield "rsa-512", by_openssl(["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:512"], [])
  for size in (1024, 1536, 2047):
    key = rsa.generate_private_key(public_exponent=65537, key_size=size)
    yield f"rsa-{size}", pem(build(key))
  yield "rsa-8192", by_openssl(["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:8192"], [])
  yield "rsa-pss-key", by_openssl(
      ["-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"], [])
  yield "rsa-with-exponent-1", exponent_one()
  for name in ("secp224r1", "secp521r1", "secp256k1", "brainpoolP256r1", "secp192k1", "sect283k1"):
    yield f"curve-{name}", by_openssl(
        ["-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{name}"], [])
  yield "curve-described-not-named", by_openssl(
      ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256",
       "-pkeyopt", "ec_param_enc:explicit"], [])
  yield "ed25519", pem(build(ed25519.Ed25519PrivateKey.generate(), digest=None))
  yield "ed448", pem(build(ed448.Ed448PrivateKey.generate(), digest=None))
  yield "x25519-named-by-an-ec-signature", x25519()


def exponent_one():
  """With e = 1 everybody can sign: the padded text is the signature."""
  key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
  info, algorithm, _ = parts(build(key))
  version, subject, _, attributes = info_parts(info)
  number = key.public_key().public_numbers().n
  modulus = tlv(0x02, b"\0" + number.to_bytes(256, "big"))
  identifier = tlv(0x30, oid("1.2.840.113549.1.1.1") + b"\x05\0")
  spki = tlv(0x30, identifier + bits(tlv(0x30, modulus + tlv(0x02, b"\1"))))
  info = tlv(0x30, version + subject + spki + attributes)
  digest = hashes.Hash(hashes.SHA256())
  digest.update(info)
  prefix = tlv(0x30, oid("2.16.840.1.101.3.4.2.1") + b"\x05\0")
  said = tlv(0x30, prefix + tlv(0x04, digest.finalize()))
  padded = b"\0\1" + b"\xff" * (256 - 3 - len(said)) + b"\0" + said
  return pem(join(info, algorithm, bits(padded)))


def x25519():
  key = ec.generate_private_key(ec.SECP256R1())
  version, subject, _, attributes = info_parts(parts(build(key))[0])
  spki = tlv(0x30, tlv(0x30, oid("1.3.101.110")) + bits(b"\x09" + b"\0" * 31))
  return pem(signed(key, tlv(0x30, version + subject + spki + attributes)))


def broken_hashes(key):
  big = rsa.generate_private_key(public_exponent=65537, key_size=2048)
  for name, digest, number in (("md5", hashes.MD5(), 4), ("sha1", hashes.SHA1(), 5),
                               ("sha224", hashes.SHA224(), 14)):
    info, _, _ = parts(build(big))
    algorithm = tlv(0x30, oid(f"1.2.840.113549.1.1.{number}") + b"\x05\0")
    yield f"rsa-signed-with-{name}", pem(
        join(info, algorithm, bits(big.sign(info, padding.PKCS1v15(), digest))))
  info, _, _ = parts(build(key))
  yield "ec-signed-with-sha1", pem(signed(key, info, hashes.SHA1(), "1.2.840.10045.4.1"))
  yield "ec-signed-with-sha224", pem(signed(key, info, hashes.SHA224(), "1.2.840.10045.4.3.1"))
  yield "rsa-signed-with-pss", pem(
      build(big, rsa_padding=padding.PSS(padding.MGF1(hashes.SHA256()), 32)))


def wishes(key):
  authority = x509.BasicConstraints(ca=True, path_length=None)
  limited = x509.BasicConstraints(ca=True, path_length=0)
  yield "wants-to-be-an-authority", pem(build(key, [authority]))
  yield "wants-to-be-an-authority-of-one-level", pem(build(key, [limited]))
  yield "wants-to-sign-certificates", pem(build(key, [usage(key_cert_sign=True)]))
  yield "wants-to-sign-revocations", pem(
      build(key, [usage(digital_signature=True, crl_sign=True)]))
  big = rsa.generate_private_key(public_exponent=65537, key_size=2048)
  yield "wants-to-be-an-authority-with-rsa", pem(build(big, [authority]))
  wanted = extension("2.5.29.19", b"\x30\x03\x01\x01\xff")
  yield "wants-to-be-an-authority-as-microsoft-says", pem(
      with_attribute(key, "1.3.6.1.4.1.311.2.1.14", [wanted]))
  harmless = extension("2.5.29.15", b"\x03\x02\x07\x80")
  yield "wants-it-in-a-second-attribute", pem(
      with_attribute(key, "1.2.840.113549.1.9.14", [harmless], [wanted]))
  yield "wants-it-twice", pem(with_attribute(
      key, "1.2.840.113549.1.9.14", [extension("2.5.29.19", b"\x30\0"), wanted]))
  yield "wants-it-with-a-truth-of-its-own", pem(with_attribute(
      key, "1.2.840.113549.1.9.14", [extension("2.5.29.19", b"\x30\x03\x01\x01\x01")]))
  yield "constraints-damaged", pem(with_attribute(
      key, "1.2.840.113549.1.9.14", [extension("2.5.29.19", b"\x30\x05\x01")]))
  yield "usage-damaged", pem(with_attribute(
      key, "1.2.840.113549.1.9.14", [extension("2.5.29.15", b"\x03\0")]))


def extension(number, value):
  return tlv(0x30, oid(number) + tlv(0x04, value))


def with_attribute(key, number, *lists):
  version, subject, own, _ = info_parts(parts(build(key))[0])
  attributes = b"".join(
      tlv(0x30, oid(number) + tlv(0x31, tlv(0x30, b"".join(found)))) for found in lists)
  return signed(key, tlv(0x30, version + subject + own + tlv(0xA0, attributes)))


def malformed(good, key):
  version, subject, own, attributes = info_parts(parts(good)[0])

  def of(*values):
    return pem(signed(key, tlv(0x30, b"".join(values))))

  yield "version-2", of(b"\x02\x01\x01", subject, own, attributes)
  yield "version-missing", of(subject, own, attributes)
  yield "version-too-long", of(b"\x02\x02\0\0", subject, own, attributes)
  yield "subject-missing", of(version, own, attributes)
  yield "subject-a-set", of(version, b"\x31" + subject[1:], own, attributes)
  yield "attributes-twice", of(version, subject, own, attributes, attributes)
  yield "attributes-of-another-tag", of(version, subject, own, b"\xa1" + attributes[1:])
  yield "attributes-damaged", of(version, subject, own, tlv(0xA0, b"\x30\x50\x06"))
  yield "something-after-the-attributes", of(version, subject, own, attributes, b"\x05\0")
  yield "length-not-the-shortest", pem(b"\x30\x83\0" + good[2:4] + good[4:])
  yield "length-indefinite", pem(b"\x30\x80" + good[4:] + b"\0\0")
  yield "length-beyond-the-end", pem(b"\x30\x84\xff\xff\xff\xff" + good[4:])
  yield "nested-without-end", pem(b"\x30\x80" * 2000)
  yield "a-set-outermost", pem(b"\x31" + good[1:])


def odd_but_good(key):
  version, subject, own, _ = info_parts(parts(build(key))[0])
  yield "no-attributes", pem(signed(key, tlv(0x30, version + subject + own)))
  harmless = x509.BasicConstraints(ca=False, path_length=None)
  yield "says-it-is-no-authority", pem(
      build(key, [harmless, usage(digital_signature=True, key_encipherment=True)], name="x"))
  names = x509.SubjectAlternativeName([x509.DNSName("istiod.istio-system.svc"),
                                       x509.UniformResourceIdentifier(URI + "-admin")])
  builder = x509.CertificateSigningRequestBuilder().subject_name(
      x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "root")]))
  csr = builder.add_extension(names, critical=False).sign(key, hashes.SHA384())
  yield "wants-other-names", csr.public_bytes(serialization.Encoding.PEM).decode()


def write(directory, groups):
  directory.mkdir(exist_ok=True)
  for old in directory.glob("*.pem"):
    old.unlink()
  count = 0
  for group in groups:
    for name, content in group:
      assert re.fullmatch(r"[a-z0-9A-Z-]+", name), name
      path = directory / f"{name}.pem"
      assert not path.exists(), name
      path.write_bytes(content if isinstance(content, bytes) else content.encode())
      count += 1
  print(f"{count} requests in {os.path.relpath(directory)}")


def main():
  key = ec.generate_private_key(ec.SECP256R1())
  good = build(key)
  write(HERE / "bad_csr",
        (truncated(good), not_pem(good), wrong_frames(good, key), tampered(good, key),
         foreign_keys(good, key), weak_keys(), broken_hashes(key), wishes(key),
         malformed(good, key)))
  write(HERE / "good_csr", [odd_but_good(key)])


if __name__ == "__main__":
  main()
