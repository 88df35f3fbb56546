#!/usr/bin/env bash
# collect.sh SUBMISSIONS FOLDER: fetch what students handed in, as archives that nobody unpacks.
#
# SUBMISSIONS  owner/prefix-           one repository for each student, graded at its default branch
#              owner/repository#pulls  one open pull request for each student, the newest if several
# FOLDER       submissions/<student>.tar.gz, and commits.tsv: student, repository, commit
#
# Needs gh, and its GH_TOKEN.
set -euo pipefail
submissions="${1:?who hands in where? owner/prefix- or owner/repository#pulls}"
folder="${2:?into which folder?}"
owner="${submissions%%/*}"
name="${submissions#*/}"
mkdir -p "$folder/submissions"
: >"$folder/commits.tsv"

# Lines of student, repository and commit.
list() {
    case "$name" in
    *'#pulls')
        gh pr list --repo "$owner/${name%#pulls}" --limit 5000 \
            --json author,headRefOid,number --jq "
                group_by(.author.login)[] | max_by(.number) |
                [.author.login, \"$owner/${name%#pulls}\", .headRefOid] | @tsv"
        ;;
    *)
        gh repo list "$owner" --limit 5000 --no-archived --json name --jq '.[].name' |
            while IFS= read -r repository; do
                case "$repository" in "$name"?*) ;; *) continue ;; esac
                # A repository without a commit has nothing to grade.
                commit="$(gh api "repos/$owner/$repository/commits?per_page=1" --jq '.[0].sha')" ||
                    continue
                printf '%s\t%s\t%s\n' "${repository#"$name"}" "$owner/$repository" "$commit"
            done
        ;;
    esac
}

list >"$folder/listed.tsv"
while IFS=$'\t' read -r student repository commit; do
    case "$student/$commit" in
    /* | .* | */ | *[!A-Za-z0-9._-]*/* | */*[!0-9a-f]*)
        echo "left out: what is no student or no commit" >&2
        continue
        ;;
    esac
    gh api "repos/$repository/tarball/$commit" >"$folder/submissions/$student.tar.gz"
    printf '%s\t%s\t%s\n' "$student" "$repository" "$commit" >>"$folder/commits.tsv"
done <"$folder/listed.tsv"
rm "$folder/listed.tsv"
echo "$(wc -l <"$folder/commits.tsv") submissions are in $folder/submissions"
