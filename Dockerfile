# One image for the web server, the workers and the beat; docker-compose.yml says which
# is which. Built in two steps: what installs packages stays behind in the first.
FROM python:3.13-slim-trixie AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /build
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install --only-binary :all: --require-hashes -r requirements.txt \
    && /venv/bin/pip uninstall --yes pip

FROM python:3.13-slim-trixie
RUN python -m pip uninstall --yes pip \
    && useradd --system --uid 10001 --create-home bode
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /bode
COPY . .
# Only the keys that reading the settings asks for; the real ones come at the start.
RUN SECRET_KEY=none ADDRESS_KEY=none ENV_FILE=/dev/null SITE_URL=https://bode.example.org \
    DATABASE_URL=sqlite:////bode/none TRANSPORT=outbox \
    python manage.py collectstatic --no-input --verbosity 0 \
    && python -m compileall -q bode senders subscribers mailings
USER 10001
EXPOSE 8000
# gunicorn keeps its workers' heartbeats in memory, and so needs no disk.
CMD ["gunicorn", "--config", "python:bode.serving", "--bind", "0.0.0.0:8000", "--worker-tmp-dir", "/dev/shm", "bode.wsgi"]
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
    CMD ["python", "-m", "bode.probe"]
