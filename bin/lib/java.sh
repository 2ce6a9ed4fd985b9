# SPDX-License-Identifier: Apache-2.0
# Shared by the launchers and bin/dev: find a JDK 25, build what is missing, start fast. Sourced by POSIX sh; expects $root.

# Prints the home of a JDK 25: DUNLIN_JAVA_HOME, JAVA_HOME, the system's JDKs, or the java on PATH.
find_jdk() {
  for home in "${DUNLIN_JAVA_HOME:-}" "${JAVA_HOME:-}" /usr/lib/jvm/* /opt/java/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if [ -n "$home" ] && [ -x "$home/bin/java" ] && is_jdk_25 "$home"; then
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
  [ -r "$1/release" ] && grep -q '^JAVA_VERSION="25[."]' "$1/release" && [ -x "$1/bin/javac" ]
}

# Builds the given modules when their jars are missing or older than any source they are made of.
# Only one build runs at a time; others wait for it and then find nothing to do.
build_if_stale() {
  modules=$1
  shift
  if is_fresh "$@"; then
    return 0
  fi
  mkdir -p "$root/.dunlin"
  (
    if command -v flock >/dev/null 2>&1; then
      flock 9
    fi
    is_fresh "$@" && exit 0
    echo "dunlin: building $modules (once, and after a change of the sources) ..." >&2
    log="$root/.dunlin/build.log"
    if ! (cd "$root" && JAVA_HOME="$jdk" mvn -q -B -DskipTests -Dstyle.color=never -pl "$modules" -am package >"$log" 2>&1); then
      tail -n 30 "$log" >&2
      echo "dunlin: the build failed; the whole log is in $log" >&2
      exit 1
    fi
    # Maven leaves a jar alone whose own module has not changed; without a new date it would count as stale for ever.
    while [ $# -gt 1 ]; do
      touch "$1"
      shift 2
    done
  ) 9>"$root/.dunlin/build.lock"
}

# Arguments: pairs of jar and module folders (colon-separated) whose sources it is made of.
is_fresh() {
  while [ $# -gt 1 ]; do
    [ -f "$1" ] || return 1
    old_ifs=$IFS
    IFS=:
    # shellcheck disable=SC2086
    set -- "$1" $2 -- "$@"
    IFS=$old_ifs
    built=$1
    shift
    dirs=
    while [ "$1" != "--" ]; do
      dirs="$dirs $root/$1/src/main $root/$1/pom.xml"
      shift
    done
    shift
    shift 2
    # shellcheck disable=SC2086
    if [ -n "$(find $dirs "$root/pom.xml" -newer "$built" -type f -print 2>/dev/null | head -n 1)" ]; then
      return 1
    fi
  done
  return 0
}
