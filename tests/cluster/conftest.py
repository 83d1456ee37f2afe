"""The tests of this folder start a cluster and take minutes: ``make test-cluster`` runs them, nothing else does."""

import os

collect_ignore_glob = [] if os.environ.get("ZHENGWEN_TEST_CLUSTER") else ["test_*.py"]
