"""Fixtures of the end-to-end tests. They need root: pods are made of network
namespaces."""

import os
import pathlib
import sys

import pytest

_ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(_ROOT / "deploy"), str(pathlib.Path(__file__).resolve().parent)]

from lab.control_plane import BINNACLED
from mesh.mesh import Mesh


def pytest_configure(config):
  if config.option.collectonly:
    return
  if os.geteuid() != 0:
    pytest.exit("end-to-end tests make network namespaces: run them as root (sudo)", returncode=3)
  if not BINNACLED.exists():
    pytest.exit(f"{BINNACLED} is missing: run make first", returncode=3)


@pytest.fixture(scope="module")
def mesh():
  """An empty mesh with a running control plane."""
  with Mesh() as made:
    made.control_plane.wait_ready()
    yield made
    assert not made.rejections()
