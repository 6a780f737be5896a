"""Hostile images: each in bounded memory and time, with the layer beside it reported, and the gap named.

    benches/images/hostile.py KEYSIEVE DIRECTORY

Prints wall time, the greatest resident set, the exit code and the skips of each. Exits 1 where one takes more than
512 MB or 60 seconds, loses the layer beside it, names no gap, or writes a file.
"""

import gzip, hashlib, io, json, os, shutil, subprocess, sys, tarfile, time, zipfile

keysieve, work = os.path.realpath(sys.argv[1]), os.path.realpath(sys.argv[2])
shutil.rmtree(work, ignore_errors=True)
os.makedirs(work)
os.chdir(work)
LEAK = ("url = https://ci:%s@db.example.net/\n" % ("hunter2-of-" + "7kQ")).encode()


def tar(entries, raw=b""):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in entries:
            about = tarfile.TarInfo(name)
            about.size = len(content)
            archive.addfile(about, io.BytesIO(content))
    return raw + out.getvalue()


def gzip_of_zeros(size):
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", mtime=0) as file:
        for _ in range(size >> 20):
            file.write(bytes(1 << 20))
    return out.getvalue()


def piped(command, size):
    zeros = subprocess.Popen(["head", "-c", str(size), "/dev/zero"], stdout=subprocess.PIPE)
    return subprocess.run(command, stdin=zeros.stdout, stdout=subprocess.PIPE, check=True).stdout


def header(kind, size, name="x"):
    about = tarfile.TarInfo(name)
    about.type, about.size = kind, size
    return about.tobuf(tarfile.USTAR_FORMAT)


def zip_of(content, name="0"):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def overlapping(size, count):
    """Many entries of a directory that share their bytes."""
    packed = zip_of(bytes(size))
    local = packed[:packed.index(b"PK\x01\x02")]
    listed = packed[packed.index(b"PK\x01\x02"):packed.rindex(b"PK\x05\x06")]
    end = bytearray(packed[packed.rindex(b"PK\x05\x06"):])
    end[8:12] = count.to_bytes(2, "little") * 2
    end[12:16] = (len(listed) * count).to_bytes(4, "little")
    return local + listed * count + bytes(end)


def sparse():
    """A file of 8 TiB of holes, as GNU tar writes it."""
    head = bytearray(header(b"0", 512, "holes"))
    head[156:157] = b"S"
    head[257:265] = b"ustar  \0"
    head[386:386 + 24] = b"%011o\0%011o\0" % (0, 512)
    head[483:495] = b"\x80" + (8 << 40).to_bytes(11, "big")
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head) + LEAK.ljust(512, b"\0")


def pax(records, size):
    return header(b"x", size) + records


nested = zip_of(gzip_of_zeros(256 << 20))
for level in range(6):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for copy in range(8):
            archive.writestr(f"{level}-{copy}.zip", nested)
    nested = out.getvalue()

deep = LEAK
for level in range(40):
    deep = gzip.compress(tar([("in.tar.gz", deep)]))

def many(count):
    """Empty files, so many."""
    head = bytearray(header(b"0", 0, "0" * 8))
    head[148:156] = b" " * 8
    rest = sum(head) - 8 * ord("0")
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", mtime=0, compresslevel=1) as file:
        for at in range(count):
            name = b"%08d" % at
            head[:8] = name
            head[148:156] = b"%06o\0 " % (rest + sum(name))
            file.write(head)
    return out.getvalue()


def long_links(count):
    """Hard links, each with another name of half a megabyte."""
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", mtime=0, compresslevel=1) as file:
        for at in range(count):
            name = b"%d/" % at + b"a" * (1 << 19)
            file.write(header(b"L", len(name)) + name + bytes(-len(name) % 512) + header(b"1", 0))
    return out.getvalue()


held = os.urandom(100 << 20)
for level in range(6):
    with open("in.7z", "wb") as file:
        file.write(held)
    if os.path.exists("out.7z"):
        os.remove("out.7z")
    subprocess.run(["7z", "a", "-mx0", "out.7z", "in.7z"], stdout=subprocess.DEVNULL, check=True)
    with open("out.7z", "rb") as file:
        held = file.read()

good = tar([("before", LEAK)])
# What each layer is, how it is called, and whether a gap must be named.
LAYERS = {
    "gzip bomb as a layer": (gzip_of_zeros(8 << 30), "tar+gzip", True),
    "gzip bomb in a layer": (tar([("bomb.gz", gzip_of_zeros(8 << 30))]), "tar", True),
    "zstd bomb": (piped(["zstd", "-qc", "-19", "--long=27"], 16 << 30), "tar+zstd", True),
    "zstd with a window of 2 GiB": (piped(["zstd", "-qc", "--ultra", "--long=31"], 3 << 30), "tar+zstd", True),
    "xz bomb": (tar([("bomb.xz", piped(["xz", "-9", "-c"], 2 << 30))]), "tar", True),
    "bzip2 bomb": (tar([("bomb.bz2", piped(["bzip2", "-9", "-c"], 2 << 30))]), "tar", True),
    "zip bomb": (tar([("bomb.zip", zip_of(bytes(1 << 30)))]), "tar", True),
    "zip bomb of shared bytes": (tar([("bomb.zip", overlapping(10 << 20, 60_000))]), "tar", None),
    "nested bomb": (tar([("bomb.zip", nested)]), "tar", True),
    "7z of 100 MB in one another": (tar([("out.7z", held)]), "tar", True),
    "deep": (tar([("deep.tar.gz", deep)]), "tar", True),
    "records of 3 GB": (gzip.compress(pax(b"", 3 << 30) + b"20 path=aaaaaaaaaaaa\n" * (10 << 20), 1), "tar+gzip", True),
    "a name of 3 GB": (gzip.compress(header(b"L", 3 << 30) + b"a" * (200 << 20), 1), "tar+gzip", True),
    "sparse": (sparse() + good, "tar", None),
    "a size of 8 EB": (header(b"0", 0, "huge")[:124] + b"\x80" + b"\x7f" * 11 + header(b"0", 0)[136:] + good, "tar", True),
    "a million entries": (many(1_000_000), "tar+gzip", False),
    "three million entries": (many(3_000_000), "tar+gzip", True),
    "2,000 names of half a megabyte": (long_links(2000), "tar+gzip", True),
    "traversal": (tar([(name, LEAK) for name in ["../../up", "/etc/absolute", "a/../../b", "..", "x\ny", "nul\1"]]), "tar", None),
    "truncated gzip": (gzip.compress(tar([("a", os.urandom(90_000)), ("b", LEAK)]))[:50_000], "tar+gzip", True),
    "truncated tar": (tar([("a", LEAK), ("b", bytes(9000))])[:3000], "tar", True),
    "damaged in the middle": (tar([("a", LEAK)])[:-9000] + b"\xff" * 1000 + good, "tar", True),
    "gzip that says zstd": (gzip.compress(good), "tar+zstd", None),
    "text that says tar": (LEAK * 3, "tar+gzip", True),
    "a wrong digest": (gzip.compress(good), "wrong", True),
    "nothing": (b"", "tar+gzip", None),
}


def blob(directory, content, digest=None):
    digest = digest or hashlib.sha256(content).hexdigest()
    with open(f"{directory}/blobs/sha256/{digest}", "wb") as file:
        file.write(content)
    return {"digest": f"sha256:{digest}", "size": len(content)}


def layout(directory, content, kind):
    os.makedirs(f"{directory}/blobs/sha256")
    media = "application/vnd.oci.image.layer.v1."
    beside = tar([("beside", LEAK)])
    wrong = "0" * 64 if kind == "wrong" else None
    layers = [
        {"mediaType": media + "tar", **blob(directory, beside)},
        {"mediaType": media + (kind if wrong is None else "tar+gzip"), **blob(directory, content, wrong)},
    ]
    config = {"os": "linux", "architecture": "amd64", "config": {}}
    manifest = {"schemaVersion": 2, "config": {"mediaType": "application/vnd.oci.image.config.v1+json", **blob(directory, json.dumps(config).encode())},
                "layers": layers}
    index = {"schemaVersion": 2, "manifests": [{"mediaType": "application/vnd.oci.image.manifest.v1+json", **blob(directory, json.dumps(manifest).encode())}]}
    with open(f"{directory}/oci-layout", "w") as file:
        file.write('{"imageLayoutVersion":"1.0.0"}')
    with open(f"{directory}/index.json", "w") as file:
        json.dump(index, file)


def measured(directory):
    os.makedirs("tmp", exist_ok=True)
    command = f"ulimit -v {4 << 20}; exec {keysieve} image --no-config --no-progress -q -f json oci:{directory}"
    start = time.time()
    done = subprocess.run(["/usr/bin/time", "--quiet", "-o", "time", "-f", "%M", "bash", "-c", command], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env=dict(os.environ, TMPDIR=f"{work}/tmp"))
    # Of this program, not of what started it: that is why there is one between them.
    return done.stdout, done.returncode, time.time() - start, int(open("time").read().split()[-1]) / 1024


failed = 0
for number, (name, (content, kind, gap)) in enumerate(LAYERS.items()):
    directory = f"l{number}"
    layout(directory, content, kind)
    before = sorted(os.listdir("."))
    out, code, wall, memory = measured(directory)
    try:
        report = json.loads(out)
    except ValueError:
        report = {"findings": [], "skips": [], "complete": None}
    skips = [(skip["reason"], skip["detail"][:90]) for skip in report["skips"] if skip["class"] == "gap"]
    paths = {location["path"] for finding in report["findings"] for location in finding["locations"]}
    wrong = [
        what
        for what, is_so in {
            "too slow": wall > 60,
            "too large": memory > 512,
            "the layer beside it is lost": "beside" not in paths,
            "no gap is named": gap and not skips,
            "a gap is named": gap is False and skips,
            "a file was written": sorted(set(os.listdir(".")) - {"tmp", "time"}) != [one for one in before if one not in ("tmp", "time")] or os.listdir("tmp"),
            "not complete, and it says so not": bool(skips) == bool(report["complete"]),
            "its exit code": code != 1,
        }.items()
        if is_so
    ]
    failed += bool(wrong)
    print(f"{name}: {wall:.1f} s, {memory:.0f} MB, exit {code}, {len(paths)} paths {skips[:2]} {'WRONG: ' + ', '.join(wrong) if wrong else ''}", flush=True)
    shutil.rmtree(directory)
sys.exit(1 if failed else 0)
