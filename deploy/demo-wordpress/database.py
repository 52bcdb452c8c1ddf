"""MariaDB with an empty database for WordPress, in a folder of its own."""

import os
import pathlib
import secrets

from lab.pod import APP_UID
from lab.process import Process

_SERVER = pathlib.Path("/usr/sbin/mariadbd")
_INSTALL = pathlib.Path("/usr/bin/mariadb-install-db")
_SETTINGS = pathlib.Path(__file__).resolve().parent / "site" / "mariadb.cnf"


class Database:
  def __init__(self, folder, logs):
    self.password = secrets.token_hex(16)
    self._folder = folder
    self._logs = logs

  def initialise(self):
    """Makes the server's own tables. Takes a few seconds."""
    for program in (_SERVER, _INSTALL):
      if not program.exists():
        raise RuntimeError(f"{program} is missing: run tools/make-wordpress first")
    self._folder.mkdir(mode=0o700)
    os.chown(self._folder, APP_UID, APP_UID)
    install = Process("mariadb-install-db", [
        _INSTALL, f"--defaults-file={_SETTINGS}", f"--datadir={self._data}", "--skip-test-db",
        "--auth-root-authentication-method=normal"], self._logs / "mariadb-install.log",
        uid=APP_UID)
    if install.wait(60) != 0:
      raise RuntimeError(f"mariadb-install-db failed; the end of its log ({install.log}):\n"
                         f"{install.log_tail()}")

  def start(self, pod):
    return pod.start("mariadbd", [
        _SERVER, f"--defaults-file={_SETTINGS}", f"--datadir={self._data}",
        # Within the data: the name of a socket may not be long.
        "--socket=socket", "--pid-file=pid",
        f"--init-file={self._write_first_statements()}"])

  def listens(self):
    return (self._data / "socket").exists()  # made when it is ready

  @property
  def _data(self):
    return self._folder / "data"

  def _write_first_statements(self):
    # '%': from any address. Whom the sidecar lets in is the mesh's business.
    statements = self._folder / "first.sql"
    statements.touch(mode=0o600)
    statements.write_text(
        "CREATE DATABASE IF NOT EXISTS wordpress CHARACTER SET utf8mb4;\n"
        f"CREATE OR REPLACE USER 'wordpress'@'%' IDENTIFIED BY '{self.password}';\n"
        "GRANT ALL ON wordpress.* TO 'wordpress'@'%';\n", encoding="utf-8")
    os.chown(statements, APP_UID, APP_UID)
    return statements
