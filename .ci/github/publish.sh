#!/usr/bin/env bash
# publish.sh COLLECTED GRADES: comment on each graded commit with the student's summary.md.
#
# COLLECTED and GRADES are the folders of collect.py and of make grade. Needs gh, and its GH_TOKEN.
set -euo pipefail
collected="${1:?the folder of collect.py?}"
grades="${2:?the folder of make grade?}"
failed=0
while IFS=$'\t' read -r student repository commit _; do
    summary="$grades/$student/summary.md"
    if [ ! -f "$summary" ]; then
        echo "there is no summary for $student" >&2
        failed=1
        continue
    fi
    # GitHub takes at most 65536 characters; what is left of the last one is dropped.
    { head -c 65000 "$summary" | iconv -c -f UTF-8 -t UTF-8 2>/dev/null || true; } |
        gh api "repos/$repository/commits/$commit/comments" -F body=@- --silent || failed=1
done <"$collected/commits.tsv"
exit "$failed"
