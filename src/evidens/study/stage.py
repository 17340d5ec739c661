"""What makes a function a stage: it is called with an open study and the items of its matrix."""

import sys
from collections.abc import Callable
from functools import wraps

from evidens.foundation import EvidensError
from evidens.study.study import Study


def stage(name: str) -> Callable[[Callable[..., None]], Callable[[], None]]:
    """Turn `function(study, **items)` into the entry point of the DVC stage `name`.

    Items come from the command line as `outcome=type_2_diabetes`. An `EvidensError` ends the process with its
    message and status 1, without a traceback; an interrupt ends it with status 130 and leaves no half-written
    table behind.
    """

    def decorate(function: Callable[..., None]) -> Callable[[], None]:
        @wraps(function)
        def main() -> None:
            items = dict(argument.split("=", 1) for argument in sys.argv[1:])
            try:
                study = Study.open(".", stage=name, **items)
                function(study, **items)
                study.log.finish()
            except EvidensError as error:
                print(f"{name}: stopped.\n{error}", file=sys.stderr)
                sys.exit(1)
            except KeyboardInterrupt:
                print(f"{name}: interrupted; run `dvc repro` again to go on.", file=sys.stderr)
                sys.exit(130)

        return main

    return decorate
