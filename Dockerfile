# The scanner in a container: docker run --rm -v "$PWD:/src:ro" -w /src keysieve scan
FROM python:3.12-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev git && rm -rf /var/lib/apt/lists/*
COPY . /keysieve
RUN python -m venv /opt/keysieve && /opt/keysieve/bin/pip install --no-cache-dir /keysieve

FROM python:3.12-slim
RUN apt-get update && apt-get install -y --no-install-recommends git && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home keysieve
COPY --from=build /opt/keysieve /opt/keysieve
ENV PATH=/opt/keysieve/bin:$PATH
USER keysieve
ENTRYPOINT ["keysieve"]
CMD ["--help"]
