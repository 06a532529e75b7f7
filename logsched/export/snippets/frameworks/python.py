"""Plain Python: the function alone."""

from logsched.export.snippets.framework import Framework

FRAMEWORK = Framework(
    "plain Python",
    """\
for $n in range($shown):
    print($n, $rate)""",
)
