# SPDX-License-Identifier: Apache-2.0
"""browser.py - a page in Chromium, driven over its DevTools protocol

    with Browser(folder) as page:
        page.open("file:///…")
        page.js("document.title")
        page.key("/")

Messages go through a pair of pipes (--remote-debugging-pipe): no port, no
library. Requests and what the console says are noted in page.requests and
page.complaints.
"""
import json
import os
import select
import subprocess
import time


class Browser:
    def __init__(self, folder, width=1400, height=1000):
        to_read, self.to = os.pipe()
        self.back, to_write = os.pipe()
        # Chromium reads file descriptor 3 and writes 4.
        script = f'exec "$@" 3<&{to_read} 4>&{to_write}'
        self.process = subprocess.Popen(
            ["bash", "-c", script, "bash", "chromium", "--headless=new",
             "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync",
             "--remote-debugging-pipe", f"--user-data-dir={folder}/chromium",
             f"--window-size={width},{height}", "about:blank"],
            pass_fds=(to_read, to_write), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": folder}, start_new_session=True)
        os.close(to_read)
        os.close(to_write)
        self.rest, self.last, self.tab = b"", 0, None
        self.requests, self.complaints = [], []
        for target in self.call("Target.getTargets")["targetInfos"]:
            if target["type"] == "page":
                self.tab = self.call("Target.attachToTarget", flatten=True,
                                     targetId=target["targetId"])["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(domain + ".enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.tab = None
            self.call("Browser.close")
        except (OSError, TimeoutError):
            self.process.kill()
        self.process.wait(10)

    # ---- messages ----

    def _message(self, until):
        while b"\0" not in self.rest:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.back], [], [], left)[0]:
                raise TimeoutError("the browser says nothing")
            piece = os.read(self.back, 1 << 20)
            if not piece:
                raise OSError("the browser has ended")
            self.rest += piece
        line, self.rest = self.rest.split(b"\0", 1)
        message = json.loads(line)
        self._note(message)
        return message

    def _note(self, message):
        what, about = message.get("method"), message.get("params", {})
        if what == "Network.requestWillBeSent":
            self.requests.append(about["request"]["url"])
        elif what == "Runtime.exceptionThrown":
            self.complaints.append(about["exceptionDetails"].get(
                "exception", {}).get("description", "an exception"))
        elif what == "Runtime.consoleAPICalled":
            self.complaints.append(str(about["args"]))
        elif what == "Log.entryAdded":
            self.complaints.append(about["entry"]["text"])

    def call(self, method, **params):
        self.last += 1
        message = {"id": self.last, "method": method, "params": params}
        if self.tab:
            message["sessionId"] = self.tab
        os.write(self.to, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + 20
        while True:
            answer = self._message(until)
            if answer.get("id") == self.last:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    # ---- what a person does ----

    def open(self, url):
        self.call("Page.navigate", url=url)
        self.until("document.readyState === 'complete' && "
                   "location.href.startsWith(%s)" % json.dumps(url[:20]))

    def js(self, text):
        result = self.call("Runtime.evaluate", expression=text,
                           returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{text}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def until(self, text, seconds=8):
        end = time.monotonic() + seconds
        while True:
            value = self.js(text)
            if value:
                return value
            if time.monotonic() > end:
                raise AssertionError(f"never true: {text}")
            time.sleep(0.03)

    def key(self, name):
        codes = {"Enter": 13, "Escape": 27, "ArrowUp": 38, "ArrowDown": 40,
                 "ArrowLeft": 37, "ArrowRight": 39, "Home": 36, "End": 35}
        key = {"key": name}
        if name in codes:
            key["windowsVirtualKeyCode"] = codes[name]
            if name == "Enter":
                key["text"] = "\r"
        else:
            key["text"] = name
        self.call("Input.dispatchKeyEvent", type="keyDown", **key)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=name)

    def type(self, text):
        for letter in text:
            self.key(letter)

    def _middle(self, selector):
        box = self.js(
            "(() => { const e = document.querySelector(%s); "
            "if (!e) return null; e.scrollIntoView({block: 'center'}); "
            "const r = e.getBoundingClientRect(); "
            "return [r.x + r.width / 2, r.y + r.height / 2]; })()"
            % json.dumps(selector))
        assert box, f"there is no {selector}"
        return {"x": box[0], "y": box[1]}

    def hover(self, selector):
        self.call("Input.dispatchMouseEvent", type="mouseMoved",
                  **self._middle(selector))

    def click(self, selector):
        at = self._middle(selector)
        for what in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=what, button="left",
                      clickCount=1, **at)

    def dark(self, is_dark):
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme",
             "value": "dark" if is_dark else "light"}])

    def size(self, width, height):
        self.call("Emulation.setDeviceMetricsOverride", width=width,
                  height=height, deviceScaleFactor=1, mobile=False)
