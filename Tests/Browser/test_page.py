"""Looks at the status page with headless Chromium, as a person and a screen reader would.

    test_page.py --list               names the checks
    test_page.py EXECUTABLES CHECK... runs them against the executables in a folder

Each check starts the real exporter, and where it needs a job the real simulator; those of the script's parts need neither.
Needs chromium, and for the check of accessibility the package axe-playwright-python, of which only the bundled axe-core is
used. Tests/run.sh does all that.
"""

import os
import sys
import time

import accessibility_checks
import fault_checks
import hour_checks
import number_checks
import part_checks
from chromium import Chromium


CHECKS = {
    name.removeprefix("check_"): function
    for module in (part_checks, number_checks, hour_checks, fault_checks, accessibility_checks)
    for name, function in vars(module).items() if name.startswith("check_")
}


def main(arguments):
    if arguments == ["--list"]:
        for name, function in CHECKS.items():
            print(f"{name} {function.__doc__}")
        return 0
    executables, *names = arguments
    failed = []
    for name in names or CHECKS:
        start = time.monotonic()
        try:
            with Chromium() as browser:
                CHECKS[name](browser, os.path.abspath(executables))
        except Exception as error:  # whatever it is, the other checks are still run
            failed.append(name)
            print(f"FAILED  {name}: {type(error).__name__}: {error}")
        else:
            print(f"ok      {name} ({time.monotonic() - start:.1f} s)")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
