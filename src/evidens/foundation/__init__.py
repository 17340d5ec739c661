"""What every room stands on: errors, settings, random streams, time windows, progress."""

from evidens.foundation.errors import EvidensError, Fault, Faults
from evidens.foundation.files import digest_file
from evidens.foundation.progress import StageLog, peak_memory_mb, track
from evidens.foundation.settings import SettingsError, build_settings
from evidens.foundation.streams import stream
from evidens.foundation.windows import Horizon, Lookback, WindowError

__all__ = [
    "EvidensError",
    "Fault",
    "Faults",
    "Horizon",
    "Lookback",
    "SettingsError",
    "StageLog",
    "WindowError",
    "build_settings",
    "digest_file",
    "peak_memory_mb",
    "stream",
    "track",
]
