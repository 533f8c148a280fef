"""The web server: pages, API, and the guards around them."""
