"""Checks the dashboard by the JSON schema of Grafana's dashboards: check_schema.py SCHEMA

The schema is made from definitions in which a value can be anything, and takes such values for objects: the names that
overrides are for, and what they set. These two are left open here; all else is checked.
"""

import json
import os
import subprocess
import sys
import tempfile

import model

# Definition and property.
OPEN = [("MatcherConfig", "options"), ("DynamicConfigValue", "value")]


def main(path):
    with open(path, encoding="utf-8") as file:
        schema = json.load(file)
    for definition, name in OPEN:
        schema["definitions"][definition]["properties"][name] = {}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(schema, file)
        file.flush()
        checker = os.path.join(os.path.dirname(sys.executable), "check-jsonschema")
        command = [checker, "--schemafile", file.name, model.DASHBOARD]
        sys.exit(subprocess.run(command, check=False, timeout=60).returncode)


main(*sys.argv[1:])
