"""Counts what a log says as a short Python program would, and prints it as JSON: json_loop.py FILE"""

import json
import sys

records = files = failures = lines = 0
rate = 0.0
errors = {}
with open(sys.argv[1], encoding="utf-8") as log:
    for line in log:
        lines += 1
        event = json.loads(line)
        message = event["message"]
        if message == "file_processing_completed":
            files += 1
            records += event["records_processed"]
            rate = event["current_rate"]
        elif message == "file_processing_failed":
            failures += 1
            error_type = event["error_type"]
            errors[error_type] = errors.get(error_type, 0) + 1
print(json.dumps({"records": records, "files": files, "failures": failures, "lines": lines, "errors": errors}))
