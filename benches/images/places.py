"""Real images with a secret in each of many places, made by umoci and skopeo, in every form: what is missed, and where
the forms differ.

    benches/images/places.py KEYSIEVE DIRECTORY

Needs umoci, skopeo, docker-registry, openssl, htpasswd, 7z, zstd, lz4 and javac. Exits 1 if anything is missed.
"""

import base64, bz2, gzip, http.server, io, json, lzma, os, shutil, socket, sqlite3, struct, subprocess, sys, tarfile, threading
import time, zipfile, zlib

keysieve, work = os.path.realpath(sys.argv[1]), os.path.realpath(sys.argv[2])
# The library of skopeo mounts its store onto itself.
subprocess.run(["umount", f"{work}/store/overlay"], stderr=subprocess.DEVNULL)
shutil.rmtree(work, ignore_errors=True)
os.makedirs(work)
os.chdir(work)
environment = dict(os.environ, HOME=work, XDG_RUNTIME_DIR=work)
planted = {}


def run(*command, stdin=None, check=True):
    done = subprocess.run(command, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    if check and done.returncode:
        sys.exit(f"{command}: {done.stderr.decode()}")
    return done


def secret(place, state="present"):
    number = len(planted)
    value = "hunter%d-of-%s" % (number, "7kQ" + "vz")
    planted[value] = (place, state)
    return value


def text(place, state="present"):
    return f"first\nurl = https://ci:{secret(place, state)}@db.example.net/\n".encode()


def tar(entries, form=tarfile.GNU_FORMAT, mode="w"):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, format=form) as archive:
        for name, content in entries:
            about = tarfile.TarInfo(name)
            about.size = len(content)
            archive.addfile(about, io.BytesIO(content))
    return out.getvalue()


def zipped(entries, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return out.getvalue()


def tool(command, content, suffix=""):
    path = "scratch" + suffix
    with open(path, "wb") as file:
        file.write(content)
    return run(*command, path).stdout


def cpio(entries):
    out = b""
    for name, content in [*entries, ("TRAILER!!!", b"")]:
        fields = [0, 0o100644, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0]
        head = b"070701" + b"".join(b"%08X" % field for field in fields) + name.encode() + b"\0"
        out += head + b"\0" * (-len(head) % 4) + content + b"\0" * (-len(content) % 4)
    return out


def ar(entries):
    out = b"!<arch>\n"
    for name, content in entries:
        out += b"%-16s%-12d%-6d%-6d%-8o%-10d`\n" % (name.encode(), 0, 0, 0, 0o100644, len(content)) + content
        out += b"\n" * (len(content) % 2)
    return out


def seven(name, content, *options):
    with open(name, "wb") as file:
        file.write(content)
    if os.path.exists("x.7z"):
        os.remove("x.7z")
    run("7z", "a", *options, "x.7z", name)
    return open("x.7z", "rb").read()


def database(content):
    if os.path.exists("x.db"):
        os.remove("x.db")
    data = sqlite3.connect("x.db")
    data.execute("create table t (a integer primary key, b text)")
    data.executemany("insert into t (b) values (?)", [("row %d" % at,) for at in range(500)] + [(content,)])
    data.commit()
    data.close()
    return open("x.db", "rb").read()


def java(value):
    with open("A.java", "w") as file:
        file.write('class A { static String url = "https://ci:%s@db.example.net/"; }' % value)
    run("javac", "A.java")
    return open("A.class", "rb").read()


def python(value):
    import importlib.util, marshal

    code = compile(f"url = 'https://ci:{value}@db.example.net/'", "m.py", "exec")
    return importlib.util.MAGIC_NUMBER + b"\0" * 12 + marshal.dumps(code)


def pdf(content):
    stream = zlib.compress(b"BT (" + content.replace(b"\n", b" ") + b") Tj ET")
    return b"%PDF-1.4\n1 0 obj <</Length " + b"%d" % len(stream) + b"/Filter/FlateDecode>>\nstream\n" + stream + b"\nendstream\nendobj\n"


def mail(name, content):
    encoded = base64.encodebytes(content)
    return (b"From: a@b.example\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
            b"Content-Type: application/octet-stream; name=\"" + name + b"\"\nContent-Transfer-Encoding: base64\n\n" + encoded + b"--b--\n")


def notebook(content):
    lines = content.decode().splitlines(keepends=True)
    return json.dumps({"cells": [{"cell_type": "code", "source": lines, "outputs": []}], "nbformat": 4, "metadata": {}}).encode()


def wide(value, order):
    chars = f"https://ci:{value}@db.example.net/".encode("utf-16-" + order)
    length = struct.pack((">" if order == "be" else "<") + "H", len(chars) // 2)
    return b"MZ\x90\0\3\0\0\0" + b"\xc3" * 500 + b"\0" + length + chars + b"\0\0\xc3\xc3"


def bottom():
    """What the lowest layer has, by its path."""
    files = {}

    def put(path, make, *arguments, place=None):
        files[path] = make(text(place or path), *arguments)

    plain = lambda content: content
    for path in ["etc/kept.conf", "usr/lib/x.so.conf", "usr/share/doc/README.md", "app/node_modules/x/index.js",
                 "app/example/test_data.txt", "app/package-lock.json", "we ird name", "caf\u00e9.txt", "." + "hidden",
                 "deep/" + "d" * 120 + "/x.conf", "a" * 90 + "/" + "b" * 200 + ".txt"]:
        put(path, plain)
    put("crlf.txt", lambda content: content.replace(b"\n", b"\r\n"))
    put("wide.txt", lambda content: content.decode().encode("utf-16"))
    put("wide-be.txt", lambda content: b"\xfe\xff" + content.decode().encode("utf-16-be"))
    put("wider.txt", lambda content: content.decode().encode("utf-32"))
    put("big.txt", lambda content: b"nothing here\n" * 200_000 + content)
    put("bin/program", lambda content: b"\x7fELF\2\1\1" + b"\0" * 3000 + content + b"\0" * 9)
    for order in ["le", "be"]:
        files[f"bin/wide-{order}.dll"] = wide(secret(f"bin/wide-{order}.dll"), order)
    files["lib/A.class"] = java(secret("lib/A.class"))
    files["lib/m.pyc"] = python(secret("lib/m.pyc"))
    put("log.gz", gzip.compress, place="log.gz!/log")
    put("members.gz", lambda content: b"".join(gzip.compress(content[at:at + 20]) for at in range(0, len(content), 20)),
        place="members.gz!/members")
    put("garbage.gz", lambda content: gzip.compress(content) + b"\0" * 100, place="garbage.gz!/garbage")
    put("log.xz", lzma.compress, place="log.xz!/log")
    put("log.lzma", lambda content: lzma.compress(content, lzma.FORMAT_ALONE), place="log.lzma!/log")
    put("log.bz2", bz2.compress, place="log.bz2!/log")
    put("log.zlib", zlib.compress, place="log.zlib!/log")
    put("log.zst", lambda content: tool(["zstd", "-qc"], content), place="log.zst!/log")
    put("frames.zst", lambda content: tool(["zstd", "-qc"], b"one\n") + b"\x50\x2a\x4d\x18\4\0\0\0skip" + tool(["zstd", "-qc"], content),
        place="frames.zst!/frames")
    put("log.lz4", lambda content: tool(["lz4", "-qc"], content), place="log.lz4!/log")
    for name, form in [("gnu", tarfile.GNU_FORMAT), ("pax", tarfile.PAX_FORMAT), ("ustar", tarfile.USTAR_FORMAT)]:
        put(f"{name}.tar", lambda content: tar([("x" * 90 + "/inner.txt", content)], form), place=f"{name}.tar!/{'x' * 90}/inner.txt")
    put("deep.tar.gz", lambda content: gzip.compress(tar([("in.tar", tar([("a/b.txt", content)]))])), place="deep.tar.gz!/in.tar!/a/b.txt")
    put("all.tar.xz", lambda content: lzma.compress(tar([("a.txt", content)])), place="all.tar.xz!/a.txt")
    put("all.tar.bz2", lambda content: bz2.compress(tar([("a.txt", content)])), place="all.tar.bz2!/a.txt")
    put("all.tar.zst", lambda content: tool(["zstd", "-qc"], tar([("a.txt", content)])), place="all.tar.zst!/a.txt")
    put("damaged.tar", lambda content: b"\xff" * 300 + b"\0" * 212 + tar([("after.txt", content)]), place="damaged.tar")
    put("app.jar", lambda content: zipped([("META-INF/x.properties", content)]), place="app.jar!/META-INF/x.properties")
    put("app.war", lambda content: zipped([("WEB-INF/lib/in.jar", zipped([("x.properties", content)]))]),
        place="app.war!/WEB-INF/lib/in.jar!/x.properties")
    put("stored.whl", lambda content: zipped([("p/x.py", content)], zipfile.ZIP_STORED), place="stored.whl!/p/x.py")
    put("bz.zip", lambda content: zipped([("x", content)], zipfile.ZIP_BZIP2), place="bz.zip!/x")
    put("lz.zip", lambda content: zipped([("x", content)], zipfile.ZIP_LZMA), place="lz.zip!/x")
    put("self.exe", lambda content: b"MZ" + b"\x90" * 4000 + zipped([("x.txt", content)]), place="self.exe!/x.txt")
    put("doc.docx", lambda content: zipped([("word/document.xml", b"<w:t>" + content + b"</w:t>")]), place="doc.docx!/word/document.xml")
    put("cut.zip", lambda content: zipped([("x.txt", content)])[:-60], place="cut.zip!/x.txt")
    put("a.7z", lambda content: seven("x.txt", content), place="a.7z!/x.txt")
    put("ppmd.7z", lambda content: seven("x.txt", content, "-m0=ppmd"), place="ppmd.7z!/x.txt")
    put("a.deb", lambda content: ar([("debian-binary", b"2.0\n"), ("data.tar.xz", lzma.compress(tar([("./etc/x", content)])))]),
        place="a.deb!/data.tar.xz!/./etc/x")
    put("initrd", lambda content: gzip.compress(cpio([("init", content)])), place="initrd!/init")
    put("doc.pdf", pdf, place="doc.pdf")
    put("data.db", lambda content: database(content.decode()), place="data.db")
    put("nb.ipynb", notebook)
    put("one.eml", lambda content: mail(b"x.zip", zipped([("c.txt", content)])), place="one.eml!/x.zip!/c.txt")
    put("text.eml", lambda content: mail(b"x.txt", content), place="text.eml")
    put("setup.run", lambda content: b"#!/bin/sh\ntail -n +4 $0 | tar xz\nexit\n" + gzip.compress(tar([("i.txt", content)])),
        place="setup.run!/i.txt")
    put("old.tar", lambda content: tar([("layer.tar", tar([("etc/x", content)])), ("manifest.json", b"[]")]),
        place="old.tar!/layer.tar!/etc/x")
    files["app/.env"] = text("app/.env", "deleted")
    files["app/over.txt"] = text("app/over.txt", "overwritten")
    files["opt/dir/x"] = text("opt/dir/x", "deleted")
    return files


def build():
    """An image of three layers, as a layout with the tag v1."""
    os.makedirs("root")
    for path, content in bottom().items():
        path = os.path.join("root", path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
    os.link("root/etc/kept.conf", "root/etc/linked.conf")
    run("umoci", "init", "--layout", "layout")
    run("umoci", "new", "--image", "layout:v1")
    insert = ["umoci", "insert", "--image", "layout:v1", "--rootless"]
    run(*insert, "--history.created_by", "COPY root /", "root", "/")
    os.makedirs("second/opt/dir")
    open("second/over.txt", "wb").write(text("app/over.txt"))
    open("second/opt/dir/new", "wb").write(text("opt/dir/new"))
    run(*insert, "--history.created_by", "RUN make", "second/over.txt", "/app/over.txt")
    run(*insert, "--opaque", "--history.created_by", "RUN make clean", "second/opt/dir", "/opt/dir")
    run(*insert, "--whiteout", "--history.created_by", "RUN rm /app/.env", "/app/.env")
    field = lambda name: f"https://ci:{secret('image-config.json!/' + name)}@db.example.net/"
    run("umoci", "config", "--image", "layout:v1", "--config.env", "DB=" + field("config.Env"),
        "--config.cmd", field("config.Cmd"), "--config.entrypoint", field("config.Entrypoint"),
        "--config.label", "org.example.db=" + field("config.Labels"), "--config.workingdir", "/w/" + field("config.WorkingDir"),
        "--history.created_by", "|1 DB=" + field("history") + " /bin/sh -c true", "--history.comment", field("history"),
        "--history.author", field("history"))


def scan(*references, stdin=None, options=()):
    done = run(keysieve, "image", "--no-config", "--no-progress", "-q", "-f", "json", "--min-confidence", "low", "--show-secrets",
               *options, *references, stdin=stdin, check=False)
    if done.returncode != 1:
        sys.exit(f"{references}: exit {done.returncode}: {done.stderr.decode()}")
    return json.loads(done.stdout)


def places(report):
    seen = set()
    for finding in report["findings"]:
        for location in finding["locations"]:
            layer = location["layer"]
            seen.add((layer.get("diff_id"), location["path"], location["line"], finding["secret_raw"], layer["state"]))
    return seen


def check(report):
    found = {}
    for finding in report["findings"]:
        for value in planted:
            if value in finding["secret_raw"] or finding["secret_raw"] in value:
                found.setdefault(value, []).extend(finding["locations"])
    missed = 0
    for value, (place, state) in planted.items():
        at = [(location["path"], location["layer"]["state"]) for location in found.get(value, [])]
        if not any(path.startswith(place) and seen == state for path, seen in at):
            missed += 1
            print("missed:", place, state, at)
    for location in (location for all in found.values() for location in all):
        layer = location["layer"]
        if "image-" not in location["path"] and not (layer.get("diff_id") and layer.get("instruction") and layer.get("digest")):
            missed += 1
            print("no layer:", location["path"], layer)
    print(f"{len(planted)} places, {missed} missed; skips: {[(s['path'], s['reason']) for s in report['skips']]}")
    return missed


class Registry:
    """A registry over the same blobs, with more lines in its configuration."""

    def __init__(self, http="", auth=""):
        self.http, self.auth = http, auth

    def __enter__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = "127.0.0.1:%d" % free.getsockname()[1]
        with open("registry.yml", "w") as file:
            file.write(f"version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {work}/registry\nhttp:\n  addr: {self.address}\n{self.http}{self.auth}")
        self.child = subprocess.Popen(["docker-registry", "serve", "registry.yml"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(2)
        return self.address

    def __exit__(self, *_):
        self.child.kill()
        self.child.wait()


def certificates():
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.crt", "-days", "2", "-subj", "/CN=test-ca")
    run("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-keyout", "tls.key", "-out", "tls.csr", "-subj", "/CN=localhost")
    with open("ext", "w") as file:
        file.write("subjectAltName=IP:127.0.0.1\n")
    run("openssl", "x509", "-req", "-in", "tls.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "ext", "-out", "tls.crt")


def token():
    """A token for everything, as docker's registry has it, signed by the authority's key."""
    part = lambda value: base64.urlsafe_b64encode(value if isinstance(value, bytes) else json.dumps(value).encode()).rstrip(b"=")
    der = run("openssl", "x509", "-in", "ca.crt", "-outform", "der").stdout
    now = int(time.time())
    claims = {"iss": "test", "sub": "me", "aud": "test", "exp": now + 600, "nbf": now - 60, "iat": now, "jti": "1",
              "access": [{"type": "repository", "name": "team/app", "actions": ["pull"]}]}
    signed = part({"typ": "JWT", "alg": "RS256", "x5c": [base64.b64encode(der).decode()]}) + b"." + part(claims)
    signature = run("openssl", "dgst", "-sha256", "-sign", "ca.key", stdin=signed).stdout
    return (signed + b"." + part(signature)).decode()


def with_logins(same):
    """The registry with TLS and a login, and with tokens."""
    certificates()
    word = "-".join(["correct", "horse"])
    environment.update(KEYSIEVE_REGISTRY_USER="me", KEYSIEVE_REGISTRY_PASSWORD=word)
    with open("users", "wb") as file:
        file.write(run("htpasswd", *"-Bbn me".split(), word).stdout)
    tls = f"  tls:\n    certificate: {work}/tls.crt\n    key: {work}/tls.key\n"
    with Registry(tls, f"auth:\n  htpasswd:\n    realm: test\n    path: {work}/users\n") as address:
        same("registry, TLS and a login", scan(f"{address}/team/app:v1", options=["--ca-file", "ca.crt"]))
    given, right = token(), "Basic " + base64.b64encode(f"me:{word}".encode()).decode()

    class Tokens(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_GET(self):
            body = json.dumps({"token": given}).encode()
            self.send_response(200 if self.headers.get("Authorization") == right else 401)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Tokens)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    realm = f"http://127.0.0.1:{server.server_port}/token"
    with Registry("", f"auth:\n  token:\n    realm: {realm}\n    service: test\n    issuer: test\n    rootcertbundle: {work}/ca.crt\n") as address:
        same("registry, tokens", scan(f"{address}/team/app:v1"))


def forms(whole):
    """Where a form of the image gives something else."""
    different = 0

    def same(name, report):
        nonlocal different
        lost, more = whole - places(report), places(report) - whole
        different += bool(lost or more)
        print(f"{name}: {'the same' if not lost | more else f'lost {sorted(lost)[:5]} more {sorted(more)[:5]}'}")

    run("skopeo", "copy", "-q", "oci:layout:v1", "oci-archive:oci.tar:v1")
    run("skopeo", "copy", "-q", "oci:layout:v1", "docker-archive:docker.tar:team/app:1")
    run("skopeo", "copy", "-q", "--dest-compress-format", "zstd", "--dest-compress", "oci:layout:v1", "oci:zstd:v1")
    run("skopeo", "copy", "-q", "oci:layout:v1", f"containers-storage:[overlay@{work}/store+{work}/run]team/app:1")
    same("oci-archive", scan("oci-archive:oci.tar"))
    same("docker-archive", scan("docker-archive:docker.tar"))
    same("oci, zstd", scan("oci:zstd:v1"))
    for archive in ["oci.tar", "docker.tar"]:
        same(f"{archive} on standard input", scan("-", stdin=open(archive, "rb").read()))
    same("containers-storage", scan(f"containers-storage:[overlay@{work}/store+{work}/run]team/app:1"))
    os.makedirs("content")
    shutil.copytree("layout/blobs", "content/blobs")
    index = json.load(open("layout/index.json"))
    same("containerd", scan("containerd:content@" + index["manifests"][0]["digest"]))
    for threads in ["1", "4"]:
        same(f"-j {threads}", scan("oci:layout:v1", options=["-j", threads]))
    with Registry() as address:
        run("skopeo", "copy", "-q", "--dest-tls-verify=false", "oci:layout:v1", f"docker://{address}/team/app:v1")
        same("registry", scan(f"{address}/team/app:v1"))
        run("skopeo", "copy", "-q", "--dest-tls-verify=false", "--format", "v2s2", "oci:layout:v1", f"docker://{address}/team/app:v2")
        same("registry, schema 2", scan(f"{address}/team/app:v2"))
    with_logins(same)
    for _ in range(2):
        same("with a cache", scan("oci:layout:v1", options=["--cache", "cache"]))
    return different


build()
first = scan("oci:layout:v1")
missed = check(first)
different = forms(places(first))
subprocess.run(["umount", f"{work}/store/overlay"], stderr=subprocess.DEVNULL)
sys.exit(1 if different + missed else 0)
