"""binnaclectl authn tls-check against a running mesh: what it says of a client
and a service is what real requests meet. The proxies here have no agent at
their side, so they send plaintext whatever rules say."""

import json
import os
import subprocess

import pytest

from lab.control_plane import BINNACLECTL
from mesh.mesh import DOMAIN
from mesh.policy_text import policy_text
from mesh.request import send

_POLICY = "tls_check.yaml"


@pytest.fixture(scope="module", autouse=True)
def workloads(mesh):
  mesh.add_service("echo")
  mesh.add_service("bare")
  mesh.add_workload("echo-v1", "echo", labels={"security.istio.io/tlsMode": "istio"})
  mesh.add_workload("bare-v1", "bare", sidecar=False)
  mesh.add_client()
  for service in ("echo", "bare"):
    mesh.wait_until(lambda name=service: send(mesh.from_client(name)).status == 200,
                    f"{service} answers")


@pytest.fixture
def tls_check(mesh):
  def run(*arguments, expect):
    done = subprocess.run([BINNACLECTL, "authn", "tls-check", *arguments], text=True,
                          capture_output=True, timeout=30,
                          env={**os.environ, "BINNACLE_ADMIN": mesh.control_plane.admin_address})
    assert done.returncode == expect, f"{done.stdout}\n{done.stderr}"
    return done.stdout

  return run


@pytest.fixture(scope="module")
def strict(mesh, workloads):
  """From the first test that wants it on, the policy and the rule are in effect."""
  mesh.policy.write(_POLICY, policy_text(_POLICY))
  mesh.wait_until(lambda: send(mesh.from_client("echo")).status == 503, "plaintext is refused")


def rows(output):
  return {row["host"].split(".")[0]: row for row in json.loads(output)}


def line_of(text):
  """Where the document of the policy file begins that holds the line `text`."""
  lines = policy_text(_POLICY).splitlines()
  kind = max(number for number, line in enumerate(lines[:lines.index(text) + 1])
             if line.startswith("apiVersion:"))
  return kind + 1


def test_without_policy_all_is_ok_and_exit_code_0(mesh, tls_check):
  found = rows(tls_check("client.default", "-o", "json", expect=0))
  assert set(found) == {"echo", "bare"}
  assert all(row["status"] == "OK" for row in found.values())
  assert (found["echo"]["server"], found["echo"]["client"]) == ("HTTP/mTLS", "HTTP")
  assert (found["bare"]["server"], found["bare"]["client"]) == ("HTTP", "HTTP")
  table = tls_check(expect=0)
  assert table.split("\n")[0].split("  ")[0] == "HOST:PORT"
  assert f"echo.default.{DOMAIN}:80" in table and "CONFLICT" not in table


def test_a_conflict_is_what_a_real_request_meets(mesh, strict, tls_check):
  found = rows(tls_check("client.default", "-o", "json", expect=1))
  assert found["echo"]["status"] == "CONFLICT"
  assert found["echo"]["authnPolicy"] == "strict/default"
  assert "no agent" in found["echo"]["explanation"]
  assert send(mesh.from_client("echo")).status == 503
  # No sidecar is there to be strict, and this client sends plaintext.
  assert found["bare"]["status"] == "OK"
  assert send(mesh.from_client("bare")).status == 200


def test_both_sides_of_a_conflict_are_found_by_file_and_line(mesh, strict, tls_check):
  found = rows(tls_check("-o", "json", expect=1))
  assert found["echo"]["status"] == "OK"  # a client with an agent sends mutual TLS
  bare = found["bare"]
  assert (bare["status"], bare["client"], bare["server"]) == ("CONFLICT", "mTLS", "HTTP")
  assert bare["destinationRule"] == "bare/default"
  assert bare["policyOrigin"].endswith(f"{_POLICY}:{line_of('  name: strict')}")
  assert bare["ruleOrigin"].endswith(f"{_POLICY}:{line_of('  name: bare')}")
  table = tls_check(expect=1)
  assert "bare-v1.default has no sidecar" in " ".join(table.split())
  assert bare["ruleOrigin"].split("/")[-1] in table


def test_one_service_may_be_named_alone_or_after_a_proxy(mesh, strict, tls_check):
  assert set(rows(tls_check("echo", "-o", "json", expect=0))) == {"echo"}
  assert set(rows(tls_check(f"bare.default.{DOMAIN}", "-o", "json", expect=1))) == {"bare"}
  assert set(rows(tls_check("client", "echo.default", "-o", "json", expect=1))) == {"echo"}
  assert set(rows(tls_check("client", "bare", "-o", "json", expect=0))) == {"bare"}
  tls_check("nobody", expect=1)
