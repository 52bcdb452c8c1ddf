"""What `binnaclectl authn tls-check` says."""

import json


class TlsCheck:
  """Asked once, when made. `control_plane`: a lab ControlPlane."""

  def __init__(self, control_plane, proxy):
    asked = control_plane.try_ctl("authn", "tls-check", proxy, "-o", "json")
    self.exit_code = asked.returncode
    if self.exit_code not in (0, 1):
      raise RuntimeError(f"binnaclectl authn tls-check: {asked.stderr.strip()}")
    self.rows = json.loads(asked.stdout)
    # The same for people.
    self.table = control_plane.try_ctl("authn", "tls-check", proxy).stdout

  def all_ok(self):
    return self.exit_code == 0 and self.rows and all(row["status"] == "OK" for row in self.rows)

  def conflicts(self):
    return [row for row in self.rows if row["status"] == "CONFLICT"]

  def hosts(self):
    return {row["host"] for row in self.rows}
