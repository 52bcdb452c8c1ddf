"""The committed policy files of the tests."""

import pathlib

_FOLDER = pathlib.Path(__file__).resolve().parents[1] / "policy"


def policy_text(name, replace=()):
  """The file's text; `replace`: pairs of what it says and is to say instead."""
  text = (_FOLDER / name).read_text(encoding="utf-8")
  for old, new in replace:
    if old not in text:
      raise ValueError(f"{name} does not say {old!r}")
    text = text.replace(old, new)
  return text


def split_text(v1, v2):
  """A VirtualService that splits echo's requests so."""
  return policy_text("split.yaml", [
      ("subset: v1\n      weight: 90", f"subset: v1\n      weight: {v1}"),
      ("subset: v2\n      weight: 10", f"subset: v2\n      weight: {v2}")])
