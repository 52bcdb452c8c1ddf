#!/usr/bin/env python3
"""grpc_server.py PORT VERSION: answers /echo.Echo/Version with its version."""

import concurrent.futures
import sys

import grpc


def main():
  port, version = sys.argv[1:]
  server = grpc.server(concurrent.futures.ThreadPoolExecutor(4))
  server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("echo.Echo", {
      "Version": grpc.unary_unary_rpc_method_handler(lambda *_: version.encode()),
  })])
  server.add_insecure_port(f"0.0.0.0:{port}")
  server.start()
  server.wait_for_termination()


if __name__ == "__main__":
  main()
