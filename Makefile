# make demo [SERVE=0]  demo data, load, monthly report, dashboard     make test   all tests
# make check           lint, types, imports, models, docs         make bench  load, page and report times
# make screenshots     pictures of every screen into docs/images (after make demo)
PY = .venv/bin/python
SERVE ?= 1
# Where the environment forbids bytecode, each of the hundreds of processes that the tests start compiles all packages.
export PYTHONDONTWRITEBYTECODE =

.PHONY: demo test check bench screenshots setup-run setup-test

demo: setup-run
	$(PY) app.py demo
ifneq ($(SERVE),0)
	$(PY) app.py serve
endif

test: setup-test
	@# Two processes side by side, each with a thread for the database: together they take half the time on two cores.
	@export MIHARASHI_THREADS=1; $(PY) -m pytest tests/warehouse & warehouse=$$!; \
	$(PY) -m pytest --ignore=tests/warehouse; rest=$$?; \
	wait $$warehouse && exit $$rest

check: setup-test
	$(PY) -m ruff check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	$(PY) -m scripts.portable_sql
	$(PY) scripts/check_docs.py

bench: setup-test
	$(PY) -m bench.run

screenshots: setup-test
	$(PY) -m scripts.screenshots

setup-run:
	@scripts/setup.sh run

setup-test:
	@scripts/setup.sh test
