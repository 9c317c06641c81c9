"""Checks the OpenAPI document on standard input with the package openapi-spec-validator. Prints `missing` without it, else `faults: N`."""

import json
import sys

try:
    from openapi_spec_validator import OpenAPIV31SpecValidator
except ImportError:
    print("missing")
    sys.exit(0)

faults = list(OpenAPIV31SpecValidator(json.load(sys.stdin)).iter_errors())
print(f"faults: {len(faults)}", *(fault.message for fault in faults[:5]), sep="\n")
