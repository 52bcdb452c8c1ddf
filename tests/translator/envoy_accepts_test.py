"""Every resource in every golden is accepted by the real Envoy.

For each scenario a bootstrap is made that holds the golden's resources as
static ones (endpoints as the assignment of a cluster, routes inside a
listener), and `envoy --mode validate` reads it. Certificate files that a
resource names are replaced by ones made here.

    envoy_accepts_test.py [SCENARIO ...]
"""

import concurrent.futures
import copy
import datetime
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOLDENS = pathlib.Path(__file__).resolve().parent / "golden"
ENVOY = os.environ.get("ENVOY", str(ROOT / "build/venv/bin/envoy"))


def grpc_cluster(name):
    return {
        "name": name,
        "type": "STATIC",
        "connect_timeout": "1s",
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                "explicit_http_config": {"http2_protocol_options": {}},
            }
        },
        "load_assignment": {"cluster_name": name},
    }


def endpoint_cluster(index, assignment):
    """A cluster of addresses takes any assignment; only its name must agree."""
    assignment = copy.deepcopy(assignment)
    assignment["cluster_name"] = f"assignment-{index}"
    return {
        "name": f"assignment-{index}",
        "type": "STATIC",
        "connect_timeout": "1s",
        "load_assignment": assignment,
    }


def route_listener(index, routes):
    """Read statically, a route must name clusters that exist; a proxy that is
    sent it may learn of them later."""
    routes = {"validate_clusters": False, **routes}
    return {
        "name": f"routes-{index}",
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": 1 + index}},
        "filter_chains": [{"filters": [{
            "name": "envoy.filters.network.http_connection_manager",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.filters.network"
                         ".http_connection_manager.v3.HttpConnectionManager",
                "stat_prefix": "routes",
                "route_config": routes,
                "http_filters": [{
                    "name": "envoy.filters.http.router",
                    "typed_config": {
                        "@type": "type.googleapis.com/envoy.extensions.filters.http"
                                 ".router.v3.Router"},
                }],
            },
        }]}],
    }


def is_api_listener(listener):
    return "api_listener" in listener


def bootstrap(golden):
    clusters = list(golden.get("clusters", []))
    clusters += [endpoint_cluster(i, e) for i, e in enumerate(golden.get("endpoints", []))]
    clusters += [grpc_cluster("xds-grpc"), grpc_cluster("sds-grpc")]
    listeners = [one for one in golden.get("listeners", []) if not is_api_listener(one)]
    listeners += [route_listener(i, r) for i, r in enumerate(golden.get("routes", []))]
    return {
        "node": {"id": "golden", "cluster": "golden"},
        "dynamic_resources": {"ads_config": {
            "api_type": "GRPC",
            "transport_api_version": "V3",
            "grpc_services": [{"envoy_grpc": {"cluster_name": "xds-grpc"}}],
        }},
        "static_resources": {
            "clusters": clusters,
            "listeners": listeners,
            "secrets": golden.get("secrets", []),
        },
    }


def with_files(value, certificate, key, field=""):
    """Replaces the files that the resources name by those given."""
    if isinstance(value, list):
        return [with_files(one, certificate, key, field) for one in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"filename"}:
        if field == "crl":
            return {"inline_string": ""}
        return {"filename": key if field == "private_key" else certificate}
    return {name: with_files(one, certificate, key, name) for name, one in value.items()}


def make_certificate(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "golden")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name)
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256()))
    pem = serialization.Encoding.PEM
    certificate_file, key_file = pathlib.Path(folder, "cert.pem"), pathlib.Path(folder, "key.pem")
    certificate_file.write_bytes(certificate.public_bytes(pem))
    key_file.write_bytes(key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return str(certificate_file), str(key_file)


def complaint(scenario, folder, certificate, key):
    """What Envoy says against the scenario; empty if it accepts all of it."""
    golden = json.loads((GOLDENS / scenario / "expected.json").read_text())
    config = with_files(bootstrap(golden), certificate, key)
    path = pathlib.Path(folder) / f"{scenario}.json"
    path.write_text(json.dumps(config))
    ran = subprocess.run(
        [ENVOY, "--mode", "validate", "-c", str(path), "--log-level", "error",
         "--concurrency", "1", "--disable-hot-restart"],
        capture_output=True, text=True, timeout=60, check=False)
    if ran.returncode == 0:
        return ""
    said = (ran.stderr + ran.stdout).strip()
    # Envoy prints the whole bootstrap between its first words and the reason.
    return said if len(said) < 2000 else f"{said[:200]}\n...\n{said[-1000:]}"


def main(scenarios):
    scenarios = scenarios or sorted(p.parent.name for p in GOLDENS.glob("*/expected.json"))
    with tempfile.TemporaryDirectory() as folder:
        certificate, key = make_certificate(folder)
        with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
            said = pool.map(lambda s: complaint(s, folder, certificate, key), scenarios)
            refused = [(s, text) for s, text in zip(scenarios, said) if text]
    for scenario, text in refused:
        print(f"{scenario}: refused by Envoy:\n{text}\n")
    print(f"{len(scenarios) - len(refused)} of {len(scenarios)} scenarios accepted by Envoy")
    return 1 if refused or not scenarios else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
