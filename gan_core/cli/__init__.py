"""The command line: the same functions as the pages, in words and exit codes."""
