"""One HTTP request, with all of its answer."""

import dataclasses
import json

from lab.load import Target


@dataclasses.dataclass(frozen=True)
class Response:
  status: int
  headers: dict  # names in lower case
  text: str

  @property
  def json(self):
    return json.loads(self.text)


def send(target: Target, path=None, method="GET", headers=None, body=None):
  """On a connection of its own. What the client's library does not allow or
  the peer breaks off is an OSError or http.client.HTTPException."""
  connection = target.connect()
  try:
    connection.request(method, path or target.path, body=body,
                       headers={"Host": target.host, **target.headers, **(headers or {})})
    answer = connection.getresponse()
    text = answer.read().decode(errors="replace")
    return Response(answer.status, {name.lower(): value for name, value in answer.getheaders()},
                    text)
  finally:
    connection.close()
