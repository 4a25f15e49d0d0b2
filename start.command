#!/bin/sh
# Double-click: set the bulletin up, once, and open it in a browser. Issues lie in the folder bulletins.
cd "$(dirname "$0")" || exit 1

stop() {
    # A window that closes at once could not be read.
    if [ -t 0 ]; then
        printf '\n按回车键关闭 / Enter closes this window '
        read -r _
    fi
    exit 1
}

python=
# Those that the tests run on first; macOS has one of its own that is too old.
for name in python3.13 python3.12 python3.11 python3.10 /opt/homebrew/bin/python3 /usr/local/bin/python3 python3 python; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1; then
        python=$name
        break
    fi
done
if [ -z "$python" ]; then
    cat deploy/no_python.txt
    stop
fi
"$python" deploy/set_up.py --editable || stop
.venv/bin/python -m qa.cli build bulletins || echo "有文件没有编进去 / some files were left out"
.venv/bin/python -m qa.cli chat --open || stop
