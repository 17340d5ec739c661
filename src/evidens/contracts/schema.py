"""dataframely, loaded without the database toolkits that it would look for and that no contract needs.

Every stage is a process of its own, and a third of its start-up went into SQLAlchemy and pydantic, which other
packages bring along. While dataframely is imported they are out of sight; afterwards everything is as before.
"""

import sys

_UNUSED = ("sqlalchemy", "pydantic", "pydantic_core")
_there = {name: sys.modules.get(name) for name in _UNUSED}
sys.modules.update(dict.fromkeys(_UNUSED))  # type: ignore[arg-type]
try:
    import dataframely as dy
finally:
    for _name, _module in _there.items():
        if _module is None:
            del sys.modules[_name]
        else:
            sys.modules[_name] = _module

__all__ = ["dy"]
