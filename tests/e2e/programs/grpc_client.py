#!/usr/bin/env python3
"""grpc_client.py TARGET COUNT [AUTHORITY]: asks /echo.Echo/Version of an xds:/// target
COUNT times and prints how often each version answered, as JSON.

Speaks xDS with gRPC's own client (its C core); $GRPC_XDS_BOOTSTRAP names the
control plane. Messages are plain bytes: no .proto is needed.
"""

import collections
import json
import sys

import grpc


def main():
  target, count = sys.argv[1], int(sys.argv[2])
  counts = collections.Counter()
  options = [("grpc.default_authority", sys.argv[3])] if len(sys.argv) > 3 else []
  with grpc.insecure_channel(target, options) as channel:
    version = channel.unary_unary("/echo.Echo/Version")
    for _ in range(count):
      counts[version(b"", timeout=20, wait_for_ready=True).decode()] += 1
  print(json.dumps(counts))


if __name__ == "__main__":
  main()
