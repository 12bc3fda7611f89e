# make run    the product with demo content, on http://127.0.0.1:8000 (PORT changes it)
# make test   every check there is
# make faults the faults alone, ROUNDS times (3), each time with other seeds
# make bench  what takes how long, as ratios within one run
# make pins   requirements.txt and requirements-dev.txt anew, from the .in files
PYTHON ?= python3
BIN := .venv/bin
# For checks that start Django: keys, and none of this machine's own settings.
BARE := ENV_FILE=/dev/null DEBUG=1 SECRET_KEY=x ADDRESS_KEY=x
PINS := $(BIN)/uv pip compile --quiet --universal --python-version 3.11.2 \
	--generate-hashes --no-header --only-binary :all: \
	--no-emit-index-url --no-emit-find-links
# Real servers for the tests, and a real browser.
SERVERS := chromium postgresql postfix faketime
PYTEST := $(BIN)/python -m pytest -q -n auto --maxprocesses 4 --dist loadfile
# What asks the database nothing, or has a server of its own whatever we say.
SAME_ON_POSTGRESQL := --ignore-glob=*/tests/faults/test_queue_*.py \
	$(addprefix --ignore=tests/,browser providers queue \
	mailings/rendering test_architecture.py test_colours.py test_house.py \
	test_postfix.py test_production.py test_run.py test_servers.py \
	test_settings.py test_translations.py faults/test_every_row.py \
	faults/test_judge.py)

.PHONY: run test faults bench environment python servers pins

run: python
	@$(PYTHON) bode/installing.py requirements.txt && \
		exec $(BIN)/python -m bode.running

test: environment servers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BARE) $(BIN)/python manage.py makemigrations --check --dry-run
	$(PYTEST)
	@echo "The same on PostgreSQL"
	$(BIN)/python -m tests.servers $(PYTEST) $(SAME_ON_POSTGRESQL)

faults: environment servers
	$(BIN)/python -m tests.faults $(or $(ROUNDS),3)

bench: environment
	$(BIN)/python -m tests.benchmarks

environment: python
	@$(PYTHON) bode/installing.py requirements.txt requirements-dev.txt

python:
	@command -v $(PYTHON) >/dev/null || { echo "Bode needs Python 3.11 or newer:" \
		"install it with \`sudo apt install python3 python3-venv\`." >&2; exit 1; }

# As root it installs what is missing, and starts none of it as a service. Who is not
# root has PostgreSQL as a wheel, and cannot start Postfix.
servers:
	@if [ "$$(id -u)" != 0 ]; then \
		command -v chromium >/dev/null && command -v faketime >/dev/null && exit 0; \
		echo "The tests need Chromium and faketime: install them with" \
			"\`sudo apt-get install chromium faketime\`." >&2; exit 1; fi; \
	command -v chromium >/dev/null && [ -x /usr/sbin/postfix ] && \
		command -v faketime >/dev/null && \
		ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || \
		sh .ci/install $(SERVERS)

pins: environment
	$(PINS) requirements.in -o requirements.txt
	$(PINS) requirements-dev.in -o requirements-dev.txt
