"""A small HTTP client for JSON, and keystone's API as far as the bed needs it."""

import json
import urllib.error
import urllib.request

# Loopback only: whatever proxy the user has is not for this.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Refused(Exception):
    """An API answered with an error."""

    def __init__(self, method: str, url: str, status: int, body: str):
        super().__init__(f"{method} {url}: {status} {body[:300]}")
        self.status = status


def answers(url: str) -> bool:
    """Whether something at this URL speaks HTTP, whatever it says."""
    try:
        _OPENER.open(url, timeout=5).close()
    except urllib.error.HTTPError as error:
        error.close()
    except OSError:
        return False
    return True


def call(method: str, url: str, token: str | None = None, body: object = None) -> tuple[dict, dict]:
    """The answer's JSON (empty if there is none) and its headers."""
    headers = {"Accept": "application/json"}
    if token:
        headers["X-Auth-Token"] = token
    data = None
    if body is not None:
        headers["Content-Type"] = "application/json"
        data = json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers, method=method)
    try:
        with _OPENER.open(request, timeout=60) as answer:
            text = answer.read()
            return json.loads(text) if text else {}, dict(answer.headers)
    except urllib.error.HTTPError as error:
        with error:
            raise Refused(method, url, error.code, error.read().decode(errors="replace")) from None


class Keystone:
    """A session with keystone's API, as one user in one project."""

    def __init__(self, url: str, user: str, password: str, project: str):
        domain = {"id": "default"}
        who = {"name": user, "password": password, "domain": domain}
        auth = {
            "identity": {"methods": ["password"], "password": {"user": who}},
            "scope": {"project": {"name": project, "domain": domain}},
        }
        answer, headers = call("POST", f"{url}/v3/auth/tokens", body={"auth": auth})
        self.url = url + "/v3"
        self.token = headers["X-Subject-Token"]
        self.user_id = answer["token"]["user"]["id"]

    def list(self, path: str) -> list[dict]:
        """The members of a collection, `services` or `users/ID/application_credentials` for example."""
        return call("GET", f"{self.url}/{path}", self.token)[0][path.rpartition("/")[2]]

    def create(self, path: str, **attributes: object) -> dict:
        kind = path.rpartition("/")[2].removesuffix("s")
        return call("POST", f"{self.url}/{path}", self.token, {kind: attributes})[0][kind]

    def ensure(self, path: str, name: str, **attributes: object) -> dict:
        """The member of that name, created if it is not there."""
        for member in self.list(path):
            if member["name"] == name:
                return member
        return self.create(path, name=name, **attributes)

    def assign(self, project: dict, user: dict, role: dict) -> None:
        call("PUT", f"{self.url}/projects/{project['id']}/users/{user['id']}/roles/{role['id']}", self.token)

    def delete(self, path: str) -> None:
        call("DELETE", f"{self.url}/{path}", self.token)
