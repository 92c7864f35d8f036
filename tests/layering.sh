#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# DESIGN's law: arrows point down. Usage: layering.sh SOURCE_DIR. Prints each include that points up, then fails.
set -u
cd "$1" || exit 2
violations=0

# allow FOLDER 'REGEX of folders that it may include, itself apart'
allow() {
  local folder=$1 allowed=$2 line target
  while IFS= read -r line; do
    target=$(sed -E 's/.*#include "((core|app)\/[a-z]+|widgets|tests)\/.*/\1/' <<<"$line")
    [ "$target" = "$folder" ] && continue
    # The verdict is arithmetic on values; the window judges with it as it resolves drafts with quantize.
    [ "$folder" = app/desktop ] && [[ $line == *'"core/measure/verdict.h"'* ]] && continue
    if ! grep -qxE "$allowed" <<<"$target"; then
      echo "$line   ($folder may not see $target)"
      violations=$((violations + 1))
    fi
  done < <(grep -rnE '#include "(core/|app/|widgets/|tests/)' "$folder" --include='*.h' --include='*.cpp')
}

v=core/values
allow core/values '-'
allow core/graph "$v"
allow core/quantize "$v|core/graph"
allow core/engine "$v|core/graph|core/quantize"
allow core/data "$v|core/graph"
allow core/measure "$v|core/graph|core/quantize|core/engine|core/data"
allow core/tune "$v|core/graph|core/quantize|core/engine|core/data|core/measure"
allow core/worker "$v|core/graph|core/quantize|core/engine|core/data|core/measure|core/tune"
allow core/project "$v"
allow core/exchange "$v|core/graph|core/quantize"
allow widgets "$v|core/graph"
allow app/cli 'core/[a-z]+'
allow app/desktop "$v|core/graph|core/quantize|core/data|core/tune|core/project|core/exchange|core/worker|widgets"

qt=$(grep -rnE '#include <Q[A-Za-z]+>|#include <qcustomplot' core app/cli --include='*.h' --include='*.cpp')
if [ -n "$qt" ]; then
  echo "$qt"
  violations=$((violations + 1))
fi
[ "$violations" = 0 ] && echo "Arrows point down." || { echo "$violations violations"; exit 1; }
