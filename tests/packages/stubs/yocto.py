# SPDX-License-Identifier: MIT
# yocto.py RECIPE WORK: of bitbake, as much as a recipe of make meets. Reads the recipe, refuses what it does not know,
# checks and unpacks the sources in WORK, compiles and installs into WORK/yocto-output/image; prints what goes into
# which package, and fails when a file goes into none.
import fnmatch, hashlib, os, re, subprocess, sys

recipe, work = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
name, version = os.path.basename(recipe)[:-3].split("_")
out = work + "/yocto-output"
d = {"PN": name, "PV": version, "BPN": name, "BP": name + "-" + version, "S": f"{out}/{name}-{version}", "D": out + "/image",
     "DEBIAN_MIRROR": "https://deb.debian.org/debian/pool", "prefix": "/usr", "datadir": "/usr/share", "CC": "target-gcc  -m64 -fstack-protector-strong -O2 -D_FORTIFY_SOURCE=2 -Wformat-security",
     "CFLAGS": " -O2 -pipe -g", "CPPFLAGS": "", "LDFLAGS": "-Wl,-O1 -Wl,--hash-style=gnu -Wl,-z,relro,-z,now",
     "FILES:" + name: "/usr/bin/* /usr/share/" + name, "FILES:" + name + "-doc": "/usr/share/man", "PACKAGES": f"{name}-doc {name}"}


def expand(text):
    while "${" in text:
        text = re.sub(r"\$\{([^${}]+)\}", lambda m: d[m[1]], text)
    return text


text = open(recipe).read().replace("\\\n", "")
functions = dict(re.findall(r"^(\w+) \(\) \{\n(.*?)^\}\n", text, re.M | re.S))
for line in re.sub(r"^\w+ \(\) \{\n.*?^\}\n", "", text, flags=re.M | re.S).splitlines():
    if not line or line.startswith("#"):
        continue
    if line == "inherit bash-completion":
        d["PACKAGES"] = f"{name}-bash-completion " + d["PACKAGES"]
        d["FILES:" + name + "-bash-completion"] = "/usr/share/bash-completion"
        continue
    word, how, value = re.fullmatch(r'([A-Za-z0-9_:.\[\]${}-]+) (=|=\+) "(.*)"', line).groups()
    word = expand(word)
    d[word] = value if how == "=" else value + " " + d[word]

os.makedirs(d["D"])
for uri in expand(d["SRC_URI"]).split():
    address, *parameters = uri.split(";")
    parameters = dict(p.split("=") for p in parameters)
    file = f"{work}/{os.path.basename(address)}"
    with open(file, "rb") as f:
        found = hashlib.sha256(f.read()).hexdigest()
    if found != d[f"SRC_URI[{parameters['name']}.sha256sum]"]:
        sys.exit(f"{file}: not what the recipe wants, but {found}")
    to = os.path.join(out, parameters.get("subdir", ""))
    subprocess.run(["tar", "-C", to, "-xzf", file], check=True)
license, md5 = re.fullmatch(r"file://(.*);md5=(.*)", d["LIC_FILES_CHKSUM"]).groups()
with open(f"{d['S']}/{license}", "rb") as f:
    assert hashlib.md5(f.read()).hexdigest() == md5, "not the licence the recipe names"
os.environ["EXTRA_OEMAKE"] = expand(d["EXTRA_OEMAKE"])
for task in "oe_runmake", functions["do_install"]:
    subprocess.run(["sh", "-euc", 'oe_runmake() { eval "make $EXTRA_OEMAKE \\"\\$@\\""; }\n' + expand(task)], cwd=d["S"], check=True)

for where, _, files in os.walk(d["D"]):
    for file in files:
        path = os.path.join(where, file)[len(d["D"]):]
        of = [p for p in expand(d["PACKAGES"]).split()
              if any(fnmatch.fnmatch(path, w) or path.startswith(w + "/") for w in expand(d["FILES:" + p]).split())]
        if not of:
            sys.exit(f"{path}: in no package")
        print(f"{of[0]}: {path}")
