"""Holds a CodeSystem against the model of FHIR R4B, in which this resource is what it is in R4."""

import sys
from pathlib import Path

from fhir.resources.R4B.codesystem import CodeSystem

system = CodeSystem.model_validate_json(Path(sys.argv[1]).read_text(encoding="utf-8"))
print(f"valid, {len(system.concept or [])} concepts, {len(system.property or [])} properties")
