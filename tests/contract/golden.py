"""`python -m tests.contract.golden`: writes the forms of this version anew, for somebody who looked at what changed."""

from __future__ import annotations

import json

from tests.contract.test_forms import GOLDEN

from victron_console.contract.schemas import FORMS, schema

if __name__ == "__main__":
    GOLDEN.write_text(json.dumps({name: schema(name) for name in FORMS}, indent=1, sort_keys=True) + "\n")
