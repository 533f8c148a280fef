"""What the web server calls to get the application."""

from __future__ import annotations

import os

from apiflask import APIFlask

from pwa.config import Config
from pwa.logs import configure_logging
from pwa.services.house import open_house
from pwa.web.app import create_app


def create() -> APIFlask:
    """The application from the environment's settings; called once in each worker process."""
    config = Config.from_env(os.environ)
    configure_logging(config.log_level, config.log_format)
    return create_app(open_house(config))
