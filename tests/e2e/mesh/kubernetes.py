"""Kubernetes objects, as a cluster's dump has them."""


def service(name, address, ports, selector, namespace="default"):
  """`ports`: {name: (number, target port)}."""
  return {
      "apiVersion": "v1",
      "kind": "Service",
      "metadata": {"name": name, "namespace": namespace},
      "spec": {
          "clusterIP": address,
          "selector": selector,
          "ports": [{"name": port, "port": number, "targetPort": target}
                    for port, (number, target) in ports.items()],
      },
  }


def pod(name, address, labels, namespace="default", ready=True, service_account="default"):
  return {
      "apiVersion": "v1",
      "kind": "Pod",
      "metadata": {"name": name, "namespace": namespace, "labels": labels},
      "spec": {"containers": [{"name": "app"}], "serviceAccountName": service_account},
      "status": {
          "phase": "Running",
          "podIP": address,
          "podIPs": [{"ip": address}],
          "conditions": [{"type": "Ready", "status": str(ready)}],
      },
  }


def secret(name, data, namespace):
  """`data`: {key: text}."""
  return {"apiVersion": "v1", "kind": "Secret", "type": "Opaque",
          "metadata": {"name": name, "namespace": namespace}, "stringData": data}
