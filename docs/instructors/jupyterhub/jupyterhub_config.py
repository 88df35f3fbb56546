"""JupyterHub with the lab's formgrader as a service; `install.sh` puts it beside `hub.toml`."""

import grp
import pwd
import sys
import tomllib
from pathlib import Path

c = get_config()
HERE = Path(__file__).resolve().parent
ENV, PROXY = HERE.parent / "env", HERE.parent / "proxy"
SETTINGS = tomllib.loads((HERE / "hub.toml").read_text(encoding="utf-8"))
PORTS, EACH = SETTINGS["ports"], SETTINGS["each"]
SYSTEMD = Path("/run/systemd/system").is_dir()


def members(group):
    """Return who is in a group of the system, also those whose first group it is."""
    found = grp.getgrnam(group)
    return {*found.gr_mem, *(u.pw_name for u in pwd.getpwall() if u.pw_gid == found.gr_gid)}


# Every user has an address of their own: a page that a student's server sends can't use the rights
# that a grader's browser has elsewhere.
c.JupyterHub.subdomain_host = SETTINGS["address"]
c.JupyterHub.bind_url = f"http://127.0.0.1:{PORTS['public']}"
c.JupyterHub.hub_port = PORTS["hub"]
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{PORTS['proxy']}"
c.ConfigurableHTTPProxy.command = [str(PROXY / "node_modules/.bin/configurable-http-proxy")]
c.JupyterHub.db_url = f"sqlite:///{HERE / 'jupyterhub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(HERE / "cookie-secret")
c.ConfigurableHTTPProxy.pid_file = str(HERE / "proxy.pid")

# Users of this machine, with their passwords.
c.JupyterHub.authenticator_class = "pam"
c.PAMAuthenticator.allowed_groups = {SETTINGS["students"], SETTINGS["graders"]}
c.Authenticator.admin_users = {*SETTINGS["admins"]}

c.JupyterHub.spawner_class = "systemd" if SYSTEMD else "localprocess"
c.Spawner.cmd = [str(ENV / "bin/jupyterhub-singleuser")]
c.Spawner.default_url = "/lab"
c.Spawner.mem_limit, c.Spawner.cpu_limit = EACH["memory"], float(EACH["processors"])
c.Spawner.start_timeout = c.Spawner.http_timeout = 120
c.SystemdSpawner.isolate_tmp = True
# Where systemd keeps them, servers go on while the hub is restarted.
c.JupyterHub.cleanup_servers = not SYSTEMD
c.JupyterHub.concurrent_spawn_limit = 20

account = pwd.getpwnam(SETTINGS["account"])
c.JupyterHub.services = [
    {
        "name": "formgrader",
        "url": f"http://127.0.0.1:{PORTS['formgrader']}",
        "command": [str(ENV / "bin/jupyterhub-singleuser")],
        "user": account.pw_name,
        "cwd": str(Path(account.pw_dir) / "course"),
        "oauth_no_confirm": True,
        "timeout": 120,  # the hub ends if it has not started by then, as on a machine that boots
    },
    {
        "name": "culler",
        "command": [
            *(sys.executable, "-m", "jupyterhub_idle_culler"),
            f"--timeout={60 * EACH['idle_minutes']}",
        ],
    },
]
# A role has exactly these users after a start; to a group of the hub's, users are only added.
c.JupyterHub.load_roles = [
    {
        "name": "graders",
        "users": sorted(members(SETTINGS["graders"])),
        "scopes": ["self", "access:services!service=formgrader"],
    },
    {
        "name": "culler",
        "services": ["culler"],
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
    },
]
