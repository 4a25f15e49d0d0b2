#!/bin/sh
# From an empty Debian without a network to an answer: chroot.sh WORK BUNDLE.tar SETUPTOOLS SOURCE
# WORK is where the system is made (and found again), SETUPTOOLS a folder with the wheel that builds the project,
# SOURCE the checkout as a container would get it. Needs root and debootstrap; only making the system uses a network.
set -eu
work=$1
bundle=$2
setuptools=$3
source=$4
root=$work/debian

if [ ! -f "$root/made" ]; then
    rm -rf "$root"
    debootstrap --variant=minbase --include=python3,python3-venv bookworm "$root" >"$work/debootstrap.log"
    touch "$root/made"
fi
rm -rf "$root/carried" "$root/source" "$root/opt" "$root/issues" "$root/var/lib/bulletin" "$root/usr/local/bin/start.sh"
mkdir -p "$root/carried" "$root/opt" "$root/issues"
chroot "$root" userdel bulletin 2>/dev/null || true
cp -r "$source" "$root/source"
cp "$source"/bulletins/* "$root/issues/"
tar -xf "$bundle" -C "$root/carried"
cp "$setuptools"/*.whl "$root/carried/"

# What the Dockerfile runs, as it stands there; what is copied, and for whom, is done above and below.
python3 - "$source/deploy/Dockerfile" >"$root/image.sh" <<'LINES'
import re, sys
text = open(sys.argv[1], encoding="utf-8").read().replace("\\\n", " ")
print("set -eu")
for kind, rest in re.findall(r"(?m)^(ARG|RUN) (.*)$", text):
    print(f"{{ {rest.strip()}; }} || exit 1" if kind == "RUN" else re.sub("=(.*)", r"='\1'", rest))
LINES

cat >"$root/inside.sh" <<'INSIDE'
set -eu
export HOME=/root LC_ALL=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
[ "$(grep -c : /proc/net/dev)" = 1 ] || { echo "there is a network"; exit 1; }
question=李德民的党龄有多少年？

ask_page() {
    python3 - "$question" <<'ASK'
import json, sys, time, urllib.request
for _ in range(600):
    try:
        urllib.request.urlopen("http://127.0.0.1:7860/health").close()
        break
    except OSError:
        time.sleep(0.5)
body = json.dumps({"question": sys.argv[1]}).encode()
request = urllib.request.Request("http://127.0.0.1:7860/v1/ask", body, {"Content-Type": "application/json"})
print("served:", json.load(urllib.request.urlopen(request))["short"])
ASK
}

echo "== the bundle"
cd /carried/bulletin_qa-*
sh install.sh /opt/carried >/dev/null
cd /root
/opt/carried/bin/bulletin doctor
/opt/carried/bin/bulletin build /issues --archive /root/archive
/opt/carried/bin/bulletin ask "$question" --archive /root/archive
/opt/carried/bin/bulletin serve --archive /root/archive >/dev/null 2>&1 &
page=$!
ask_page
kill -INT $page
wait $page || true

echo "== the image"
# A container has packages from the network; here they come from the bundle.
(PIP_NO_INDEX=1 PIP_FIND_LINKS="/carried $(echo /carried/bulletin_qa-*)/wheels" sh /image.sh)
chown -R bulletin: /issues
su bulletin -s /bin/sh -c 'export BULLETIN_ARCHIVE=/var/lib/bulletin/archive PATH=/opt/bulletin/bin:$PATH; cd; exec start.sh /issues' >/dev/null 2>&1 &
ask_page
kill $!
echo "== done"
INSIDE

exec unshare --net --mount --pid --fork sh -euc '
    ip link set lo up 2>/dev/null || python3 -c "
import fcntl, socket, struct
# IFF_UP of the loopback interface: SIOCSIFFLAGS
fcntl.ioctl(socket.socket(), 0x8914, struct.pack(\"16sh\", b\"lo\", 1))"
    mount -t proc proc "$1/proc"
    mount --bind /dev "$1/dev"
    mount -t tmpfs tmpfs "$1/tmp"
    exec chroot "$1" /bin/sh /inside.sh
' sh "$root"
