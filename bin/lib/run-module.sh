# SPDX-License-Identifier: Apache-2.0
# Runs a main class of a module from its jar and libraries, building them and the node first when needed. Sourced; expects $root.
. "$root/bin/lib/java.sh"

# run_module MODULE MAIN ARGS...
run_module() {
  module=$1
  main=$2
  shift 2
  jdk=$(find_jdk)
  build_if_stale "$module" node
  # shellcheck disable=SC2086
  exec "$jdk/bin/java" -XX:+UseSerialGC -Xmx1g $java_flags -Ddunlin.home="$root" -Ddunlin.node="$root/dunlin-node" \
    -cp "$(class_path_of "$module")" "$main" "$@"
}
