"""Entry for WSGI servers: ``gunicorn lti_tool.wsgi:application``."""

import gc
import threading

from lti_tool.app import create_app, warm_up
from lti_tool.logs import set_up_logs
from lti_tool.settings import Settings
from lti_tool.web.dependencies import EXTENSION

set_up_logs()
application = create_app(Settings())
# What is there now stays: no request waits while it is searched for garbage.
gc.collect()
gc.freeze()
# The first certificate would wait two seconds for fonts; this loads them beside the first requests.
threading.Thread(target=warm_up, args=(application.extensions[EXTENSION],), daemon=True).start()
