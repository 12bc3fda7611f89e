# One image for the web server and the sender; docker-compose.yml says which is which.
FROM python:3.13-slim
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /bode
COPY requirements.txt .
RUN pip install --no-cache-dir --only-binary :all: --require-hashes -r requirements.txt
COPY . .
# Only the keys that reading the settings asks for; the real ones come at the start.
RUN DEBUG=1 SECRET_KEY=none ADDRESS_KEY=none ENV_FILE=/dev/null \
    python manage.py collectstatic --no-input --verbosity 0 \
    && useradd --create-home bode && mkdir /database && chown bode /database
USER bode
EXPOSE 8000
CMD ["gunicorn", "--config", "python:bode.serving", "--bind", "0.0.0.0:8000", "bode.wsgi"]
