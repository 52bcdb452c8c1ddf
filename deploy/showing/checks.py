"""What a demo promised, and whether it was kept."""

from showing import telling
from showing.telling import say

# Points. Chance alone takes 1,000 requests at 90/10 further once in 40,000 runs.
CLOSE_ENOUGH = 4


class Checks:
  """Says of each promise whether it was kept, and remembers if one was not."""

  def __init__(self):
    self.kept = True

  def expect(self, true, text):
    self.kept = self.kept and bool(true)
    say(f"    {telling.good('ok') if true else telling.bad('NOT SO')}: {text}")

  def expect_split(self, shares, wanted):
    near = all(abs(shares.get(version, 0) - share) <= CLOSE_ENOUGH
               for version, share in wanted.items())
    self.expect(near, f"within {CLOSE_ENOUGH} points of "
                f"{'/'.join(str(share) for share in wanted.values())}")

  def expect_no_failure(self, answers, what):
    failed = [answer for answer in answers if not answer.ok]
    self.expect(not failed, f"no failed request among {len(answers):,} {what}")
    for answer in failed[:3]:
      say(f"        {answer.status} {answer.error or str(answer.body)[:200]}")
