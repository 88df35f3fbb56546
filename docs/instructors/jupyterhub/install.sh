#!/bin/sh
# Sets the lab up on a JupyterHub, or brings it up to date: run it as root in your checkout.
#
#     $HUB/env       Python with JupyterHub, JupyterLab, nbgrader and what the lab needs; for everybody
#     $HUB/proxy     configurable-http-proxy
#     $HUB/exchange  nbgrader's: releases, submissions and feedback
#     $HUB/hub       JupyterHub's configuration and state; for root alone
#     $HUB/grader    the home of $ACCOUNT, for it alone: lab/ with the hidden checks, course/ with
#                    the gradebook and what students handed in
set -eu
umask 022
HUB=${HUB:-/srv/lab1-hub}
ACCOUNT=${ACCOUNT:-grader-lab1}
PYTHON=${PYTHON:-/usr/bin/python3}
PROXY=configurable-http-proxy@5.3.0

here=$(cd "$(dirname "$0")" && pwd)
project=$(cd "$here/../../.." && pwd)
py=$HUB/env/bin/python
home=$HUB/grader
export PATH="$HUB/env/bin:$PATH"

# Run a command as the account, in a folder, and with nothing of root's environment.
as_account() {
    folder=$1
    shift
    runuser -u "$ACCOUNT" -- env -i -C "$folder" HOME="$home" PATH="$PATH" LANG=C.UTF-8 "$@"
}

# Tell Jupyter, in a folder of its configuration, whether there is formgrader: true or false.
formgrader() {
    install -d "$1/labconfig"
    echo "{\"ServerApp\": {\"jpserver_extensions\": {\"nbgrader.server_extensions.formgrader\": $2}}}" \
        >"$1/jupyter_server_config.json"
    off=$([ "$2" = true ] && echo false || echo true)
    cat >"$1/labconfig/page_config.json" <<JSON
{"disabledExtensions": {
    "@jupyter/nbgrader:formgrader": $off,
    "@jupyter/nbgrader:create-assignment": true,
    "@jupyterlab/apputils-extension:announcements": true
}}
JSON
}

install -d "$HUB"
install -d -m 700 "$HUB/hub"

# The environment, with the versions of the lock file. Only root can write the compiled modules.
if ! cmp -s "$here/requirements.lock" "$HUB/env/requirements.lock"; then
    "$PYTHON" -m venv --clear "$HUB/env"
    set -- --quiet --require-hashes -r "$here/requirements.lock"
    if command -v uv >/dev/null; then
        uv pip install --compile-bytecode --python "$py" "$@"
    else
        "$py" -m pip install "$@"
    fi
    cp "$here/requirements.lock" "$HUB/env/"
fi
# Formgrader is for the account alone; nobody makes assignments here, or reads news.
formgrader "$HUB/env/etc/jupyter" false
install -m 644 "$here/nbgrader_config.py" "$HUB/env/etc/jupyter/"
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$HUB/proxy" "$PROXY"

# The account, and its copy of the lab. The copy before stays in lab.old.
getent passwd "$ACCOUNT" >/dev/null ||
    useradd --system --create-home --home-dir "$home" --shell /usr/sbin/nologin "$ACCOUNT"
chmod 700 "$home"
rm -rf "$home/lab.new"
mkdir "$home/lab.new"
git -C "$project" -c safe.directory="$project" ls-files -z --cached --others --exclude-standard |
    tar -C "$project" --null --files-from=- --create | tar -C "$home/lab.new" --extract --no-same-owner
if [ -d "$home/lab" ]; then
    if [ -e "$home/lab/.secret" ]; then cp -p "$home/lab/.secret" "$home/lab.new/"; fi
    rm -rf "$home/lab.old"
    mv "$home/lab" "$home/lab.old"
fi
mv "$home/lab.new" "$home/lab"
chown -R "$ACCOUNT:" "$home/lab"

# Its course. What you want otherwise goes into own_config.py; it is not touched again.
as_account "$home/lab" "$py" -m autograder course "$home/course"
if [ ! -e "$home/course/own_config.py" ]; then
    printf 'c = get_config()\nc.Exchange.root = "%s"\n' "$HUB/exchange" |
        as_account "$home/course" tee own_config.py >/dev/null
fi
formgrader "$home/.jupyter" true
chown -R "$ACCOUNT:" "$home/.jupyter"

# The exchange: everybody may write, and remove only what is theirs. What was handed in can't be listed.
install -d -m 1777 "$HUB/exchange"
course=$(as_account "$home/course" "$py" -c '
from traitlets.config.loader import PyFileConfigLoader
print(PyFileConfigLoader("nbgrader_config.py", path=".").load_config().CourseDirectory.course_id)')
install -d -o "$ACCOUNT" -g "$ACCOUNT" -m 755 "$HUB/exchange/$course" "$HUB/exchange/$course/outbound"
install -d -o "$ACCOUNT" -g "$ACCOUNT" -m 3733 "$HUB/exchange/$course/inbound"

# The hub. Its settings are yours; they are not touched again.
[ -e "$HUB/hub/hub.toml" ] || sed "s/^account = .*/account = \"$ACCOUNT\"/" "$here/hub.toml" >"$HUB/hub/hub.toml"
install -m 600 "$here/jupyterhub_config.py" "$HUB/hub/"
cat >"$HUB/hub/lab1-hub.service" <<UNIT
[Unit]
Description=JupyterHub of the lab
After=network-online.target

[Service]
Environment=PATH=$HUB/env/bin:/usr/local/bin:/usr/bin:/bin
WorkingDirectory=$HUB/hub
ExecStart=$HUB/env/bin/jupyterhub
Restart=on-failure

[Install]
WantedBy=multi-user.target
UNIT
