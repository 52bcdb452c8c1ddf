"""The WordPress that both releases share: its code, its content folder, its
secrets, and how a pod serves it."""

import os
import pathlib
import secrets
import shutil
import subprocess

from lab.pod import APP_UID

_HERE = pathlib.Path(__file__).resolve().parent
_SITE = _HERE / "site"
_PACKAGE = _HERE.parents[1] / "build" / "wordpress" / "usr" / "share" / "wordpress"
_THEME = "twentytwentyone"
_KEYS = [f"{use}_{kind}" for kind in ("KEY", "SALT")
         for use in ("AUTH", "SECURE_AUTH", "LOGGED_IN", "NONCE")]


class Blog:
  """`scratch`: a folder of its own, made here."""

  def __init__(self, scratch, host):
    self.content = scratch / "content"
    self.admin_password = secrets.token_urlsafe(12)
    self._scratch = scratch
    self._environment = {"SCRATCH": str(scratch), "SITE": str(_SITE), "BLOG_HOST": host,
                         # php.ini says all; the machine's own is not read.
                         "PHP_INI_SCAN_DIR": "", "PHPRC": str(_SITE)}

  def write_files(self, database_password):
    if not (_PACKAGE / "wp-load.php").exists():
      raise RuntimeError(f"{_PACKAGE} is missing: run tools/make-wordpress first")
    self._scratch.mkdir()
    code = self._scratch / "wordpress"
    # Hard links: the code is 50 MB, and nobody writes to it.
    subprocess.run(["cp", "--archive", "--link", _PACKAGE, code], check=True)
    (code / "wp-config.php").unlink()
    shutil.copy(_SITE / "wp-config.php", code)
    shutil.copytree(_SITE / "mu-plugins", self.content / "mu-plugins")
    shutil.copytree(_PACKAGE / "wp-content" / "themes" / _THEME, self.content / "themes" / _THEME)
    for writable in (self.content / "uploads", self._scratch / "run"):
      writable.mkdir()
      os.chown(writable, APP_UID, APP_UID)
    self._write_secrets({"DB_PASSWORD": database_password,
                         **{key: secrets.token_hex(32) for key in _KEYS}})

  def serve(self, pod, release):
    """Apache with PHP, on port 8080."""
    return pod.start("apache", ["/usr/sbin/apache2", "-f", _SITE / "apache2.conf",
                                "-D", "FOREGROUND"], env=self._environment_of(release))

  def publish(self, pod, title, text):
    """Writes a post, in `pod`, as its release would."""
    writing = pod.start("publish", ["/usr/bin/php", _SITE / "publish.php", title, text],
                        env=self._environment_of("production"))
    if writing.wait(30) != 0:
      raise RuntimeError(f"publish.php failed: {writing.log_tail()}")

  def installation_form(self, title):
    """What is to be posted to wp-admin/install.php?step=2."""
    return {"weblog_title": title, "user_name": "admin", "admin_password": self.admin_password,
            "admin_password2": self.admin_password, "pw_weak": "on",
            "admin_email": "admin@blog.example.com", "blog_public": "0"}

  def _environment_of(self, release):
    return {**self._environment, "RELEASE": release}

  def _write_secrets(self, values):
    file = self._scratch / "secrets.php"
    file.touch(mode=0o600)
    lines = [f"define('{name}', '{value}');\n" for name, value in values.items()]
    file.write_text("<?php\n" + "".join(lines), encoding="utf-8")
    os.chown(file, APP_UID, APP_UID)
