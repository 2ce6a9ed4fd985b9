# SPDX-License-Identifier: Apache-2.0
# Runs a main class of a module from its jar and libraries, building them first when needed. Sourced; expects $root.
. "$root/bin/lib/java.sh"

# run_module MODULE JAR SOURCES MAIN ARGS...
run_module() {
  module=$1
  jar=$2
  sources=$3
  main=$4
  shift 4
  jdk=$(find_jdk)
  target="$root/$module/target"
  classpath="$target/$jar:$target/lib/*"
  build_if_stale "$module,node" "$target/$jar" "$sources"
  exec "$jdk/bin/java" -XX:+UseSerialGC -Xmx1g --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -Ddunlin.home="$root" -Ddunlin.node="$root/dunlin-node" -cp "$classpath" "$main" "$@"
}
