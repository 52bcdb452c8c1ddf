"""A mesh in one machine, without a container engine.

A pod is a network namespace with an address of its own, its processes and, as
in a cluster, an Envoy that all its traffic is redirected through. The demo and
the end-to-end tests are built of this. Needs root.
"""
