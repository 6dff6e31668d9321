"""``python -m lti_tool.demo --port 8100 --tool http://127.0.0.1:8000 --state .state/demo-lms``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from lti_tool.demo.behaviours import BEHAVIOURS
from lti_tool.demo.config import LmsConfig, ToolAddresses
from lti_tool.demo.platform import DemoLms
from lti_tool.demo.server import serve_lms


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m lti_tool.demo", description="A strict demo LMS on loopback.")
    parser.add_argument("--host", default="127.0.0.1", help="loopback name or address (default %(default)s)")
    parser.add_argument("--port", type=int, default=8100, help="port (default %(default)s)")
    parser.add_argument("--tool", default="http://127.0.0.1:8000", help="the tool's root address")
    parser.add_argument("--state", type=Path, help="folder that keeps the course across restarts (default: memory)")
    parser.add_argument("--family", choices=sorted(BEHAVIOURS), default="generic", help="which LMS to behave like")
    parser.add_argument("--client-id", default="demo-cme-tool", help="client id given to the tool")
    parser.add_argument("--seed", type=Path, help="JSON file with a list of content items to place at first start")
    parser.add_argument("--control", action="store_true", help="open /demo/control for tests")
    return parser.parse_args()


def main() -> None:
    arguments = _arguments()
    seed = json.loads(arguments.seed.read_text(encoding="utf-8")) if arguments.seed else []
    config = LmsConfig(
        tool=ToolAddresses.at(arguments.tool),
        client_id=arguments.client_id,
        family=arguments.family,
        state=arguments.state,
        seed=tuple(seed),
        allow_control=arguments.control,
    )
    try:
        serve_lms(config, arguments.host, arguments.port, _announce)
    except (OSError, ValueError) as error:
        sys.exit(str(error))


def _announce(lms: DemoLms) -> None:
    sys.stdout.write(f"Demo LMS: {lms.issuer}/  Ctrl-C stops it.\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
