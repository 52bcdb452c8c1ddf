"""A minute of random faults under load. No request fails, and in the end every
Envoy holds exactly what a fresh control plane gives for the final files.

  BINNACLE_FAULT_SECONDS=600   for ten minutes of them
  BINNACLE_FAULT_SEED=N        for the faults of a run that printed N
"""

import os
import random

import pytest

from lab.control_plane import ControlPlane
from lab.load import Load
from lab.wait import until
from mesh import xds_client
from mesh.faults import Faults
from mesh.held_configuration import Dump, differences, given_to, held_by
from mesh.mesh import Mesh
from mesh.policy_text import policy_text, split_text
from mesh.request import send
from mesh.set_clock import SetClock
from mesh.split import assert_no_failure

SECONDS = int(os.environ.get("BINNACLE_FAULT_SECONDS") or 60)
SEED = int(os.environ.get("BINNACLE_FAULT_SEED") or random.randrange(1 << 32))


@pytest.fixture(scope="module")
def clock(tmp_path_factory):
  return SetClock(tmp_path_factory.mktemp("clock"))


@pytest.fixture(scope="module")
def mesh(clock):
  with Mesh(env=clock.env) as made:
    made.control_plane.wait_ready()
    made.policy.write("gateway.yaml", policy_text("gateway.yaml"))
    made.policy.write("versions.yaml", policy_text("versions.yaml"))
    made.policy.write("split.yaml", policy_text("split.yaml"))
    made.add_service("echo")
    made.add_workload("echo-v1", "echo", "v1")
    made.add_client()
    made.delta = False  # from here on, state of the world
    made.add_workload("echo-v2", "echo", "v2")
    made.add_gateway()
    yield made
    assert not made.rejections()


@pytest.mark.timeout(SECONDS + 180)
def test_after_any_faults_every_envoy_holds_what_the_files_say(mesh, clock):
  print(f"BINNACLE_FAULT_SEED={SEED}")
  ways = [mesh.from_outside("echo.default.svc.cluster.local"), mesh.from_client("echo")]
  for way in ways:
    mesh.wait_until(lambda way=way: send(way).status == 200, "a first answer")
  faults = Faults(mesh, clock, SEED)
  try:
    with Load(ways[0], clients=2, per_second=100) as one, Load(ways[1], clients=2,
                                                               per_second=100) as other:
      faults.go_on(SECONDS)
      faults.heal()
      in_the_end_all_is_right(mesh)
    for load in (one, other):
      for failure in load.failures():
        faults.note_at(failure.sent, f"LOST {failure}")
    for load in (one, other):
      assert_no_failure(load.answers)
  finally:
    print(faults.history())


def in_the_end_all_is_right(mesh):
  fresh = ControlPlane(mesh.policy.path, mesh.network.logs, host=mesh.network.gateway,
                       data_dir=mesh.network.folder / "fresh")
  try:
    fresh.wait_ready()
    for name, workload in mesh.workloads.items():
      holds_what_is_right(name, workload.envoy, fresh.xds_address)
  finally:
    fresh.stop()
  mesh.policy.write("split.yaml", split_text(0, 100))
  for way in (mesh.from_outside("echo.default.svc.cluster.local"), mesh.from_client("echo")):
    mesh.wait_until(lambda way=way: send(way).json["version"] == "v2", "changes are followed")


def holds_what_is_right(name, envoy, address):
  wrong = ["nothing was compared"]

  def right():
    dump = Dump(envoy)
    wrong[:] = [f"waits for something: {name}" for name in dump.warming()]
    if not wrong:
      held = held_by(dump)
      wrong[:] = differences(held, given_to(envoy, address, held))
    return not wrong

  try:
    until(right, 60, f"{name} holds what is right", interval=0.5)
  except TimeoutError as error:
    raise AssertionError("\n".join([str(error), *wrong])) from None


def test_waiting_for_an_answer_is_bounded_also_when_the_clock_is_set_back(mesh, clock):
  clock.set(0)
  with xds_client.DeltaStream(mesh.control_plane.xds_address, xds_client.node("mute")) as stream:
    for type_url in (xds_client.CDS, xds_client.LDS):
      stream.subscribe(type_url)
      stream.ack(stream.receive())
    # A new service changes clusters, and listeners that wait for their answer.
    mesh.add_service("late", {"tcp": (9000, 9000)})
    assert stream.receive().type_url == xds_client.CDS
    clock.set(-3600)
    assert stream.receive(15).type_url == xds_client.LDS
  clock.set(0)
