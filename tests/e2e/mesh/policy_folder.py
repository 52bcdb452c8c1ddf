"""The policy directory of a test."""

import pathlib

import yaml


class PolicyFolder:

  def __init__(self, path):
    self.path = pathlib.Path(path)
    self.path.mkdir(parents=True)

  def write(self, name, content):
    """Puts a file in place at once. `content` is YAML as text, or objects."""
    if not isinstance(content, str):
      content = yaml.safe_dump_all(content, sort_keys=False)
    # Beside the folder: it must not be seen before it is whole.
    draft = self.path.parent / f".{name}.draft"
    draft.write_text(content, encoding="utf-8")
    draft.rename(self.path / name)

  def read(self, name):
    return (self.path / name).read_text(encoding="utf-8")

  def remove(self, name):
    (self.path / name).unlink()
