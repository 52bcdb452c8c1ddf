"""Certificates for tests and demonstrations, made with openssl."""

import dataclasses
import pathlib
import subprocess


@dataclasses.dataclass(frozen=True)
class Certificate:
  """Two PEM files."""
  certificate: pathlib.Path
  key: pathlib.Path


def self_signed(folder, name, hosts, days=30):
  """A certificate for `hosts` that vouches for itself."""
  return _make(folder, name, [f"subjectAltName={_names(hosts)}"], days)


def authority(folder, name, days=30):
  """A certificate that may sign others."""
  return _make(folder, name, ["keyUsage=critical,keyCertSign"], days)


def signed_by(issuer, folder, name, hosts, days=30):
  """A certificate for `hosts` (or a client of that name) signed by `issuer`."""
  return _make(folder, name, [f"subjectAltName={_names(hosts)}", "basicConstraints=CA:FALSE"], days,
               ["-CA", issuer.certificate, "-CAkey", issuer.key])


def _names(hosts):
  return ",".join(f"DNS:{host}" for host in hosts)


def _make(folder, name, extensions, days, signing=()):
  folder = pathlib.Path(folder)
  folder.mkdir(parents=True, exist_ok=True)
  made = Certificate(folder / f"{name}.crt", folder / f"{name}.key")
  command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", str(days), "-subj", f"/CN={name}", "-out", made.certificate,
             "-keyout", made.key, *signing]
  for extension in extensions:
    command += ["-addext", extension]
  done = subprocess.run(command, text=True, capture_output=True)
  if done.returncode != 0:
    raise RuntimeError(f"openssl: {done.stderr.strip()}")
  return made
