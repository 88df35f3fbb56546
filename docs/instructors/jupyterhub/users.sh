#!/bin/sh
# Gives everybody an account of this machine with a home that nobody else can look into:
#     users.sh GROUP < names      one name on each line; who is there already only joins the group
set -eu
HOMES=${HOMES:-/home}

getent group "$1" >/dev/null || groupadd "$1"
while read -r name; do
    getent passwd "$name" >/dev/null ||
        useradd --create-home --base-dir "$HOMES" --key HOME_MODE=0700 --shell /bin/bash "$name"
    usermod --append --groups "$1" "$name"
done
