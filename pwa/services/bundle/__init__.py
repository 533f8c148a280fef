"""What a phone needs to read offline for the next 14 days. Counterpart: static/shared/api.ts `Bundle`."""

from pwa.services.bundle.build import build_bundle

__all__ = ["build_bundle"]
