# SPDX-License-Identifier: Apache-2.0
"""map_page.py - machines that are made up, in the page of kist map

    map_page.py file PAGE FOLDER       the page as a file, with other maps in it
    map_page.py live URL FOLDER NAME   the page of --serve; NAME is a namespace
                                       that this makes and takes away
"""
import json
import pathlib
import re
import subprocess
import sys

from browser import Browser

KINDS = ["user", "cgroup", "ipc", "net", "pid", "time", "uts", "mnt"]
DATA = re.compile(r'(<script type="application/json" id="map">).*?(</script>)',
                  re.S)


def machine(count, attack=None):
    """Pods of two, the rest by themselves, on one bridge."""
    ino = iter(range(4026531834, 4026540000))
    host = {kind: next(ino) for kind in KINDS}
    things, devices, ports, cgroups = [], [], [], []
    spaces = [{"kind": k, "ns": n, "initial": True, "things": 1, "procs": 1}
              for k, n in host.items()]
    cgroups.append({"hierarchy": "unified", "path": "/", "parent": -1,
                    "procs": 1, "memory": 9 << 30})
    devices.append({"ns": host["net"], "index": 1, "name": "br0",
                    "type": "bridge", "up": True, "addresses": "10.0.0.1/8"})
    things.append({"kind": "host", "name": "host", "procs": 9, "pid": 1,
                   "user": "root", "cgroup_index": 0, "ns": host})
    for n in range(count):
        own = {k: next(ino) for k in ("mnt", "pid", "net", "ipc", "uts")}
        in_pod = n < 8 and n % 2
        if in_pod:
            last = things[-1]["ns"]
            own.update({k: last[k] for k in ("net", "ipc", "uts")})
        for kind, number in own.items():
            if number not in [s["ns"] for s in spaces[-10:]]:
                spaces.append({"kind": kind, "ns": number, "things": 1,
                               "procs": 1})
        name = attack or ("pod%d-%s" % (n // 2, "ab"[n % 2]) if n < 8
                          else "web-%d" % n)
        cgroups.append({"hierarchy": "unified", "path": "/c/%d" % n,
                        "parent": 0, "procs": 1, "memory": n << 20,
                        "memory_max": 1 << 30})
        things.append({"kind": "container", "name": name, "id": "%064x" % n,
                       "engine": attack or ("docker", "kist")[n % 2],
                       "image": attack or "nginx:1", "command": attack or "nginx",
                       "user": attack or ("ada" if n % 5 == 0 else "root"),
                       "pid": 1000 + n, "procs": 1, "cgroup_index": n + 1,
                       "cgroup": "/c/%d" % n, "ns": {**host, **own}})
        if not in_pod:
            devices.append({"ns": own["net"], "index": 2, "name": attack or "eth0",
                            "type": "veth", "up": True, "peer_ns": host["net"],
                            "peer": n + 10, "addresses": "10.1.%d.%d/8" %
                            (n // 250, n % 250)})
            devices.append({"ns": host["net"], "index": n + 10, "up": True,
                            "name": "veth%d" % n, "type": "veth", "master": 1,
                            "peer_ns": own["net"], "peer": 2})
        if n % 50 == 9:
            ports.append({"protocol": "tcp", "address": "0.0.0.0", "ns": own["net"],
                          "host_port": 8000 + n, "port": 80})
    return {"machine": attack or "made-up", "hidden": 0, "things": things,
            "namespaces": spaces, "devices": devices, "ports": ports,
            "cgroups": cgroups}


def put(page, folder, name, data):
    text = json.dumps(data).replace("<", "\\u003c")
    path = pathlib.Path(folder, name)
    path.write_text(DATA.sub(lambda m: m[1] + text + m[2],
                             pathlib.Path(page).read_text()))
    return path.as_uri()


def rows(page):
    return page.js("[...document.querySelectorAll('.row.thing .name b')]"
                   ".map(e => e.textContent)")


def check(what, wanted, got):
    assert got == wanted, f"{what}: {got!r}, wanted {wanted!r}"


def look_for(page):
    """Search, filters, folding, clicks, keys."""
    check("containers", "10 containers",
          page.js("document.getElementById('counts').textContent")[:13])
    check("one bar a pod", 24, page.js(
        "document.querySelectorAll('.row.thing .cell.shared').length"))
    check("of the same letter", "A", page.js(
        "[...new Set([...document.querySelectorAll('[data-thing*=\"0000\"] "
        ".cell.shared')].slice(0, 6).map(e => e.textContent))].join()"))
    page.key("/")
    page.type("pod3 nginx")
    check("what is looked for", ["pod3-a", "pod3-b"], rows(page))
    check("the count", "2 of 11 things shown",
          page.js("document.getElementById('found').textContent"))
    page.key("Escape")
    check("all again", "", page.js("document.getElementById('search').value"))
    page.js("document.getElementById('f-user').value = 'ada'; "
            "document.getElementById('f-user').dispatchEvent("
            "new Event('input', {bubbles: true}))")
    check("those of ada", ["pod0-a", "pod2-b"], rows(page))
    page.click("#clear")
    page.js("document.getElementById('f-kind').value = 'shared net'; "
            "document.getElementById('f-kind').dispatchEvent("
            "new Event('input', {bubbles: true}))")
    check("those that share a network", 8, len(rows(page)))
    page.click("#clear")
    page.hover(".row.thing .cell.shared[data-kind=net]")
    page.until("!!document.querySelector('#view.lit')")
    check("those that share it are lit", 2, page.js(
        "document.querySelectorAll('.row.mate').length"))
    assert "In common to 2" in page.js(
        "document.getElementById('details').textContent")


def by_keys(page):
    page.js("document.activeElement.blur()")
    page.key("ArrowDown")
    page.key("ArrowDown")
    check("a row has the focus", "pod0-a", page.js(
        "document.activeElement.querySelector('b').textContent"))
    page.key("Enter")
    assert page.js("document.querySelector('#details.pinned h2')"
                   ".textContent").startswith("pod0-a")
    page.key("ArrowDown")
    assert page.js("document.querySelector('#details.pinned h2')"
                   ".textContent").startswith("pod0-a"), "it was kept"
    page.key("Escape")
    check("let go", 0, page.js("document.querySelectorAll('#details.pinned').length"))
    page.key("Home")
    page.key("ArrowLeft")
    check("folded", 3, len(rows(page)))
    page.key("ArrowRight")
    check("unfolded", 11, len(rows(page)))
    page.key("2")
    check("the network", "true", page.js(
        "document.getElementById('tab-network').getAttribute('aria-selected')"))
    check("a bar and its cards", [1, 6], page.js(
        "[document.querySelectorAll('.hub > .bar').length, "
        "document.querySelectorAll('.leaves > .card').length]"))
    page.key("3")
    check("the groups", 11, page.js(
        "document.querySelectorAll('.groups .row.item').length"))
    page.key("4")
    page.key("1")
    page.key("?")
    check("help", True, page.js("document.getElementById('help').open"))
    page.key("Escape")
    page.until("!document.getElementById('help').open")


def light_and_dark(page):
    colour = "getComputedStyle(document.body).backgroundColor"
    page.dark(False)
    light = page.js(colour)
    page.dark(True)
    dark = page.js(colour)
    assert light != dark, "dark is as light"
    page.click("#theme")
    check("light was chosen", light, page.js(colour))
    page.click("#theme")
    page.dark(False)
    check("dark was chosen", dark, page.js(colour))
    page.click("#theme")
    check("as the system has it", light, page.js(colour))


def fits(page, width):
    page.size(width, 900)
    for tab in "1234":
        page.key(tab)
        assert page.js("document.documentElement.scrollWidth") <= width, \
            f"view {tab} is wider than {width}"
    page.key("1")


def many(page, url):
    page.open(url)
    # The page's own work: how long the browser is about its start is not ours.
    took = page.js("(() => { const begin = performance.now(); "
                   "document.getElementById('view').replaceChildren(); "
                   "show(JSON.parse(document.getElementById('map').textContent));"
                   "document.body.offsetHeight; "
                   "return performance.now() - begin; })()")
    assert took < 1000, f"500 containers took {took} ms"
    assert page.js("document.querySelectorAll('.row').length") < 60, "folded"
    for tab in "2341":
        begin = page.js("performance.now()")
        page.key(tab)
        assert page.js("performance.now()") - begin < 1000, f"view {tab}"
    page.key("/")
    page.type("web-499")
    check("one of 500", ["web-499"], rows(page))


def in_a_file(source, folder):
    with Browser(folder) as page:
        page.open(put(source, folder, "ten.html", machine(10)))
        look_for(page)
        by_keys(page)
        light_and_dark(page)
        many(page, put(source, folder, "many.html", machine(500)))
        attack = "</script><img src=x onerror=document.title='owned'>"
        page.open(put(source, folder, "bad.html", machine(6, attack)))
        for tab in "2341":
            page.key(tab)
            check("images", 0, page.js("document.images.length"))
        check("the title", "kist map of " + attack, page.js("document.title"))
        page.open(put(source, folder, "ten.html", machine(10)))
        fits(page, 400)
        check("complaints", [], page.complaints)
        check("requests", [], [r for r in page.requests
                               if not r.startswith(("file:", "data:"))])
        # A script that is not the page's own is not run, nothing is sent.
        page.js("document.head.append(Object.assign(document.createElement("
                "'script'), {textContent: 'document.title = \"owned\"'}))")
        assert page.js("document.title") != "owned", "a strange script ran"
        assert page.js("fetch('http://192.0.2.1/').then(() => 1, () => 2)") == 2
        assert any("Content Security Policy" in c for c in page.complaints)


def live(url, folder, name):
    with Browser(folder) as page:
        page.open(url)
        page.until("document.getElementById('live').textContent === 'live'")
        page.key("/")
        page.type(name)
        check("not there yet", [], rows(page))
        subprocess.run(["ip", "netns", "add", name], check=True)
        try:
            page.until("[...document.querySelectorAll('.row.thing .name b')]"
                       ".some(e => e.textContent.includes('%s'))" % name)
            check("the search was kept", name,
                  page.js("document.getElementById('search').value"))
            check("and the focus", "search",
                  page.js("document.activeElement.id"))
        finally:
            subprocess.run(["ip", "netns", "delete", name], check=True)
        page.until("!document.querySelector('.row.thing')")
        check("complaints", [], page.complaints)
        here = url.split("/?")[0]
        check("requests", [], [r for r in page.requests
                               if not r.startswith((here, "data:"))])


if sys.argv[1] == "file":
    in_a_file(*sys.argv[2:])
else:
    live(*sys.argv[2:])
