"""`python -m qa.cli …`: the `bulletin` command, where it is not on the path."""

import sys

from qa.cli import main

if __name__ == "__main__":
    sys.exit(main())
