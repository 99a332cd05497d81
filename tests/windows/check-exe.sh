#!/usr/bin/env bash
# check-exe.sh EXE MSI: what can be seen of the program and its installer from outside.
set -uo pipefail
exe=$1 msi=$2 failed=0
ok() { if "${@:2}" >/dev/null 2>&1; then echo "ok    $1"; else echo "FAIL  $1"; failed=$((failed + 1)); fi; }
head=$(x86_64-w64-mingw32-objdump -p "$exe")
flag() { grep -qE "^\s+$1\$" <<<"$head"; }

dlls=$(sed -n 's/^\s*DLL Name: //p' <<<"$head" | tr '[:upper:]' '[:lower:]' | sort -u)
allowed='^(advapi32|bcrypt|crypt32|iphlpapi|kernel32|msvcrt|ole32|shell32|user32|winhttp|ws2_32)\.dll$'
echo "# imports: $(tr '\n' ' ' <<<"$dlls")"
ok "only DLLs that every Windows has" bash -c '! grep -vE "$1" <<<"$2"' _ "$allowed" "$dlls"
ok "ASLR" flag DYNAMIC_BASE
ok "ASLR with high entropy" flag HIGH_ENTROPY_VA
ok "NX" flag NX_COMPAT
ok "relocation table" grep -qE 'Entry 5 [0-9a-f]*[1-9a-f][0-9a-f]* .*Base Relocation' <<<"$head"
echo "# CFG: g++ has none; stack protector and ASLR stand in"
ok "stack protector" grep -aq 'stack smashing detected' "$exe"
paths=$(strings -a "$exe" | grep -E '(^|[^A-Za-z])/(tmp|home|root|build|work)/' | head -n 5)
ok "no build paths" test -z "$paths"
[ -z "$paths" ] || sed 's/^/      /' <<<"$paths"
ok "OpenSSL looks into a folder of administrators" grep -aq 'C:/Program Files/Common Files/SSL' "$exe"
ok "manifest: long paths, no elevation" bash -c 'grep -aq longPathAware "$1" && grep -aq asInvoker "$1"' _ "$exe"
ok "version resource" bash -c 'strings -el "$1" | grep -qx ProductVersion' _ "$exe"
ok "Event Log texts in three languages" bash -c 't=$(strings -el -n 8 "$1"); grep -q "postern is running" <<<"$t" && grep -q "postern draait" <<<"$t" && grep -q "postern l" <<<"$t"' _ "$exe"
signed() { # signed FILE: whole, and by the certificate that was made for it
  local told
  told=$(osslsigncode verify -CAfile "${msi%.msi}.cert.pem" -in "$1" 2>&1) && ! grep -q MISMATCH <<<"$told"
}
unsigned() { ! signed "$1"; }
tampered=$(mktemp -d)
trap 'rm -rf "$tampered"' EXIT
for file in "$exe" "$msi"; do
  copy=$tampered/${file##*/}
  cp "$file" "$copy"
  printf 'another' | dd of="$copy" bs=1 seek=200000 conv=notrunc 2>/dev/null
  ok "signature of ${file##*/} is whole (test certificate)" signed "$file"
  ok "that of a changed copy is not" unsigned "$copy"
done
ok "SBOM names what is linked in" bash -c 'jq -e ".components | map(.name) | contains([\"OpenSSL\", \"Poco\", \"SQLite\", \"zlib\"])" "$1"' _ "${msi%.msi}.cdx.json"
ok "SBOM hashes are of these files" bash -c 'for f in "$1" "$2"; do grep -q "$(sha256sum <"$f" | cut -d" " -f1)" "${2%.msi}.cdx.json" || exit 1; done' _ "$exe" "$msi"
exit $((failed > 0))
