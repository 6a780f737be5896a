"""keysieve in front of real programs, on loopback: nginx under load from wrk, logging through `keysieve wrap`, to a file
that `keysieve watch` follows, and to a FIFO; Prometheus scrapes the metrics, promtool checks them, Alertmanager takes the
alerts, rsyslogd the lines of syslog.

    benches/streams/consumers.py KEYSIEVE [SECONDS]

Debian packages: nginx-light, wrk, prometheus, prometheus-alertmanager; rsyslog if it is there.
"""
import contextlib
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import zlib

keysieve, seconds = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 8
work = tempfile.mkdtemp()
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def token(generator):
    """A GitHub token with its checksum: CRC-32 of its letters in base 62."""
    body, check = "".join(generator.choice(LETTERS) for _ in range(30)), ""
    number = zlib.crc32(body.encode())
    while number:
        check, number = LETTERS[number % 62] + check, number // 62
    return "ghp" + "_" + body + check.rjust(6, "0")


def free():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def path(name):
    return os.path.join(work, name)


def write(name, text):
    with open(path(name), "w") as file:
        file.write(text)
    return path(name)


def get(url, accept="*/*"):
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept": accept}), timeout=5) as answer:
        return answer.read().decode()


def until(what, done, patience=30):
    end = time.time() + patience
    while time.time() < end:
        with contextlib.suppress(OSError, ValueError, KeyError, IndexError):
            if done():
                return
        time.sleep(0.2)
    sys.exit(f"it takes too long: {what}")


started = []


def start(arguments, **options):
    process = subprocess.Popen(arguments, cwd=work, **options)
    started.append(process)
    return process


def stop(process):
    process.send_signal(signal.SIGTERM)
    process.wait(20)


def nginx(name, port, log):
    """Runs as who we are, in the foreground, with one worker."""
    return write(
        name,
        f"""daemon off; worker_processes 1; pid {path(name)}.pid; error_log stderr;
        events {{ worker_connections 256; }}
        http {{
            access_log {log};
            client_body_temp_path {work}/t1; proxy_temp_path {work}/t2; fastcgi_temp_path {work}/t3;
            uwsgi_temp_path {work}/t4; scgi_temp_path {work}/t5;
            server {{ listen 127.0.0.1:{port}; location / {{ return 200 "ok"; }} }}
        }}""",
    )


def load(port):
    """Sends requests, one in four with a token in its address; says how many were answered, and how many a second."""
    out = subprocess.run(
        ["wrk", "-t1", "-c16", f"-d{seconds}s", "-s", path("load.lua"), f"http://127.0.0.1:{port}"],
        capture_output=True, text=True, check=True,
    ).stdout
    return int(re.search(r"(\d+) requests in", out)[1]), float(re.search(r"Requests/sec: +([\d.]+)", out)[1])


def check(name, requests):
    """Every request has its line, every token its mask, and no token is left."""
    text = open(path(name)).read()
    lines, masks = text.count("\n"), text.count("[REDACTED:github-pat]")
    left = sum(word in text for word in tokens)
    odd = sum(not line.startswith("127.0.0.1 - - [") for line in text.splitlines())
    # wrk counts what was answered when it ended; what was under way then is logged, too.
    good = requests <= lines <= requests + 16 and left == 0 and odd == 0 and abs(masks - lines / 4) < lines / 50 + 20
    print(f"{name}: {requests} requests, {lines} lines, {masks} masked, {left} tokens left: {'good' if good else 'BAD'}")
    return good


tokens = [token(random.Random(seed)) for seed in range(200)]
write(
    "load.lua",
    "local tokens = {" + ",".join(f'"{word}"' for word in tokens) + "}\nlocal n = 0\n"
    'function request() n = n + 1\nif n % 4 == 0 then return wrk.format("GET", "/cb?access_token=" .. '
    'tokens[n / 4 % #tokens + 1] .. "&x=1") end\nreturn wrk.format("GET", "/v1/items/" .. n) end\n',
)
good = True
try:
    # Without keysieve, to compare.
    port = free()
    server = start(["nginx", "-c", nginx("bare.conf", port, path("bare.log"))], stderr=subprocess.DEVNULL)
    until("nginx", lambda: get(f"http://127.0.0.1:{port}/"))
    _, bare = load(port)
    stop(server)

    port = free()
    out = open(path("wrapped.log"), "w")
    server = start(
        [keysieve, "wrap", "--no-config", "--", "nginx", "-c", nginx("wrapped.conf", port, "/dev/stdout")],
        stdout=out, stderr=subprocess.DEVNULL,
    )
    until("nginx", lambda: get(f"http://127.0.0.1:{port}/"))
    requests, wrapped = load(port)
    stop(server)
    good &= check("wrapped.log", requests + 1)
    print(f"requests a second: {bare:.0f} to a file, {wrapped:.0f} through keysieve wrap ({wrapped / bare:.2f})")

    # A file that is followed, and a FIFO; alerts to Alertmanager and syslog, metrics to Prometheus.
    alertmanager, prometheus, metrics = free(), free(), free()
    write("alertmanager.yml", "route: {receiver: none}\nreceivers: [{name: none}]\n")
    start(
        ["prometheus-alertmanager", f"--config.file={path('alertmanager.yml')}", f"--storage.path={path('am')}",
         f"--web.listen-address=127.0.0.1:{alertmanager}", "--cluster.listen-address="],
        stderr=subprocess.DEVNULL,
    )
    write(
        "prometheus.yml",
        "global: {scrape_interval: 1s}\nscrape_configs:\n- job_name: keysieve\n  static_configs:\n"
        f"  - targets: ['127.0.0.1:{metrics}']\n",
    )
    start(
        ["prometheus", f"--config.file={path('prometheus.yml')}", f"--storage.tsdb.path={path('tsdb')}",
         f"--web.listen-address=127.0.0.1:{prometheus}"],
        stderr=subprocess.DEVNULL,
    )
    until("alertmanager", lambda: get(f"http://127.0.0.1:{alertmanager}/-/ready"))
    until("prometheus", lambda: get(f"http://127.0.0.1:{prometheus}/-/ready"))
    to = ["--alert-to", f"alertmanager=http://127.0.0.1:{alertmanager}/api/v2/alerts"]
    if shutil.which("rsyslogd"):
        syslog = free()
        write("rsyslog.conf", f"module(load=\"imtcp\")\ninput(type=\"imtcp\" address=\"127.0.0.1\" port=\"{syslog}\")\n*.* {path('syslog')}\n")
        start(["rsyslogd", "-n", "-f", path("rsyslog.conf"), "-i", path("rsyslog.pid")], stderr=subprocess.DEVNULL)
        to += ["--alert-to", f"syslog=tcp://127.0.0.1:{syslog}"]
    os.mkfifo(path("fifo"))
    watch = start(
        [keysieve, "watch", "--no-config", "raw.log", "fifo", "--output", "copy", "--alerts", "alerts.jsonl",
         "--state", "state", "--listen", f"127.0.0.1:{metrics}", *to],
    )
    until("watch", lambda: get(f"http://127.0.0.1:{metrics}/readyz"))
    port = free()
    server = start(["nginx", "-c", nginx("file.conf", port, path("raw.log"))], stderr=subprocess.DEVNULL)
    until("nginx", lambda: get(f"http://127.0.0.1:{port}/"))
    requests, _ = load(port)
    stop(server)
    port = free()
    server = start(["nginx", "-c", nginx("fifo.conf", port, path("fifo"))], stderr=subprocess.DEVNULL)
    until("nginx", lambda: get(f"http://127.0.0.1:{port}/"))
    more, _ = load(port)
    stop(server)
    requests += more + 2
    until("the copy", lambda: open(path("copy")).read().count("\n") >= requests)
    good &= check("copy", requests)
    for accept in ("*/*", "application/openmetrics-text"):
        text = get(f"http://127.0.0.1:{metrics}/metrics", accept)
        if accept == "*/*":
            said = subprocess.run(["promtool", "check", "metrics"], input=text, text=True, capture_output=True)
            good &= said.returncode == 0 and not said.stderr
            print(f"promtool check metrics: {said.returncode} {said.stderr.strip() or 'nothing to say'}")
    query = f"http://127.0.0.1:{prometheus}/api/v1/query?query="
    value = lambda name: float(json.loads(get(query + name))["data"]["result"][0]["value"][1])
    masks = open(path("copy")).read().count("[REDACTED:")
    until("prometheus", lambda: value("sum(keysieve_redactions_total)") == masks)
    print(f"prometheus: up {value('up'):.0f}, sum(keysieve_redactions_total) {masks}")
    raised = lambda: json.loads(get(f"http://127.0.0.1:{alertmanager}/api/v2/alerts"))
    # One a second after the first thirty.
    until("alertmanager", lambda: len(raised()) >= 30)
    listed = json.loads(subprocess.run([keysieve, "alerts", "list", path("alerts.jsonl"), "-f", "json"], capture_output=True, check=True).stdout)
    print(f"alertmanager: {len(raised())} alerts so far, {len(listed)} in the file, of {len(tokens)} tokens")
    good &= len(listed) == len(tokens)
    first = raised()[0]
    subprocess.run([keysieve, "alerts", "resolve", path("alerts.jsonl"), first["labels"]["id"]], check=True, stdout=subprocess.DEVNULL)
    if os.path.exists(path("syslog")):
        print("rsyslogd:", open(path("syslog")).read().count("keysieve"), "lines")
    stop(watch)
    for name in ("copy", "alerts.jsonl", "state"):
        good &= os.stat(path(name)).st_mode & 0o077 == 0
finally:
    for process in started:
        if process.poll() is None:
            process.kill()
            process.wait()
    shutil.rmtree(work)
print("all good" if good else "BAD")
sys.exit(0 if good else 1)
