"""Holds a data package against the specification of Frictionless: the descriptor, and the rows against it."""

import sys

from frictionless import Package, validate

path = sys.argv[1]
package = Package(path)
report = validate(path)
for task in report.tasks:
    for error in task.errors:
        print(f"{error.type}: {error.message}")
for error in report.errors:
    print(f"{error.type}: {error.message}")
rows = sum(len(resource.read_rows()) for resource in package.resources)
print(f"{'valid' if report.valid else 'invalid'}, {len(package.resources)} resource, {rows} rows")
sys.exit(0 if report.valid else 1)
