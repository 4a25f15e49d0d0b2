#!/bin/sh
# Index a folder of issues, then serve the page: start.sh FOLDER [options of bulletin serve]
set -eu
folder=$1
shift
# What was indexed before is served all the same.
bulletin build "$folder" || echo "bulletin: some of $folder could not be indexed" >&2
exec bulletin serve "$@"
