"""Runs the scenarios of a file and prints what came back, one JSON line per step."""

import dataclasses
import email.utils
import http.client
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from string import Template
from urllib.parse import urlencode, urlsplit

ENV = os.environ
CONTROL = ENV["XSALE_BASE_URL"] + "/_sandbox"
VIA = {
    "proxy": (ENV["XSALE_PROXY_URL"], ENV["XSALE_PROXY_SECRET"]),
    "readOnlyProxy": (ENV["XSALE_READ_ONLY_PROXY_URL"], ENV["XSALE_READ_ONLY_PROXY_SECRET"]),
}


@dataclasses.dataclass
class Reply:
    outcome: str = "response"
    status: int = 0
    headers: http.client.HTTPMessage = dataclasses.field(default_factory=http.client.HTTPMessage)
    text: str = ""
    data: object = None
    attempts: int = 1

    @property
    def broken(self):
        return self.outcome in ("no response", "incomplete response")

    def wait(self):
        """Returns the seconds that Retry-After asks for, by the clock of the server."""
        hint = self.headers.get("Retry-After")
        if hint is None or hint.isdigit():
            return hint and int(hint)
        date = email.utils.parsedate_to_datetime
        return max(0, (date(hint) - date(self.headers["Date"])).total_seconds())


def send(base, request, headers, body=None, timeout=60):
    """Sends one request. Whatever comes back is a reply, also if it is nothing."""
    method, path = request.split(" ", 1)
    url = urlsplit(base)
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=timeout)
    reply = Reply()
    try:
        headers = {name: value for name, value in headers.items() if value is not None}
        connection.request(method, url.path + path, body, headers)
        response = connection.getresponse()
        reply.status, reply.headers = response.status, response.headers
        content = response.read()
        reply.text = content.decode(errors="replace")
        if content and reply.headers.get_content_type().endswith("json"):
            reply.data = json.loads(content)
    except TimeoutError:
        reply.outcome = "timeout"
    except ValueError:
        reply.outcome = "not JSON"
    except (OSError, http.client.HTTPException):
        reply.outcome = "incomplete response" if reply.status else "no response"
    finally:
        connection.close()
    return reply


def send_patiently(*request, **options):
    """Waits as long as the server asks for, up to three times."""
    for attempt in range(1, 5):
        reply = send(*request, **options)
        reply.attempts = attempt
        if reply.status not in (429, 503) or reply.wait() is None or attempt == 4:
            return reply
        time.sleep(reply.wait())


class Client:
    """Keeps its tokens until the API rejects them."""

    def __init__(self):
        self.tokens = None

    def login(self, changes):
        form = {"grant_type": "password"}
        for name in ("client_id", "client_secret", "username", "password", "audience", "scope"):
            form[name] = ENV["XSALE_" + name.upper()]
        url = urlsplit(ENV["XSALE_TOKEN_URL"])
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        form = urlencode(form | changes)
        reply = send_patiently(f"{url.scheme}://{url.netloc}", "POST " + url.path, headers, form)
        if reply.status == 200 and reply.outcome == "response":
            self.tokens = reply.data
        return reply

    def call(self, request, headers, **options):
        attempts, logged_in = 0, False
        while True:
            if self.tokens is None:
                login = self.login({})
                if self.tokens is None:
                    login.attempts = attempts
                    return login
            tokens = {
                "Authorization": "Bearer " + self.tokens["access_token"],
                "x-id-token": self.tokens["id_token"],
            }
            reply = send_patiently(ENV["XSALE_BASE_URL"], request, tokens | headers, **options)
            attempts = reply.attempts = attempts + reply.attempts
            if reply.status == 401 and not logged_in:
                self.tokens, logged_in = None, True
            elif not (reply.broken and request.startswith("GET") and attempts < 3):
                return reply  # only a GET is harmless if the server has processed it already


def run_step(client, step):
    headers, options = {}, {}
    if "body" in step:
        options["body"] = json.dumps(step["body"])
        headers["Content-Type"] = "application/json"
    if "timeout" in step:
        options["timeout"] = step["timeout"]
    headers |= step.get("headers", {})
    start = time.monotonic()
    if "login" in step:
        reply = client.login(step["login"])
    elif "call" in step:
        reply = client.call(step["call"], headers, **options)
    elif "control" in step:
        reply = send(CONTROL, step["control"], headers, **options)
    else:
        (name,) = step.keys() & VIA.keys()
        base, secret = VIA[name]
        reply = send(base, step[name], {"Xsale-Proxy-Secret": secret} | headers, **options)
    expected = step["expect"]
    seen = {"outcome": reply.outcome, "status": reply.status, "attempts": reply.attempts}
    seen["milliseconds"] = int((time.monotonic() - start) * 1000)
    seen["headers"] = {name: reply.headers.get(name) for name in expected.get("headers", {})}
    seen["body"] = {pointer: read(reply.data, pointer) for pointer in expected.get("body", {})}
    if "text" in expected:
        seen["text"] = reply.text
    return seen, {name: read(reply.data, pointer) for name, pointer in step.get("keep", {}).items()}


def read(data, pointer):
    """Returns the value at a JSON pointer, or None. The length of an array is at its end."""
    for key in pointer.split("/")[1:]:
        if isinstance(data, list) and key == "length":
            data = len(data)
        elif isinstance(data, list):
            data = data[int(key)] if int(key) < len(data) else None
        elif isinstance(data, dict):
            data = data.get(key)
        else:
            return None
    return data


def run(scenario):
    client = Client()
    values = {"organization": ENV["XSALE_ORGANIZATION"]}
    for step in scenario["steps"]:
        step = json.loads(Template(json.dumps(step)).safe_substitute(values))
        steps = step.get("together", [step] * step.get("times", 1))
        if "together" in step:
            with ThreadPoolExecutor(len(steps)) as pool:
                results = list(pool.map(lambda step: run_step(client, step), steps))
        else:
            results = (run_step(client, step) for step in steps)
        for seen, kept in results:
            values |= kept
            print(json.dumps({"scenario": scenario["name"]} | seen), flush=True)


with open(sys.argv[1], encoding="utf-8") as file:
    for scenario in json.load(file):
        run(scenario)
