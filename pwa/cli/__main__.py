"""`python -m pwa.cli` is `afterbeam`."""

from pwa.cli.main import main

main()
