# Needs python3 >= 3.11 (with venv), git and make. pip reads its own settings and environment (PIP_INDEX_URL,
# PIP_EXTRA_INDEX_URL, ...) as usual.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.stamp

# Taken literally and handed over through the environment, so quotes and $ in a question mean themselves.
override Q := $(value Q)
override DATASET := $(value DATASET)
override FOLDER := $(value FOLDER)
export Q DATASET FOLDER

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help setup ask question serve index test test-cluster check format eval gate bench bench-index audit lock clean

## 政问 Zhengwen
## make help            显示这些命令 / show these commands
help:
	@sed -n 's/^## //p' Makefile

## make setup           建立 .venv 并安装；已是最新则不做任何事 / create .venv and install; does nothing when up to date
setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@ok='import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))'; \
	if ! $(BIN)/python -c "$$ok" >/dev/null 2>&1; then \
		if ! $(PYTHON) -c "$$ok" >/dev/null 2>&1; then \
			echo "需要 Python 3.11 或更新版本（含 venv） / needs Python 3.11 or newer with venv: make setup PYTHON=/path/to/python3" >&2; \
			exit 1; \
		fi; \
		$(PYTHON) -m venv --clear .venv; \
	fi
	@echo "正在安装依赖，首次需要几分钟 / installing the dependencies, the first time takes some minutes ..." >&2
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt -e '.[dev]' >&2 || { \
		echo "安装失败，原因见上，另见 README / the installation failed: the reason is above, see also the README" >&2; \
		exit 1; \
	}
	@touch $@

## make ask Q="问题"    对示例语料 corpus/ 提问，给出带出处的回答 / ask about the sample corpus, get a cited answer
ask: question index
	@$(BIN)/zhengwen ask -- "$$Q"

question:
	@if [ -z "$$Q" ]; then \
		echo '请给出问题 / a question is missing: make ask Q="什么是631机制"' >&2; \
		exit 2; \
	fi

index: setup
	@$(BIN)/zhengwen index --quiet

## make serve           启动问答服务和网页 / start the service and its web page
serve: index
	@$(BIN)/zhengwen serve

## make test            运行测试 / run the tests
test: setup
	@$(BIN)/python -m pytest -q --numprocesses=auto --maxprocesses=4 --dist=loadfile

## make test-cluster    启动并停止三个 Qdrant 节点，测试分布式检索 / start three Qdrant nodes, test the search over them, stop them
test-cluster: setup
	@ZHENGWEN_TEST_QDRANT="$$($(BIN)/python -m tests.cluster.fetch)" && export ZHENGWEN_TEST_QDRANT && \
		ZHENGWEN_TEST_CLUSTER=1 $(BIN)/python -m pytest -q -s tests/cluster

## make check           检查代码风格和类型 / check style and types
check: setup
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy

## make format          整理代码格式 / format the code
format: setup
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

## make eval            用示例问题评测；DATASET=目录 评测 BEIR 数据集 / evaluate on the sample questions; DATASET=folder for a BEIR set
eval: setup
	@if [ -n "$$DATASET" ]; then \
		$(BIN)/python -m eval "$$DATASET" --out "out/$$(basename "$$DATASET")"; \
	else \
		$(BIN)/python -m eval eval/questions/sample.jsonl --corpus corpus --out out/sample; \
	fi

## make bench           测量速度，与参照在同一次运行中比较 / measure speed against references of the same run
bench: setup
	@$(BIN)/python -m eval bench

## make gate            检索质量不得低于存下的数字 / ranking must not fall below the stored numbers
gate: setup
	@$(BIN)/python -m eval gate

## make bench-index    测量各种格式每秒读多少页；FOLDER=目录 / pages read per second by format; FOLDER=folder of documents
bench-index: setup
	@$(BIN)/python -m eval bench-index "$${FOLDER:-corpus}"

## make audit           核对依赖：版本、校验和、已知漏洞 / audit the dependencies: versions, hashes, known faults
audit: setup
	@$(BIN)/python deploy/audit.py

## make lock            为 constraints.txt 的版本记下校验和（需要 uv） / record the hashes of what constraints.txt pins (needs uv)
lock:
	@command -v uv >/dev/null || { echo "需要 uv：pip install uv / needs uv" >&2; exit 2; }
	@uv pip compile constraints.txt --no-deps --generate-hashes --universal --python-version 3.11 --no-emit-package torch \
		--no-annotate --no-header --quiet --output-file deploy/requirements.lock

## make clean           删除缓存和报告；保留 .venv 和索引 / remove caches and reports; .venv and the index stay
clean:
	@rm -rf out build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find indexer server eval tests -name __pycache__ -type d -prune -exec rm -rf {} +
