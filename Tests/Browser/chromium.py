"""A headless Chromium, spoken to by the DevTools protocol over a pipe: nothing but the standard library."""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time


class BrowserError(Exception):
    """Chromium did not do what it was asked."""


class Chromium:
    """One browser process; each page is a tab of its own."""

    def __init__(self):
        program = shutil.which("chromium")
        if program is None:
            raise BrowserError("there is no chromium on PATH; on Debian: apt-get install chromium")
        self.profile = tempfile.mkdtemp(prefix="etl-browser-")
        commands, self.output = os.pipe()
        self.input, answers = os.pipe()

        def place_pipes():
            # Chromium reads commands from descriptor 3 and writes answers to 4.
            copies = os.dup(commands), os.dup(answers)
            high = [os.dup2(copy, 30 + place) for place, copy in enumerate(copies)]
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        self.process = subprocess.Popen(
            [
                program, "--headless=new", "--remote-debugging-pipe", f"--user-data-dir={self.profile}",
                # Root may not use the sandbox, and containers have little /dev/shm.
                "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run", "--hide-scrollbars",
                "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-proxy-server",
                "--force-color-profile=srgb", "about:blank",
            ],
            close_fds=False, preexec_fn=place_pipes, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(commands)
        os.close(answers)
        self.buffer = b""
        self.last_id = 0
        self.answers = {}
        self.pages = {}

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.input)
        os.close(self.output)
        shutil.rmtree(self.profile, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, method, session=None, timeout=20, **parameters):
        """Calls a method and gives its result."""
        self.last_id += 1
        message = {"id": self.last_id, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.output, data):]
        identifier, deadline = self.last_id, time.monotonic() + timeout
        while identifier not in self.answers:
            if not self.receive(deadline - time.monotonic()) and time.monotonic() >= deadline:
                raise BrowserError(f"{method} was not answered in {timeout} s")
        answer = self.answers.pop(identifier)
        if "error" in answer:
            raise BrowserError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def receive(self, timeout):
        """Takes in what comes within some seconds; says whether anything came."""
        if not select.select([self.input], [], [], max(0, timeout))[0]:
            return False
        data = os.read(self.input, 1 << 20)
        if not data:
            raise BrowserError("chromium has ended")
        *messages, self.buffer = (self.buffer + data).split(b"\0")
        for message in map(json.loads, messages):
            if "id" in message:
                self.answers[message["id"]] = message
            elif message.get("sessionId") in self.pages:
                self.pages[message["sessionId"]].events.append((message["method"], message["params"]))
        return True

    def open(self, url, **emulation):
        return Page(self, url, **emulation)


class Page:
    """A tab, and all that happened in it."""

    def __init__(self, browser, url, width=1280, height=900, scheme="light", phone=False, reduced_motion=True):
        self.browser = browser
        self.events = []
        self.target = browser.send("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.send("Target.attachToTarget", targetId=self.target, flatten=True)["sessionId"]
        browser.pages[self.session] = self
        for domain in ["Page", "Runtime", "Network", "Log", "Audits", "Accessibility"]:
            self.send(f"{domain}.enable")
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=2 if phone else 1,
                  mobile=phone)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        if reduced_motion:
            features.append({"name": "prefers-reduced-motion", "value": "reduce"})
        self.send("Emulation.setEmulatedMedia", features=features)
        self.send("Page.navigate", url=url)
        self.wait_until("the document is there", "document.readyState === 'complete' && location.href !== 'about:blank'")

    def send(self, method, **parameters):
        return self.browser.send(method, session=self.session, **parameters)

    def evaluate(self, expression):
        """The value of a JavaScript expression; of a promise, what it is kept with."""
        answer = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise BrowserError(details.get("exception", {}).get("description", details["text"]))
        return answer["result"].get("value")

    def text(self, identifier):
        return self.evaluate(f"document.getElementById({json.dumps(identifier)}).innerText")

    def value(self, identifier):
        """The exact number behind a shown one; None where the page says that there is none."""
        expression = f"document.querySelector('#{identifier} data')?.value ?? null"
        value = self.evaluate(expression)
        return None if value is None else float(value)

    def wait_until(self, what, condition, timeout=20):
        """Looks until a condition, a JavaScript expression or a function, holds; gives what it gave."""
        deadline = time.monotonic() + timeout
        while True:
            value = condition() if callable(condition) else self.evaluate(condition)
            if value:
                return value
            if time.monotonic() >= deadline:
                raise AssertionError(f"not within {timeout} s: {what}")
            self.browser.receive(0.05)

    def happened(self, method):
        """What came of one kind of event."""
        return [parameters for name, parameters in self.events if name == method]

    def press(self, key, code=None, modifiers=0):
        keys = {"Tab": 9, "Enter": 13, " ": 32}
        parameters = {"key": key, "code": code or key, "windowsVirtualKeyCode": keys[key], "modifiers": modifiers}
        if key in ("Enter", " "):
            parameters["text"] = "\r" if key == "Enter" else " "
        self.send("Input.dispatchKeyEvent", type="keyDown", **parameters)
        parameters.pop("text", None)
        self.send("Input.dispatchKeyEvent", type="keyUp", **parameters)

    def screenshot(self, path):
        """The whole page, however long."""
        image = self.send("Page.captureScreenshot", captureBeyondViewport=True)
        with open(path, "wb") as file:
            file.write(base64.b64decode(image["data"]))

    def close(self):
        self.browser.send("Target.closeTarget", targetId=self.target)
        del self.browser.pages[self.session]
