"""What a VirtualService does to real requests, at a gateway and in a sidecar
alike. The routes are those of policy/features.yaml."""

import time

import pytest

from mesh.policy_text import policy_text
from mesh.request import send

HOST = "echo.default.svc.cluster.local"


@pytest.fixture(scope="module", autouse=True)
def workloads(mesh):
  mesh.policy.write("gateway.yaml", policy_text("gateway.yaml"))
  mesh.policy.write("versions.yaml", policy_text("versions.yaml"))
  mesh.policy.write("features.yaml", policy_text("features.yaml"))
  mesh.add_service("echo")
  mesh.add_workload("echo-v1", "echo", "v1")
  mesh.add_workload("echo-v2", "echo", "v2")
  mesh.add_client()
  mesh.add_gateway()
  for way in (mesh.from_outside(HOST), mesh.from_client("echo")):
    mesh.wait_until(lambda: send(way, "/direct").status == 451, "the routes are there")


@pytest.fixture(params=["gateway", "sidecar"])
def way(mesh, request):
  return mesh.from_outside(HOST) if request.param == "gateway" else mesh.from_client("echo")


def test_redirect(way):
  answer = send(way, "/redirect/here")
  assert answer.status == 302
  assert answer.headers["location"] == "http://elsewhere.example.com/moved"


def test_prefix_and_authority_are_rewritten(way):
  answer = send(way, "/rewrite/a/b?c=d").json
  assert answer["path"] == "/written/a/b?c=d"
  assert answer["headers"]["host"] == "rewritten.example.com"


def test_path_is_rewritten_by_regex(way):
  assert send(way, "/regex/one/two").json["path"] == "/two/one"


def test_large_regular_expressions_are_taken(way):
  assert send(way, "/large/a/b/c/d/e/f").status == 203


def test_fault_aborts(way):
  assert send(way, "/abort").status == 418


def test_fault_delays(way):
  began = time.monotonic()
  assert send(way, "/delay").status == 200
  assert time.monotonic() - began >= 0.25


def test_timeout_ends_a_slow_request(way):
  began = time.monotonic()
  assert send(way, "/timeout?delay=3").status == 504
  assert time.monotonic() - began < 2
  assert send(way, "/timeout").status == 200


def test_failed_requests_are_retried(way, request):
  key = request.node.name
  answer = send(way, f"/retries?fail=2&key={key}")
  assert (answer.status, answer.json["times"]) == (200, 3)


def test_no_attempts_means_no_retries(way, request):
  key = request.node.name
  answer = send(way, f"/no-retries?fail=1&key={key}")
  assert (answer.status, answer.json["times"]) == (503, 1)


def test_requests_are_mirrored_and_the_copy_is_not_answered(way, mesh, request):
  key = request.node.name
  assert send(way, f"/mirror?key={key}").json["version"] == "v1"
  # The copy's reader is asked for from inside its pod, past all proxies.
  copy = mesh.workloads["echo-v2"].pod
  mesh.wait_until(lambda: '"seen": 1' in copy.run(
      ["curl", "-s", "--get", "--data-urlencode", f"key={key}", "http://127.0.0.1:8080/seen"]),
                  "the copy arrives at v2")


def test_cors_preflight_of_a_friend_is_answered(way):
  answer = send(way, "/cors", "OPTIONS", {"Origin": "https://friend.example.com",
                                          "Access-Control-Request-Method": "PUT"})
  assert answer.status == 200
  assert answer.headers["access-control-allow-origin"] == "https://friend.example.com"
  assert answer.headers["access-control-allow-methods"] == "GET,PUT"
  assert answer.headers["access-control-allow-headers"] == "x-token"
  assert answer.headers["access-control-max-age"] == "3600"
  assert answer.headers["access-control-allow-credentials"] == "true"


def test_cors_names_no_stranger(way):
  answer = send(way, "/cors", headers={"Origin": "https://stranger.example.com"})
  assert "access-control-allow-origin" not in answer.headers
  answer = send(way, "/cors", headers={"Origin": "https://friend.example.com"})
  assert answer.headers["access-control-allow-origin"] == "https://friend.example.com"


def test_headers_are_set_added_and_removed(way):
  answer = send(way, "/headers", headers={"x-set": "by-client", "x-added": "by-client",
                                          "x-unwanted": "yes"})
  seen = answer.json["headers"]
  assert seen["x-set"] == "by-route"
  assert "by-route" in seen["x-added"]
  assert "x-unwanted" not in seen
  assert answer.headers["x-answered-by"] == "route"
  assert "x-from-app" not in answer.headers
  assert answer.headers["x-version"] == "v1"


def test_direct_response(way):
  answer = send(way, "/direct")
  assert (answer.status, answer.text) == (451, "not for you")


@pytest.mark.parametrize("method, path, headers, status", [
    ("PUT", "/match", {"x-known": "1"}, 201),
    ("GET", "/match", {"x-user": "jason", "x-known": "1"}, 202),
    ("GET", "/match", {"x-user": "jasonx", "x-known": "1"}, 200),
    ("GET", "/match?beta=true", {"x-known": "1"}, 203),
    ("GET", "/match?beta=false", {"x-known": "1"}, 200),
    ("GET", "/match", {}, 206),
    ("GET", "/EXACT", {}, 207),
    ("GET", "/exactly", {}, 200),
    ("GET", "/items/42", {}, 208),
    ("GET", "/items/42/more", {}, 200),
])
def test_match(way, method, path, headers, status):
  assert send(way, path, method, headers).status == status


def test_match_of_the_senders_labels_and_of_the_gateway(mesh):
  assert send(mesh.from_client("echo"), "/from").status == 210
  assert send(mesh.from_outside(HOST), "/from").status == 211


def test_delegate(way):
  assert send(way, "/delegated/two").json["version"] == "v2"
  answer = send(way, "/delegated/else").json
  assert answer["version"] == "v1"
  assert answer["path"].startswith("/from-the-delegate")


def test_unknown_hosts_have_no_route_at_the_gateway(mesh):
  assert send(mesh.from_outside("unknown.example.com")).status == 404
