#!/usr/bin/env bash
# windows/build-deps.sh: cross-builds what postern links on Windows x64, static, from Debian's source packages (whose
# hashes apt checks against the signed archive). The result lies outside the tree, in
# ~/.cache/postern-windows/<hash of this script and the toolchain file> (or under $POSTERN_WINDOWS_CACHE), and is built once;
# prints its path, the rest goes to stderr. Newer sources are taken when this line changes: sources as of 2026-11-22.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${POSTERN_WINDOWS_CACHE:-$HOME/.cache/postern-windows}
hash=$(cat "$here/build-deps.sh" "$here/mingw64.cmake" | sha256sum | cut -c1-12)
P=$cache/$hash W=$cache/$hash.work
T=x86_64-w64-mingw32 J=${JOBS:-$(nproc)}
[ ! -e "$P/.done" ] || { echo "$P"; exit 0; }

"$here/../scripts/need" g++-mingw-w64-x86-64-posix libz-mingw-w64-dev cmake ninja-build dpkg-dev tcl perl make gcc \
  libboost-dev libexpected-dev nlohmann-json3-dev googletest xz-utils
mkdir -p "$P"/{include,lib,cmake,share} "$W"/{src,b}
exec 9>"$W/lock"
flock 9
[ ! -e "$P/.done" ] || { echo "$P"; exit 0; }
export WIN_PREFIX=$P
# No build paths in the exe.
map="-ffile-prefix-map=$W/src=src -ffile-prefix-map=$P=dep -ffile-prefix-map=$W/b=b"
cmake=(cmake -G Ninja -DCMAKE_TOOLCHAIN_FILE="$here/mingw64.cmake" -DCMAKE_INSTALL_PREFIX="$P" -DCMAKE_BUILD_TYPE=Release
  -DBUILD_SHARED_LIBS=OFF -Wno-dev)
say() { echo "[deps ${SECONDS} s] $*" >&2; }
trap 'say "failed; see the logs in $W/b"' ERR

# Sources --------------------------------------------------------------------------------------------------------------

release=$(. /etc/os-release && echo "$VERSION_CODENAME")

# apt with lists of its own, as the machine's need not name sources: with_apt all|release ARGUMENT...
with_apt() {
  local which=$1 dir=$W/apt/$1 site=http://deb.debian.org by=/usr/share/keyrings/debian-archive-keyring.gpg
  shift
  local apt=(apt-get -qq -o Dir::Etc::sourcelist="$dir/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o Dir::State::lists="$dir/lists" -o Dir::Cache="$dir/cache" -o APT::Sandbox::User=root)
  if [ ! -e "$dir/sources.list" ]; then
    mkdir -p "$dir"/{lists,cache/archives}/partial
    {
      echo "deb-src [signed-by=$by] $site/debian $release main"
      [ "$which" = release ] || printf "deb-src [signed-by=$by] $site/%s main\n" "debian $release-updates" \
        "debian-security $release-security"
    } >"$dir/sources.list"
    "${apt[@]}" update >&2
  fi
  "${apt[@]}" "$@"
}

# The newest; where the security pool lists a version whose files cannot be fetched, the release's own.
fetch() {
  cd "$W/src"
  compgen -G "${1}_*.dsc" >/dev/null && return
  with_apt all source --download-only "$1" >"$W/b/fetch-$1.log" 2>&1 || {
    say "$1: the newest cannot be fetched, taking $release's"
    rm -f "$1"_*
    with_apt release source --download-only "$1" >>"$W/b/fetch-$1.log" 2>&1
  }
}
unpack() {
  fetch "$1"
  cd "$W/src"
  [ -d "$1" ] || dpkg-source --no-check -x "$1"_*.dsc "$1" >/dev/null 2>&1
}
# For the SBOM: library, source package, version, licence (SPDX).
note() { printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" >>"$P/libraries.tsv"; }
noteSource() { note "$1" "$2" "$(sed -n 's/^Version: //p' "$W/src/$2"_*.dsc | head -n 1)" "$3"; }
notePackage() { note "$1" "$2" "$(dpkg-query -W -f '${source:Version}' "$2")" "$3"; }

# Libraries ------------------------------------------------------------------------------------------------------------

openssl() {
  unpack openssl
  mkdir -p "$W/b/openssl"
  cd "$W/b/openssl"
  # Compiled-in folders: ones that plain users cannot write to.
  local dir='C:/Program Files/Common Files/SSL'
  local folders=(OPENSSLDIR="$dir" ENGINESDIR="$dir/engines-3" MODULESDIR="$dir/ossl-modules")
  ../../src/openssl/Configure mingw64 --cross-compile-prefix=$T- --prefix="$P" --libdir=lib \
    no-shared no-tests no-engine no-legacy no-module no-comp no-autoload-config >configure.log
  make -s -j"$J" build_libs "${folders[@]}" >build.log 2>&1
  make -s install_dev "${folders[@]}" >>build.log 2>&1
  noteSource OpenSSL openssl Apache-2.0
}

sqlite3() {
  unpack sqlite3
  mkdir -p "$W/b/sqlite"
  cd "$W/b/sqlite"
  ../../src/sqlite3/configure -q --disable-tcl --disable-readline >/dev/null
  make -s sqlite3.c >/dev/null # the amalgamation
  # shellcheck disable=SC2086  # words
  $T-gcc -O2 -DNDEBUG -DSQLITE_THREADSAFE=1 -DSQLITE_OMIT_LOAD_EXTENSION $map -c sqlite3.c -o sqlite3.o
  $T-ar rcs "$P/lib/libsqlite3.a" sqlite3.o
  cp sqlite3.h "$P/include/"
  noteSource SQLite sqlite3 blessing
}

byCmake() { # PACKAGE OPTION...
  local package=$1
  shift
  unpack "$package"
  "${cmake[@]}" -S "$W/src/$package" -B "$W/b/$package" -DCMAKE_C_FLAGS="$map" -DCMAKE_CXX_FLAGS="$map ${flags:-}" "$@" \
    >"$W/b/$package.log" 2>&1
  ninja -C "$W/b/$package" -j"$J" install >>"$W/b/$package.log" 2>&1
}

pcre() {
  byCmake pcre3 -DPCRE_BUILD_PCRECPP=OFF -DPCRE_BUILD_PCREGREP=OFF -DPCRE_BUILD_TESTS=OFF -DPCRE_SUPPORT_UTF=ON \
    -DPCRE_SUPPORT_UNICODE_PROPERTIES=ON
  noteSource PCRE pcre3 BSD-3-Clause
}

pugixml() {
  byCmake pugixml
  noteSource pugixml pugixml MIT
}

simdjson() {
  byCmake simdjson -DSIMDJSON_DEVELOPER_MODE=OFF -DSIMDJSON_JUST_LIBRARY=ON -DSIMDJSON_BUILD_STATIC=ON
  noteSource simdjson simdjson Apache-2.0
}

boost() {
  fetch boost1.74
  mkdir -p "$W/src/boost" "$W/b/boost"
  tar -xJf "$W"/src/boost1.74_*.orig.tar.xz -C "$W/src/boost" --strip-components=1 --wildcards '*/libs/program_options/src/*'
  ln -sfn /usr/include/boost "$P/include/boost" # headers are the same on every platform
  cd "$W/b/boost"
  printf '%s\0' "$W"/src/boost/libs/program_options/src/*.cpp | xargs -0 -P"$J" -I{} sh -c \
    "$T-g++ -O2 -DNDEBUG -std=c++17 -w $map -ffile-prefix-map=/usr/include=include -DBOOST_ALL_NO_LIB \
     -DBOOST_BIND_GLOBAL_PLACEHOLDERS -DBOOST_PROGRAM_OPTIONS_STATIC_LINK -I$P/include -c {} -o \$(basename {} .cpp).o"
  $T-ar rcs "$P/lib/libboost_program_options.a" ./*.o
  noteSource "Boost.Program_options and headers" boost1.74 BSL-1.0
}

headers() {
  cp -r /usr/include/tl /usr/include/nlohmann "$P/include/"
  cp -r /usr/share/cmake/tl-expected /usr/share/cmake/nlohmann_json "$P/share/"
  mkdir -p "$P/share/cmake"
  mv "$P/share/tl-expected" "$P/share/nlohmann_json" "$P/share/cmake/"
  notePackage tl-expected libexpected-dev CC0-1.0
  notePackage "JSON for Modern C++" nlohmann-json3-dev MIT
  notePackage zlib libz-mingw-w64-dev Zlib
}

# Time zones: the library reads IANA's text files, which the MSI installs beside the exe.
zones() {
  byCmake howardhinnant-date -DBUILD_TZ_LIB=ON -DUSE_SYSTEM_TZ_DB=OFF -DMANUAL_TZ_DB=ON -DENABLE_DATE_TESTING=OFF
  noteSource date howardhinnant-date MIT
  fetch tzdata
  mkdir -p "$P/share/tzdata"
  tar -xf "$W"/src/tzdata_*.orig.tar.?z -C "$P/share/tzdata"
  cd "$P/share/tzdata"
  # The library wants a mapping from Windows' names, though nobody asks it for the machine's zone.
  cat >windowsZones.xml <<XML
<?xml version="1.0" encoding="UTF-8" ?>
<supplementalData>
<windowsZones>
<mapTimezones otherVersion="none" typeVersion="none">
</mapTimezones>
</windowsZones>
</supplementalData>
XML
  noteSource "IANA time zones" tzdata LicenseRef-public-domain
}

poco() {
  unpack poco
  # The only change of a source: wincrypt.h has a macro of this name.
  sed -i '/undef TIMESTAMP_REQUEST/d; s|^#include "Poco/Net/ICMPPacketImpl.h"|&\n#undef TIMESTAMP_REQUEST|' \
    "$W/src/poco/Net/include/Poco/Net/ICMPv4PacketImpl.h"
  # Poco spells two system headers with a capital.
  echo '#include <winsock2.h>' >"$P/include/Winsock2.h"
  echo '#include <iphlpapi.h>' >"$P/include/Iphlpapi.h"
  local off=() c
  for c in TESTS XML ENCODINGS MONGODB REDIS ZIP JWT PAGECOMPILER PAGECOMPILER_FILE2PAGE ACTIVERECORD \
    ACTIVERECORD_COMPILER DATA DATA_SQLITE DATA_ODBC DATA_MYSQL DATA_POSTGRESQL APACHECONNECTOR; do
    off+=("-DENABLE_$c=OFF")
  done
  local flagsAll="-isystem $P/include -DPCRE_STATIC $map"
  "${cmake[@]}" -S "$W/src/poco" -B "$W/b/poco" -DPOCO_UNBUNDLED=ON "${off[@]}" -DOPENSSL_ROOT_DIR="$P" \
    -DCMAKE_MC_COMPILER=$T-windmc -DCMAKE_CXX_FLAGS="$flagsAll" -DCMAKE_C_FLAGS="$flagsAll" >"$W/b/poco.log" 2>&1
  ninja -C "$W/b/poco" -j"$J" install >>"$W/b/poco.log" 2>&1
  cp "$W/src/poco/cmake/FindPCRE.cmake" "$P/cmake/"   # Debian's patch drops it from the install
  sed -i '/PocoXML/d' "$P/cmake/PocoUtilConfig.cmake" # asks for XML though it was built without
  noteSource Poco poco BSL-1.0
}

# The tests', not the program's.
gtest() {
  "${cmake[@]}" -S /usr/src/googletest -B "$W/b/gtest" -DCMAKE_CXX_FLAGS="$map" >"$W/b/gtest.log" 2>&1
  ninja -C "$W/b/gtest" -j"$J" install >>"$W/b/gtest.log" 2>&1
}

for part in openssl sqlite3 pcre pugixml simdjson boost headers zones gtest poco; do
  [ -e "$P/.done-$part" ] && continue
  say "$part"
  ("$part")
  touch "$P/.done-$part"
done
sort -u -o "$P/libraries.tsv" "$P/libraries.tsv"
rm -rf "$W"
touch "$P/.done"
say "all built, $(du -sh "$P" | cut -f1)"
echo "$P"
