# make run    the product with demo content, on http://127.0.0.1:8000 (PORT changes it)
# make test   every check there is
# make bench  what takes how long, as ratios within one run
# make pins   requirements.txt and requirements-dev.txt anew, from the .in files
PYTHON ?= python3
BIN := .venv/bin
# For checks that start Django: keys, and none of this machine's own settings.
BARE := ENV_FILE=/dev/null DEBUG=1 SECRET_KEY=x ADDRESS_KEY=x
PINS := $(BIN)/uv pip compile --quiet --universal --python-version 3.11.2 \
	--generate-hashes --no-header --only-binary :all: \
	--no-emit-index-url --no-emit-find-links
CHROMIUM := apt-get install -y --no-install-recommends chromium

.PHONY: run test bench environment python chromium pins

run: python
	@$(PYTHON) bode/installing.py requirements.txt && \
		exec $(BIN)/python -m bode.running

test: environment chromium
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BARE) $(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python -m pytest -q -n auto --maxprocesses 4 --dist loadfile

bench: environment
	$(BIN)/python -m tests.benchmarks

environment: python
	@$(PYTHON) bode/installing.py requirements.txt requirements-dev.txt

python:
	@command -v $(PYTHON) >/dev/null || { echo "Bode needs Python 3.11 or newer:" \
		"install it with \`sudo apt install python3 python3-venv\`." >&2; exit 1; }

chromium:
	@command -v chromium >/dev/null && exit 0; \
	if [ "$$(id -u)" != 0 ]; then echo "The tests need Chromium:" \
		"install it with \`sudo $(CHROMIUM)\`." >&2; exit 1; fi; \
	apt-get update -q && DEBIAN_FRONTEND=noninteractive $(CHROMIUM)

pins: environment
	$(PINS) requirements.in -o requirements.txt
	$(PINS) requirements-dev.in -o requirements-dev.txt
