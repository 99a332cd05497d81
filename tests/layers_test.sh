#!/bin/sh
# Who may know whom, each message code once, and no file that outgrew a reader's patience. Usage: layers_test.sh ROOT
cd "${1:?root}" || exit 2
failed=0
bad() { echo "FAIL: $1"; failed=1; }
includes() { grep -Hn '^#include "' "$@" /dev/null; }

# The agent knows no vendor, no command and no service manager.
found=$(includes agent/*.h agent/*.cc | grep -Ev '#include "agent/')
[ -z "$found" ] || bad "agent/ includes something else:
$found"

# A connector knows the agent and itself; links know neither the network nor the database.
for folder in connectors/*/; do
  name=$(basename "$folder")
  [ "$name" = links ] && continue
  found=$(includes "$folder"*.h "$folder"*.cc | grep -Ev "#include \"(agent|connectors/$name)/")
  [ -z "$found" ] || bad "connectors/$name includes something else:
$found"
done
for folder in connectors/links/*/; do
  name=$(basename "$folder")
  found=$(includes "$folder"*.h "$folder"*.cc | grep -Ev "#include \"(agent|connectors/links/$name)/")
  [ -z "$found" ] || bad "connectors/links/$name includes something else:
$found"
  found=$(grep -HnE '#include "agent/(http_client|database|outbox|snapshot|log)\.h"|#include <(Poco/(Net|File|Path|Thread|Process)|fstream)' "$folder"*.h "$folder"*.cc)
  [ -z "$found" ] || bad "rules are pure:
$found"
done
# A connector never opens the database, logs or sleeps: the engine does.
found=$(grep -HnE '#include "agent/(database|outbox|snapshot|bindings|log|agent)\.h"|sleep_for|SQLite' connectors/*/*.cc connectors/*/*.h)
[ -z "$found" ] || bad "a connector reaches into the engine:
$found"

# Platform code only in twins.
found=$(grep -lE '#include <(unistd|windows|sys/[a-z]+|signal|termios|pthread)\.h>' agent/*.cc agent/*.h connectors/*/*.cc service/*.cc service/*/*.cc service/*.h |
  grep -vE '_(posix|windows)\.cc$')
[ -z "$found" ] || bad "platform headers outside of twins: $found"

# A Windows build frees thread_local memory before it calls the destructor.
found=$(grep -rHnE 'thread_local' agent connectors service --include=*.cc --include=*.h | grep -vE 'thread_local (int|bool)|//.*thread_local')
[ -z "$found" ] || bad "thread_local with a destructor:
$found"

# These lose wake-ups in a Windows build: see windows/semaphores.h.
found=$(grep -rHnE '#include <(semaphore|latch|barrier)>' agent connectors service tests --include=*.cc --include=*.h)
[ -z "$found" ] || bad "headers that wait on atomics:
$found"

# A code never means two things.
twice=$(grep -rhoE '^ *(inline |static |extern )*(constexpr |const )?Message k[A-Za-z0-9]+ ?\{ ?"PST-[0-9]{4}"|^ *"PST-[0-9]{4}",' agent connectors service --include=*.cc --include=*.h |
  grep -oE 'PST-[0-9]{4}' | sort | uniq -d)
[ -z "$twice" ] || bad "message codes used twice: $twice"

[ $failed -eq 0 ] && echo "layers, twins and codes are in order"
exit $failed
