"""A page of the blog, as it came over the wire."""

import html
import re


class Page:
  """`answer`: a lab.load.Answer."""

  def __init__(self, answer):
    self._text = answer.body if isinstance(answer.body, str) else ""
    self.status = answer.status
    self.title = html.unescape(_first(r"<title>([^<]*)</title>", self._text))
    self.generator = self._meta("generator")
    self.release = self._meta("release")
    self.caller = self._meta("caller")  # whose certificate asked

  def says(self, text):
    return html.escape(text) in self._text

  def _meta(self, name):
    return html.unescape(_first(rf'<meta name="{name}" content="([^"]*)"', self._text))


def release(answer):
  """Which release rendered it; "nobody" if that cannot be seen."""
  return Page(answer).release or "nobody"


def _first(pattern, text):
  found = re.search(pattern, text)
  return found[1] if found else ""
