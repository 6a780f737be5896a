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
# What people make passwords of, and packages do not speak of.
OTHERS = """
alice andrew angel anna apple april asdf ashley august austin autumn baby banana bank baseball basketball
battery beach bear bedroom berlin betty black blizzard blue boss boston brazil brian bridge brother brown
business butter canada candy captain carol castle chair champion charles cheese cherry chicago china chocolate
church cisco cobra coffee college company computer cookie correct crystal dallas daniel david december denver
devil diamond doctor dollar dolphin donna door dragon dream drums eagle earth edward emma euro facebook falcon
fall family father february fire flower football forest france freedom friday friend galaxy garden general
george germany ginger golden golf google green guitar happy heaven helen hello hockey home honey horse house
houston hunter iloveyou india internet iron island italy james january japan jennifer jessica john joseph
julia july june justice karen kevin keyboard kitchen kitten laptop laser laura legend lemon letmein liberty
lightning linda linux lion lisa london love lucky madrid magic major manager march maria mark market may metal
michael michelle microsoft monday money monitor monkey moon moscow mother mountain mouse music mystery nancy
nitro nokia november nurse ocean october office oracle orange panther paris park paul peach pepper peter
phoenix piano pilot pink pizza planet police power princess private puppy purple qwerty ranger richard river
road robert rock rocket roma ruth samsung sandra sarah saturday school secret september shadow sharon silver
sister smile soccer soldier sony spain spring staple star steel steven stone storm street student sugar summer
sunday sunshine super susan table teacher temple tennis texas thomas thunder thursday tiger tokyo tower
trustno tuesday turbo twitter unicorn victory viper warrior water wednesday welcome white william window
windows winner winter wizard wolf yellow zxcv
""".split()

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
for word in sorted({word.decode() for word in packages} | set(OTHERS)):
    least = LEAST_PACKAGES.get(len(word), LEAST_OTHERWISE)
    # A word has a vowel, and is more than hexadecimal digits, but for a few.
    vowel = re.search("[aeiouy]", word)
    hexadecimal = re.fullmatch("[a-f]+", word) and word not in HEXADECIMAL
    common = packages[word.encode()] >= least and vowel and not hexadecimal
    if common or word in OTHERS:
        print(word)
