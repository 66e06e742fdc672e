"""`python -m ponimator_runtime` is the `ponimator` command."""

import sys

from ponimator_runtime.cli import main

if __name__ == "__main__":
    sys.exit(main())
