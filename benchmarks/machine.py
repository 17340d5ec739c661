"""What numbers were measured on."""

import os
import platform
from importlib.metadata import version
from pathlib import Path


def machine(*packages: str) -> dict[str, str]:
    """Return cores, processor, memory, Python and the versions of `packages`."""
    cpu = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")), platform.processor())  # fmt: skip
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return {
        "cores": str(os.cpu_count()),
        "cpu": cpu,
        "memory_gb": f"{memory:.0f}",
        "python": platform.python_version(),
        **{name: version(name) for name in packages},
    }
