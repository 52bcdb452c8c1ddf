"""Requests through the real Envoy follow the routes of the goldens.

One Envoy holds the route configurations of several scenarios as static ones, a
listener each. Every cluster that they name leads to one server, which answers
with what it was asked; Envoy tells in a header which cluster it chose.
"""

import http.client
import http.server
import json
import os
import pathlib
import subprocess
import threading
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOLDENS = pathlib.Path(__file__).resolve().parent / "golden"
ENVOY = os.environ.get("ENVOY", str(ROOT / "build/venv/bin/envoy"))
FILTERS = "type.googleapis.com/envoy.extensions.filters"
REVIEWS = "reviews.default.svc.cluster.local"


class Echo(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        headers = [[name.lower(), value] for name, value in self.headers.items()]
        body = json.dumps({"path": self.path, "headers": headers}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET
    do_OPTIONS = do_GET

    def log_message(self, *_):
        pass


def cluster_names(value):
    """Every cluster that a route configuration names."""
    if isinstance(value, list):
        return set().union(*map(cluster_names, value))
    if not isinstance(value, dict):
        return set()
    names = set().union(*map(cluster_names, value.values()))
    if isinstance(value.get("cluster"), str):
        names.add(value["cluster"])
    for share in value.get("weighted_clusters", {}).get("clusters", []):
        names.add(share["name"])
    return names


def endpoints(port):
    address = {"socket_address": {"address": "127.0.0.1", "port_value": port}}
    return [{"lb_endpoints": [{"endpoint": {"address": address}}]}]


def cluster(name, port):
    return {"name": name, "type": "STATIC", "connect_timeout": "1s",
            "load_assignment": {"cluster_name": name, "endpoints": endpoints(port)}}


def listener(name, routes):
    routes = dict(routes, response_headers_to_add=[
        {"header": {"key": "x-cluster", "value": "%UPSTREAM_CLUSTER_RAW%"}}])
    kinds = {"fault": "HTTPFault", "cors": "Cors", "router": "Router"}
    return {
        "name": name,
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}},
        "filter_chains": [{"filters": [{
            "name": "envoy.filters.network.http_connection_manager",
            "typed_config": {
                "@type": f"{FILTERS}.network.http_connection_manager.v3.HttpConnectionManager",
                "stat_prefix": name,
                "route_config": routes,
                "http_filters": [
                    {"name": f"envoy.filters.http.{kind}",
                     "typed_config": {"@type": f"{FILTERS}.http.{kind}.v3.{message}"}}
                    for kind, message in kinds.items()],
            },
        }]}],
    }


def bootstrap(scenarios, upstream):
    goldens = {s: json.loads((GOLDENS / s / "expected.json").read_text()) for s in scenarios}
    names = sorted(set().union(*(cluster_names(g["routes"]) for g in goldens.values())))
    return {
        "admin": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}}},
        "static_resources": {
            "listeners": [listener(s, g["routes"][0]) for s, g in goldens.items()],
            "clusters": [cluster(name, upstream) for name in names],
        },
    }


def wait_for_file(path, process):
    """Envoy writes its admin address there once it listens."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if path.exists() and path.read_text():
            return path.read_text()
        assert process.poll() is None, "envoy ended"
        time.sleep(0.05)
    raise AssertionError("envoy did not come up")


def admin_get(address, path):
    connection = http.client.HTTPConnection(address, timeout=10)
    connection.request("GET", path)
    return connection.getresponse().read().decode()


def listener_ports(admin, scenarios):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        statuses = json.loads(admin_get(admin, "/listeners?format=json")).get(
            "listener_statuses", [])
        ports = {s["name"]: s["local_address"]["socket_address"]["port_value"] for s in statuses}
        if set(ports) == set(scenarios) and "LIVE" in admin_get(admin, "/ready"):
            return ports
        time.sleep(0.05)
    raise AssertionError("not all listeners came up")


SCENARIOS = [
    "gateway_route_hosts", "gateway_route_https_redirect", "gateway_route_joined",
    "gateway_route_blackhole", "route_cors", "route_direct_response", "route_fault",
    "route_headers", "route_match_headers", "route_match_query", "route_match_uri",
    "route_redirect", "route_registry_only", "route_rewrite", "route_service_default",
    "route_weights",
]


@pytest.fixture(scope="module")
def ports(tmp_path_factory):
    folder = tmp_path_factory.mktemp("envoy")
    upstream = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=upstream.serve_forever, daemon=True).start()
    config, admin = folder / "envoy.json", folder / "admin"
    config.write_text(json.dumps(bootstrap(SCENARIOS, upstream.server_port)))
    with open(folder / "log", "w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [ENVOY, "-c", str(config), "--admin-address-path", str(admin), "--concurrency", "1",
             "--disable-hot-restart", "--log-level", "warn"], stdout=log, stderr=log)
    try:
        yield listener_ports(wait_for_file(admin, process), SCENARIOS)
    finally:
        process.terminate()
        process.wait(30)
        upstream.shutdown()


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {k.lower(): v for k, v in response.getheaders()}
        self.body = response.read()
        self.cluster = self.headers.get("x-cluster", "")

    @property
    def asked(self):
        return json.loads(self.body)

    def got(self, header):
        return [v for k, v in self.asked["headers"] if k == header]


def ask(port, path="/", host="reviews", method="GET", headers=()):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.putrequest(method, path, skip_host=True)
    connection.putheader("host", host)
    for name, value in headers:
        connection.putheader(name, value)
    connection.endheaders()
    return Answer(connection.getresponse())


def subset(answer):
    return answer.cluster.split("|")[2]


def test_a_service_answers_to_all_its_names(ports):
    port = ports["route_service_default"]
    for host in ["reviews", "reviews.default", f"{REVIEWS}", f"{REVIEWS}.", "reviews:80",
                 "10.96.0.10", "10.96.0.10:80"]:
        assert ask(port, host=host).cluster == f"outbound|80||{REVIEWS}", host
    assert ask(port, host="pod-0.pods").cluster == "outbound|80||pods.default.svc.cluster.local"
    assert ask(port, host="ratings").cluster == "PassthroughCluster"
    assert ask(port, host="unknown.com").cluster == "PassthroughCluster"


def test_an_unknown_host_gets_502_where_only_the_registry_counts(ports):
    assert ask(ports["route_registry_only"], host="unknown.com").status == 502
    assert ask(ports["route_registry_only"]).status == 200


@pytest.mark.parametrize("path, wanted", [
    ("/a", "v1"), ("/a?q=1", "v1"), ("/b", "v1"), ("/B", "v1"), ("/c", "v2"), ("/cd", "v2"),
    ("/d/12", "v2"), ("/d/12x", "v3"), ("/ab", "v3"), ("/", "v3")])
def test_paths(ports, path, wanted):
    assert subset(ask(ports["route_match_uri"], path)) == wanted


GOOD = {"end-user": "jason", "x-any": "1", "x-regex": "abc", "x-there": "", "z-prefix": "alpha"}


@pytest.mark.parametrize("change, wanted", [
    ({}, "v1"), ({"x-bad": "2"}, "v1"), ({"x-bad": "1"}, ""), ({"x-absent": "x"}, ""),
    ({"end-user": "json"}, ""), ({"x-regex": "b"}, ""), ({"z-prefix": "beta"}, ""),
    ({"x-any": None}, "")])
def test_headers(ports, change, wanted):
    headers = {k: v for k, v in {**GOOD, **change}.items() if v is not None}
    answer = ask(ports["route_match_headers"], headers=list(headers.items()))
    assert subset(answer) == wanted


def test_the_method_counts_too(ports):
    answer = ask(ports["route_match_headers"], method="POST",
                 headers=[*GOOD.items(), ("content-length", "0")])
    assert subset(answer) == ""


def test_query_parameters(ports):
    port = ports["route_match_query"]
    good = "/?user=jason&flag&page=12&mode=debug&debug=x"
    assert ask(port, good).status == 200
    assert ask(port, good.replace("page=12", "page=x")).status == 404
    assert ask(port, good.replace("&flag", "")).status == 404


def test_shares_and_their_headers(ports):
    port = ports["route_weights"]
    answers = [ask(port) for _ in range(300)]
    canary = [a for a in answers if subset(a) == "v2"]
    assert 5 <= len(canary) <= 75
    assert {subset(a) for a in answers} == {"v1", "v2"}
    assert all(a.got("host") == ["canary.example.com"] and a.got("x-canary") == ["true"]
               for a in canary)
    assert ask(port, "/alone").got("host") == ["alone.example.com"]


@pytest.mark.parametrize("path, status, location", [
    ("/uri", 301, "http://newratings.default.svc.cluster.local/v1/bookRatings"),
    ("/302", 302, "https://reviews/302"), ("/303", 303, "http://a.com:8443/303"),
    ("/307", 307, "https://reviews/307"), ("/308", 308, "http://a.com/308"),
    ("/from-request", 301, "https://a.com:80/from-request"),
    ("/from-protocol", 301, "http://a.com/from-protocol")])
def test_redirects(ports, path, status, location):
    answer = ask(ports["route_redirect"], path)
    assert (answer.status, answer.headers["location"]) == (status, location)


def test_direct_responses(ports):
    answer = ask(ports["route_direct_response"], "/text")
    assert (answer.status, answer.body) == (503, b"out of order")
    assert answer.headers["content-type"] == "text/plain"
    assert ask(ports["route_direct_response"], "/bytes").body == b"\0\1\2"
    assert ask(ports["route_direct_response"], "/600").status == 599
    assert ask(ports["route_direct_response"], "/any").status == 404


@pytest.mark.parametrize("path, wanted, host", [
    ("/old/x?q=1", "/new/x?q=1", "reviews"), ("/exact", "/whole", "inner.example.com"),
    ("/service/foo/v1/api", "/v1/api/instance/foo", "reviews")])
def test_rewrites(ports, path, wanted, host):
    answer = ask(ports["route_rewrite"], path)
    assert (answer.asked["path"], answer.got("host")) == (wanted, [host])


def test_header_operations(ports):
    answer = ask(ports["route_headers"], "/a", headers=[
        ("x-a", "0"), ("x-c", "0"), ("x-e", "gone"), ("cookie", "gone")])
    assert answer.got("x-a") == ["1"]
    assert answer.got("x-b")[0].startswith("127.0.0.1:")
    assert answer.got("x-c") == ["0", "3"]
    assert answer.got("x-last") == ["5"]
    assert answer.got("x-e") == [] and answer.got("cookie") == []
    assert answer.got("host") == ["inner.example.com"]
    assert answer.headers["x-f"] == "4"


def test_faults(ports):
    port = ports["route_fault"]
    assert ask(port, "/both").status == 500
    started = time.monotonic()
    assert ask(port, "/never").status == 200
    assert ask(port, "/unset").status == 200
    assert time.monotonic() - started < 4


def test_cors(ports):
    port = ports["route_cors"]
    preflight = [("access-control-request-method", "GET")]
    for origin in ["https://a.com", "https://b.org", "https://c.com"]:
        answer = ask(port, "/all", method="OPTIONS", headers=[("origin", origin), *preflight])
        assert answer.headers["access-control-allow-origin"] == origin
        assert answer.headers["access-control-max-age"] == "86400"
    answer = ask(port, "/all", method="OPTIONS", headers=[("origin", "https://e.com"), *preflight])
    assert "access-control-allow-origin" not in answer.headers
    assert answer.cluster == ""  # not sent on
    answer = ask(port, "/", headers=[("origin", "https://any.com")])
    assert answer.headers["access-control-allow-origin"] == "https://any.com"


def test_a_gateway_answers_to_its_hosts_alone(ports):
    port = ports["gateway_route_hosts"]
    assert ask(port, host="a.example.com").status == 200
    assert ask(port, host="a.example.com:8443").status == 200
    assert subset(ask(port, host="only.com")) == "only"
    assert subset(ask(port, host="own.com")) == "own"
    for host in ["127.0.0.1", f"127.0.0.1:{port}", "c.example.com", "apart.net", "other.org"]:
        assert ask(port, host=host).status == 404, host
    assert ask(ports["gateway_route_blackhole"], host="nobody.com").status == 404


def test_joined_routes_do_not_hide_each_other(ports):
    port = ports["gateway_route_joined"]
    assert subset(ask(port, "/old", host="shop.com")) == "old"
    assert subset(ask(port, "/new", host="shop.com")) == "new"
    assert subset(ask(port, "/", host="shop.com")) == "old-rest"
    assert subset(ask(port, "/", host="shop.com", headers=[("x-new", "1")])) == "new-header"


def test_plain_http_is_sent_to_https(ports):
    port = ports["gateway_route_https_redirect"]
    for host in ["routed.com", "x.bare.com"]:
        answer = ask(port, "/p", host=host)
        assert (answer.status, answer.headers["location"]) == (301, f"https://{host}/p")
    assert ask(port, host="plain.com").status == 200
