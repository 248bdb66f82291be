# The image of migrate, worker, beat and Flower: Sluice and what it needs to run, without tools to build or test.
# It contains no setting and no secret; those come from the environment and from files (see docs/how-to/operate/containers.md).
ARG PYTHON_IMAGE=python:3.12-slim-bookworm

FROM ${PYTHON_IMAGE} AS wheel
WORKDIR /source
COPY deploy/build.lock deploy/
RUN python -m venv /opt/build \
 && /opt/build/bin/python -m pip install --no-cache-dir --require-hashes --only-binary :all: -r deploy/build.lock
COPY pyproject.toml README.md LICENSE ./
COPY sluice sluice
RUN /opt/build/bin/python -m pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /wheels .

FROM ${PYTHON_IMAGE} AS install
# pip of the base image installs into an environment that has none: nothing in the final one can install anything
RUN python -m venv --without-pip /opt/sluice
# what to install: deploy/LOCK.lock
ARG LOCK=runtime
COPY deploy/${LOCK}.lock /tmp/runtime.lock
RUN python -m pip --python /opt/sluice/bin/python install --no-cache-dir --no-compile --require-hashes \
      --only-binary :all: -r /tmp/runtime.lock \
 # tests and C headers of libraries: never imported
 && rm -rf /opt/sluice/lib/python3*/site-packages/*/tests /opt/sluice/lib/python3*/site-packages/pyarrow/include \
 # compiled now, because the root file system is read-only when it runs
 && python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/sluice/lib
COPY --from=wheel /wheels /wheels
RUN python -m pip --python /opt/sluice/bin/python install --no-cache-dir --no-compile --no-deps --no-index /wheels/*.whl \
 && python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/sluice/lib

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="sluice-etl" \
      org.opencontainers.image.description="Files into PostgreSQL through Celery workers, every row accounted for" \
      org.opencontainers.image.source="https://github.com/sluice-etl/sluice" \
      org.opencontainers.image.licenses="MIT"
# Folders for volumes belong to the user who writes there: a new volume gets the same owner.
RUN groupadd --gid 10001 sluice \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin sluice \
 && install -d -o sluice -g sluice /landing /var/lib/sluice
COPY --from=install /opt/sluice /opt/sluice
ENV PATH=/opt/sluice/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    SLUICE_HOME=/var/lib/sluice
WORKDIR /var/lib/sluice
USER 10001:10001
ENTRYPOINT ["sluice"]
CMD ["worker"]
