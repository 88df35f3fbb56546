"""What nbgrader is told in everybody's server; `install.sh` puts it into the environment."""

import sys
from pathlib import Path

c = get_config()
c.Exchange.root = str(Path(sys.prefix).parent / "exchange")
# "Validate" runs the notebook, and the evening before a deadline everybody does. nbgrader's limits,
# 30 and 4 seconds, are for a machine that has nothing else to do.
c.Execute.timeout = 300
c.Execute.iopub_timeout = 60
