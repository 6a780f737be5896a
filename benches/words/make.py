#!/usr/bin/env python3
"""Makes the word list of the engine (crates/engine/data/words.txt) from the real tree (benches/tree/make.sh).

    benches/words/make.py [TREE] > crates/engine/data/words.txt

The words are the parts of names and of prose that stand in many packages: what people write, not what is random. A
package counts once for each word, so that no single one brings its own. The list is ordered by the alphabet.
"""
import collections
import os
import re
import sys

TREE = sys.argv[1] if len(sys.argv) > 1 else "/opt/trees/real"
# A name's parts: capitals before a word, a capitalised word, small letters, capitals alone.
NAME = re.compile(rb"[A-Za-z0-9_]+")
PART = re.compile(rb"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
ENDINGS = (".c", ".h", ".cc", ".py", ".js", ".ts", ".rs", ".md", ".rst", ".txt", ".json", ".html", ".go", ".java", ".yml")
# A short word is in more packages by chance than a long one.
LEAST_PACKAGES = {3: 14, 4: 10, 5: 8}
LEAST_OTHERWISE = 6
HEXADECIMAL = "add added bad bed cab cafe cad dad dead deaf decade deed deface ebb ed face faced facade fade fed fee feed bead beef".split()
MOST_BYTES = 12_000_000  # of one package

packages = collections.Counter()
for registry in sorted(os.listdir(TREE)):
    base = os.path.join(TREE, registry)
    if not os.path.isdir(base) or registry.startswith("."):
        continue
    for package in sorted(os.listdir(base)):
        words, read = set(), 0
        for folder, folders, files in os.walk(os.path.join(base, package)):
            folders.sort()
            for name in sorted(files):
                if not name.endswith(ENDINGS) or ".min." in name or read > MOST_BYTES:
                    continue
                with open(os.path.join(folder, name), "rb") as file:
                    text = file.read(400_000)
                read += len(text)
                # Where there are digits, letters may be anything: hex, base64.
                names = set(name for name in NAME.findall(text) if not re.search(rb"[0-9]", name))
                for name in names:
                    words.update(part.lower() for part in PART.findall(name) if 3 <= len(part) <= 14)
        packages.update(words)
for word in sorted(word.decode() for word in packages):
    least = LEAST_PACKAGES.get(len(word), LEAST_OTHERWISE)
    # A word has a vowel, and is more than hexadecimal digits, but for a few.
    vowel = re.search("[aeiouy]", word)
    hexadecimal = re.fullmatch("[a-f]+", word) and word not in HEXADECIMAL
    if packages[word.encode()] >= least and vowel and not hexadecimal:
        print(word)
