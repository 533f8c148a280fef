"""How a command gets at the settings and the house."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from pwa.config import Config
from pwa.logs import configure_logging
from pwa.services.house import House, open_house


def read_config() -> Config:
    """The settings from the environment; logs are set up by them."""
    config = Config.from_env(os.environ)
    configure_logging(config.log_level, config.log_format)
    return config


@contextmanager
def opened_house() -> Iterator[House]:
    """The house, closed again afterwards."""
    house = open_house(read_config())
    try:
        yield house
    finally:
        house.close()
