"""The command README.md gives under a heading, so that what is tested is what is promised.

    python3 .ci/readme_command.py "Try it"
"""

import re
import sys
from pathlib import Path

readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
section = re.search(rf"^## {re.escape(sys.argv[1])}\n(.*?)(?=^## |\Z)", readme, re.MULTILINE | re.DOTALL)
command = section and re.search(r"^```sh\n(.*?)^```", section[1], re.MULTILINE | re.DOTALL)
if not command:
    sys.exit(f'README.md: no "sh" block under "## {sys.argv[1]}"')
print(command[1].strip())
