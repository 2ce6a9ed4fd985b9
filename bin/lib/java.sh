# SPDX-License-Identifier: Apache-2.0
# Shared by the launchers and bin/dev: find a JDK 25, build what is missing or old, start fast. Sourced by POSIX sh; expects $root.
#
# DUNLIN_JAVA_HOME    the JDK 25 to use
# DUNLIN_NO_BUILD=1   never build, run what is there

# Every JVM here needs these: Netty and the off-heap store.
java_flags="--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"

# Prints the home of a JDK 25: DUNLIN_JAVA_HOME, JAVA_HOME, the system's JDKs, or the java on PATH.
find_jdk() {
  for home in "${DUNLIN_JAVA_HOME:-}" "${JAVA_HOME:-}" /usr/lib/jvm/* /opt/java/* /opt/jdk* \
    "${HOME:-/nonexistent}"/.sdkman/candidates/java/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if [ -n "$home" ] && is_jdk_25 "$home"; then
      printf '%s\n' "$home"
      return 0
    fi
  done
  if command -v java >/dev/null 2>&1; then
    home=$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")
    if is_jdk_25 "$home"; then
      printf '%s\n' "$home"
      return 0
    fi
  fi
  echo "Dunlin needs a JDK 25 and found none. Install one (for example Debian's or Adoptium's temurin-25-jdk)" >&2
  echo "or point DUNLIN_JAVA_HOME at it, then try again." >&2
  return 1
}

# A release file is read and not `java -version` run, because that costs as much as half a start.
is_jdk_25() {
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] && grep -q '^JAVA_VERSION="25[."]' "$1/release"
}

# The modules whose sources are in a module's jar and target/lib.
sources_of() {
  case $1 in
    node) echo "clusterbus node" ;;
    cli) echo "clusterbus controlplane cli" ;;
    *) echo "clusterbus node $1" ;;
  esac
}

# Whether a module was packaged after the last change of its sources. `.built` says when a build of ours began; a package made
# by Maven alone has no such mark, and then the age of its jar counts.
is_fresh() {
  mark="$root/$1/target/.built"
  if [ ! -f "$mark" ]; then
    mark=
    for jar in "$root/$1/target"/dunlin-*.jar; do
      [ -f "$jar" ] && mark=$jar
    done
  fi
  [ -n "$mark" ] && [ -d "$root/$1/target/lib" ] || return 1
  paths=pom.xml
  for source in $(sources_of "$1"); do
    paths="$paths $source/pom.xml $source/src/main"
  done
  # shellcheck disable=SC2086
  [ -z "$(cd "$root" && find $paths -newer "$mark" -print 2>/dev/null | head -n 1)" ]
}

all_fresh() {
  for each in "$@"; do
    is_fresh "$each" || return 1
  done
}

# build_if_stale MODULE...: packages them, without tests, when one of them is missing or older than its sources.
# Only one build runs at a time; others wait for it and then find nothing to do. Expects $jdk.
build_if_stale() {
  if [ "${DUNLIN_NO_BUILD:-}" = 1 ] || all_fresh "$@"; then
    return 0
  fi
  mkdir -p "$root/.dunlin"
  (
    if command -v flock >/dev/null 2>&1; then
      flock 9
    fi
    all_fresh "$@" && exit 0
    if ! command -v mvn >/dev/null 2>&1; then
      echo "dunlin: Maven is needed to build $root; install it (Debian: apt install maven)" >&2
      exit 1
    fi
    echo "dunlin: building $* (once, and after a change of the sources) ..." >&2
    log="$root/.dunlin/build.log"
    began="$root/.dunlin/build.began"
    touch "$began"
    modules=$(echo "$*" | tr ' ' ',')
    for each in "$@"; do
      # Libraries are copied there and never taken away; one that is no longer wanted would stay on the class path.
      rm -rf "${root:?}/$each/target/lib"
    done
    if ! (cd "$root" && JAVA_HOME="$jdk" mvn -q -B -Dmaven.test.skip=true -Dspotless.check.skip=true -Dstyle.color=never \
      -pl "$modules" -am package >"$log" 2>&1); then
      tail -n 30 "$log" >&2
      echo "dunlin: the build failed; the whole log is in $log" >&2
      exit 1
    fi
    for each in "$@"; do
      # What changed while the build ran is newer than this.
      touch -r "$began" "$root/$each/target/.built"
    done
  ) 9>"$root/.dunlin/build.lock"
}

# Prints the class path of a module: its jar, then its libraries. Spelled out, because a class cache holds for one exact path.
class_path_of() {
  path=
  for jar in "$root/$1/target"/dunlin-*.jar "$root/$1/target/lib"/*.jar; do
    [ -f "$jar" ] && path="$path:$jar"
  done
  printf '%s\n' "${path#:}"
}

# class_cache CACHE CLASS_PATH FLAGS ARGS...: prints CACHE when there is one for these jars: the classes of a start, loaded and
# linked ahead. It is recorded by running `java FLAGS -cp CLASS_PATH ARGS...` once after each build. Without one the program runs
# all the same, only its start takes longer. Expects $jdk.
class_cache() {
  cache=$1
  path=$2
  flags=$3
  shift 3
  folder=$(dirname "$cache")
  if [ -f "$cache" ] && [ -n "$(find "$folder"/dunlin-*.jar "$folder/lib" -newer "$cache" -print 2>/dev/null | head -n 1)" ]; then
    rm -f "$cache" 2>/dev/null || :
  fi
  if [ ! -f "$cache" ] && [ -w "$folder" ]; then
    (
      if command -v flock >/dev/null 2>&1; then
        flock 9
      fi
      [ -f "$cache" ] && exit 0
      # shellcheck disable=SC2086
      if "$jdk/bin/java" -XX:AOTCacheOutput="$cache.new" $flags -Xlog:aot=off -Xlog:cds=off -cp "$path" "$@" >"$cache.log" 2>&1; then
        mv "$cache.new" "$cache"
      else
        echo "dunlin: no class cache, so starts take longer; the reason is in $cache.log" >&2
      fi
      rm -f "$cache.new" "$cache.new.config"
    ) 9>"$cache.lock"
  fi
  if [ -f "$cache" ]; then
    printf '%s\n' "$cache"
  fi
}
