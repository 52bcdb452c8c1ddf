"""Whether answers were split between versions as told."""

import math

from lab import load


def assert_split(answers, wanted):
  """`wanted`: {"v1": 90, "v2": 10} percent. Allows what chance alone exceeds
  once in 15,000 times."""
  shares = load.shares(answers)
  for version, share in wanted.items():
    chance = 4 * math.sqrt(share * (100 - share) / len(answers))
    assert abs(shares.get(version, 0) - share) <= chance, (
        f"{version}: {shares.get(version, 0):.1f} % of {len(answers)}, not {share} "
        f"+- {chance:.1f} %; all: {shares}")


def assert_no_failure(answers):
  failed = [(number, answer) for number, answer in enumerate(answers) if not answer.ok]
  assert not failed, (f"{len(failed)} of {len(answers)} requests failed; "
                      f"the first and the last: {failed[0]}, {failed[-1]}")
