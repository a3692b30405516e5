PYTHON ?= python3.11
VENV := .venv
MUTATION := .venv-mutation
SBOM := .venv-sbom
BIN := $(VENV)/bin
# Test processes at once: for a third of its time a test waits, for a screen to settle or a connection to give up.
WORKERS ?= 3
READY := $(VENV)/.ready
# The suite starts Python again and again: what it compiles is compiled once, not at every start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo demo-past test quick exhaustive under-load coverage check format bench bench-fleet faults fuzz screenshots mutation docs site wheel lock sbom clean

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

demo: $(READY)  ## the console on a simulated fleet
	$(BIN)/victron-console demo

demo-past: $(READY)  ## the month that ships with the demonstration: half an hour
	$(BIN)/python -m benchmarks.demo_past

test: $(READY)  ## the whole suite
	$(BIN)/python -m pytest -n $(WORKERS)

quick: $(READY)  ## all but the slow tests: the inner loop
	$(BIN)/python -m pytest -n $(WORKERS) -m "not slow"

exhaustive: $(READY)  ## the whole suite, and of every test all that it could try: a quarter of an hour
	EXHAUSTIVE=1 $(BIN)/python -m pytest -n $(WORKERS)

under-load: $(READY)  ## the whole suite beside four busy loops: no test may wait for a time
	@for loop in 1 2 3 4; do (while :; do :; done) & loops="$$loops $$!"; done; \
	trap "kill $$loops" EXIT INT TERM; $(BIN)/python -m pytest -n $(WORKERS)

coverage: $(READY)  ## the whole suite, its line coverage held against the floor
	$(BIN)/python -m pytest -n $(WORKERS) --cov --cov-report=
	$(BIN)/coverage report --format=total

check: $(READY)  ## format, lint, strict types, import contracts, the line coverage that was last measured
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@if [ ! -f .coverage ]; then echo "Line coverage: not measured here (make coverage)."; \
	elif [ -n "$$(find src -name '*.py' -newer .coverage)" ]; then echo "Line coverage: older than the code (make coverage)."; \
	else echo "Line coverage, %:"; $(BIN)/coverage report --format=total; fi

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(READY)  ## the figures of the README, as ratios measured in one run
	$(BIN)/python -m benchmarks

bench-fleet: $(READY)  ## a collector of 10 to 1,000 stations, beside a bare loop: ten minutes
	$(BIN)/python -m benchmarks fleet

faults: $(READY)  ## every fault with its promise and whether it is kept; KILLS=n of the soak at the end
	$(BIN)/python -m benchmarks.faults $(KILLS)

fuzz: $(READY)  ## hostile input with seeds: how many were tried, how many found a fault
	$(BIN)/python -m benchmarks.fuzz

screenshots: $(READY)  ## every screen as PNG at 80x24, 120x40 and 200x60, into docs/screenshots
	$(BIN)/python -m benchmarks.screenshots

docs: $(READY)  ## the pages and tables that are made of what the code knows
	$(BIN)/python -m tests.docs_pages

site:  ## the documentation as a web site, into build/site
	uv run --no-project --isolated --with "mkdocs>=1.6,<2" mkdocs build --strict

wheel: $(READY)  ## what pipx and uvx install, into dist
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

mutation:  ## faults put into the core on purpose, and how many the tests notice: an hour or so, not in CI
	$(PYTHON) -m venv $(MUTATION)
	$(MUTATION)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(MUTATION)/bin/python -m pip install --quiet --disable-pip-version-check uv
	$(MUTATION)/bin/uv pip install --quiet --python $(MUTATION)/bin/python --group mutation
	$(MUTATION)/bin/python -m benchmarks.mutation

lock:  ## resolve the dependencies anew
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --group dev --generate-hashes --universal --python-version 3.11 --no-header --quiet --output-file requirements.lock
	$(BIN)/uv pip compile pyproject.toml --constraint requirements.lock --generate-hashes --universal --python-version 3.11 --no-header --quiet --output-file requirements-run.lock

sbom:  ## what the lock for run time brings, as CycloneDX, and under which licences, into dist
	$(PYTHON) -m venv $(SBOM)/tools
	$(SBOM)/tools/bin/python -m pip install --quiet --disable-pip-version-check "cyclonedx-bom>=7,<8" "pip-licenses>=5,<6"
	$(PYTHON) -m venv --without-pip $(SBOM)/run
	$(SBOM)/tools/bin/python -m pip --python $(SBOM)/run install --quiet --disable-pip-version-check --require-hashes -r requirements-run.lock
	@mkdir -p dist
	$(SBOM)/tools/bin/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible --output-file dist/sbom.cdx.json $(SBOM)/run/bin/python
	$(SBOM)/tools/bin/pip-licenses --python $(SBOM)/run/bin/python --with-urls --format markdown --output-file dist/licences.md

clean:
	rm -rf $(VENV) $(MUTATION) $(SBOM) mutants .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache dist build snapshot_report.html
