"""The policy directory of a test."""

import pathlib

import yaml


class PolicyFolder:

  def __init__(self, path):
    self.path = pathlib.Path(path)
    self.path.mkdir(parents=True)

  def write(self, name, content):
    """Puts a file in place at once. `content` is YAML as text, or objects."""
    self._draft(name, content).rename(self.path / name)

  def change_together(self, changes):
    """Pairs of a file and its content (None: it goes), in that order and so fast
    that they are one change to who watches."""
    drafts = [(name, content if content is None else self._draft(name, content))
              for name, content in changes]
    for name, draft in drafts:
      if draft is None:
        self.remove(name)
      else:
        draft.rename(self.path / name)

  def _draft(self, name, content):
    if not isinstance(content, str):
      content = yaml.safe_dump_all(content, sort_keys=False)
    # Beside the folder: it must not be seen before it is whole.
    draft = self.path.parent / f".{name}.draft"
    draft.write_text(content, encoding="utf-8")
    return draft

  def read(self, name):
    return (self.path / name).read_text(encoding="utf-8")

  def remove(self, name):
    (self.path / name).unlink()
