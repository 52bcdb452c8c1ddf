"""A demo from its beginning to its end, whichever way it ends."""

import os
import shutil
import signal
import sys
import time

from showing import telling
from showing.checks import Checks
from showing.telling import say, shown, step


def perform(stage_class, acts, look_around):
  """Performs `acts`, functions of the stage and the checks, one after the other;
  then, unless $ONCE is set, tells with `look_around` what there is to see and
  keeps everything running until Ctrl-C. Exits: with 0 only if all was kept."""
  become_root()
  for signal_number in (signal.SIGTERM, signal.SIGHUP):
    signal.signal(signal_number, lambda *_: sys.exit(143))
  checks = Checks()
  try:
    with stage_class() as stage:
      try:
        for act in acts:
          act(stage, checks)
        if not os.environ.get("ONCE"):
          look_around(stage)
          leave_running(stage)
      finally:
        step("Cleaning up")
  except KeyboardInterrupt:
    say("Stopped." if checks.kept else "Stopped; not all was as promised.")
  except (OSError, RuntimeError) as error:
    sys.exit(f"\ndemo: {error}")
  sys.exit(0 if checks.kept else 1)


def become_root():
  if os.geteuid() == 0:
    return
  if shutil.which("sudo") is None:
    sys.exit("demo: needs root, to make network namespaces, and there is no sudo here")
  say("demo: network namespaces need root; asking sudo for it")
  kept = [f"{name}={os.environ[name]}" for name in ("ONCE", "NO_COLOR", "BINNACLE_BIN")
          if name in os.environ]
  os.execvp("sudo", ["sudo", *kept, sys.executable, os.path.abspath(sys.argv[0])])


def set_the_stage(stage):
  step("Setting the stage")
  stage.write_files()
  say(f"    policy files in {shown(stage.policy)}, a certificate for {stage.host}")
  stage.start_binnacled()
  say(f"    binnacled serves xDS on {stage.binnacled.xds_address}, "
      f"admin on {stage.binnacled.admin_address}")
  stage.start_pods()
  width = max(len(envoy.pod.name) for envoy in stage.envoys)
  for number, envoy in enumerate(stage.envoys, start=1):
    envoy.wait_ready()
    say(f"    [{number}/{len(stage.envoys)}] {envoy.pod.name:{width}} {envoy.pod.address:12} "
        "Envoy has its configuration")


def leave_running(stage):
  say(telling.bold("Ctrl-C ends it and cleans up."))
  while stage.must_run():
    time.sleep(0.5)
