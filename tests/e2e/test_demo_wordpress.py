"""make demo-wordpress, as a visitor runs it."""

import pathlib
import subprocess

import pytest

from mesh.demonstration import networks, start

_PACKAGE = pathlib.Path(__file__).resolve().parents[2] / "build" / "wordpress"


def servers():
  """Web servers and databases on this machine, whosever they are."""
  listed = subprocess.run(["ps", "-eo", "pid=,comm="], text=True, capture_output=True, check=True)
  return {line for line in listed.stdout.splitlines()
          if line.split()[1] in ("apache2", "mariadbd")}


@pytest.mark.timeout(300)
def test_the_story_is_told_checks_itself_and_leaves_nothing_behind():
  assert _PACKAGE.exists(), "WordPress is missing: run tools/make-wordpress first"
  networks_before, servers_before = networks(), servers()
  demo = start("demo-wordpress", once=True)
  said, _ = demo.communicate()
  assert demo.returncode == 0, said
  assert "NOT SO" not in said
  for promise in ("a page that WordPress rendered",
                  "within 4 points of 90/10",
                  "no failed request among 1,000 requests",
                  "every service: what clients send is what the server accepts",
                  "tls-check ends with exit status 1",
                  "answered 503: nothing but mutual TLS gets in",
                  "tls-check: all OK again",
                  "neither the question nor the answer can be read",
                  "mariadb (10.251."):
    assert promise in said
  assert networks() == networks_before
  assert servers() == servers_before
