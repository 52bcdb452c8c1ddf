"""What `binnaclectl authn tls-check` says."""

import json
import subprocess

from lab.control_plane import BINNACLECTL


class TlsCheck:
  """Asked once, when made."""

  def __init__(self, admin_address, proxy):
    self._command = [BINNACLECTL, "--admin", admin_address, "authn", "tls-check", proxy]
    asked = subprocess.run([*self._command, "-o", "json"], text=True, capture_output=True)
    self.exit_code = asked.returncode
    if self.exit_code not in (0, 1):
      raise RuntimeError(f"binnaclectl authn tls-check: {asked.stderr.strip()}")
    self.rows = json.loads(asked.stdout)

  def all_ok(self):
    return self.exit_code == 0 and self.rows and all(row["status"] == "OK" for row in self.rows)

  def conflicts(self):
    return [row for row in self.rows if row["status"] == "CONFLICT"]

  def hosts(self):
    return {row["host"] for row in self.rows}

  def table(self):
    """The same for people."""
    return subprocess.run(self._command, text=True, capture_output=True).stdout
