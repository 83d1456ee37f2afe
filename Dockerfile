# 政问 · one image for every command. See docs/operations.md.
FROM python:3.11-slim AS built

# “[llm]”, “[ocr]”, “[otel]” or several, as in [llm,otel].
ARG EXTRAS=""
# Where pip looks besides its usual source, such as one of CPU builds of torch.
ARG PIP_EXTRA_INDEX_URL=""

WORKDIR /src
RUN python -m venv /opt/zhengwen
# A folder wheels/ beside this file is used instead of the network.
COPY pyproject.toml constraints.txt README.md LICENSE wheel[s] ./
COPY indexer indexer
COPY server server
COPY eval eval
RUN set -e; \
    [ -n "$PIP_EXTRA_INDEX_URL" ] || unset PIP_EXTRA_INDEX_URL; \
    if ls ./*.whl >/dev/null 2>&1; then \
        /opt/zhengwen/bin/pip install --no-cache-dir --no-index --find-links . -c constraints.txt "zhengwen$EXTRAS"; \
    else \
        /opt/zhengwen/bin/pip install --no-cache-dir -c constraints.txt ".$EXTRAS"; \
    fi

FROM python:3.11-slim

RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin zhengwen \
    && install -d -o zhengwen -g zhengwen -m 700 /data
COPY --from=built /opt/zhengwen /opt/zhengwen
ENV PATH=/opt/zhengwen/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    ZHENGWEN_DATA_DIR=/data \
    ZHENGWEN_LOG_FORMAT=json
USER zhengwen
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
# Listens beyond the container only once there is an access key: zhengwen keys create.
CMD ["zhengwen", "serve", "--host", "0.0.0.0", "--port", "8000"]
