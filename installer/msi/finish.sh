#!/usr/bin/env bash
# finish.sh FILE.msi VERSION: what wixl 0.101 has no element or attribute for, put in with msibuild; then reads it back.
set -euo pipefail
msi=$1 version=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
query() { msibuild "$msi" -q "$1"; }
table() { msiinfo export "$msi" "$1" | tr -d '\r' | tail -n +4; }

# Windows replaces a versioned file only by one whose version, here, is higher.
query "UPDATE File SET Version='$version.0' WHERE File='F_Program'"
query "UPDATE File SET Language='1033' WHERE File='F_Program'"
query "DELETE FROM MsiFileHash WHERE File_='F_Program'"

# Long names need a short one beside them.
table File | while IFS=$'\t' read -r file _ name _; do
  stem=${name%%.*} extension=
  [[ $name != *.* ]] || extension=.${name##*.}
  [[ $name != *'|'* && (${#stem} -gt 8 || ${#extension} -gt 4) ]] || continue
  short=$(printf '%s~1%s' "${stem:0:6}" "${extension:0:4}" | tr '[:lower:]' '[:upper:]')
  query "UPDATE File SET FileName='$short|$name' WHERE File='$file'"
done

# The old version goes inside the transaction, and a build of the same version replaces an earlier one.
query "UPDATE InstallExecuteSequence SET Sequence=1502 WHERE Action='RemoveExistingProducts'"
# An upgrade keeps the service itself: a rollback could not bring back what these tables do not know (recovery, rights).
query "UPDATE InstallExecuteSequence SET Condition='NOT UPGRADINGPRODUCTCODE' WHERE Action='DeleteServices'"
msiinfo export "$msi" Upgrade >"$work/Upgrade.idt"
# A key cannot be updated: 1 MigrateFeatures + 512 VersionMaxInclusive.
sed -i 's/\t1\t\([^\t]*\tWIX_UPGRADE_DETECTED\)/\t513\t\1/' "$work/Upgrade.idt"
msibuild "$msi" -i "$work/Upgrade.idt"

for search in R_Settings R_Folder R_Windows; do
  query "UPDATE RegLocator SET Type=18 WHERE Signature_='$search'" # raw value, 64-bit view
done

# Settings that somebody, as a group policy, has put there before the first installation; wixl knows no FileSearch.
idt() { # idt TABLE COLUMNS TYPES KEYS ROW: of one row, words parted by |
  printf '%s\r\n' "$2" "$3" "$1|$4" "$5" | tr '|' '\t' >"$work/$1.idt"
  msibuild "$msi" -i "$work/$1.idt"
}
idt Signature 'Signature|FileName|MinVersion|MaxVersion|MinSize|MaxSize|MinDate|MaxDate|Languages' \
  's72|s255|S20|S20|I4|I4|I4|I4|S255' Signature 'R_File|postern.ini|||||||'
idt DrLocator 'Signature_|Parent|Path|Depth' 's72|S72|S255|I2' 'Signature_|Parent|Path' 'R_File||[CommonAppDataFolder]postern|0'
query "INSERT INTO AppSearch (Property, Signature_) VALUES ('HAVE_SETTINGS_FILE', 'R_File')"

# wixl ends a key by a backslash (ICE03).
msiinfo export "$msi" Registry | sed 's/\\\t/\t/' >"$work/Registry.idt"
msibuild "$msi" -i "$work/Registry.idt"

# PATH of the machine.
printf 'Environment\tName\tValue\tComponent_\r\ns72\tl255\tL255\ts72\r\nEnvironment\tEnvironment\r\nE_Path\t=-*PATH\t[~];[INSTALLDIR]\tC_Program\r\n' \
  >"$work/Environment.idt"
msibuild "$msi" -i "$work/Environment.idt"
query "INSERT INTO InstallExecuteSequence (Action, Sequence) VALUES ('WriteEnvironmentStrings', 5200)"
query "INSERT INTO InstallExecuteSequence (Action, Sequence) VALUES ('RemoveEnvironmentStrings', 3300)"

# Custom actions. 51: set a property. + 256: in a rollback only. 3090: run the installed program in the transaction, as the system (18 + 1024 + 2048);
# + 8192: its command line stays out of the log; + 64: go on when it fails.
printf 'Action\tType\tSource\tTarget\tExtendedType\r\ns72\ti2\tS72\tL0\tI4\r\nCustomAction\tAction\r\n' >"$work/CustomAction.idt"
row() { printf '%s\t%s\t%s\t%s\t\r\n' "$@" >>"$work/CustomAction.idt"; }
text() { # text NAME ENGLISH GERMAN DUTCH
  row "${1}_EN" 51 "$1" "$2"
  row "${1}_DE" 51 "$1" "$3"
  row "${1}_NL" 51 "$1" "$4"
}
text TEXT_DOWNGRADE "A newer version of postern is installed already. Remove it first if you really want the older one; settings and data stay." \
  "Eine neuere Version von postern ist bereits installiert. Entfernen Sie sie zuerst, wenn Sie wirklich die ältere wollen; Einstellungen und Daten bleiben erhalten." \
  "Er is al een nieuwere versie van postern geïnstalleerd. Verwijder die eerst als u echt de oudere wilt; instellingen en gegevens blijven bewaard."
text TEXT_WINDOWS "postern needs a 64-bit Windows: 10, Server 2016 or newer." \
  "postern braucht ein 64-Bit-Windows: 10, Server 2016 oder neuer." \
  "postern heeft een 64-bits Windows nodig: 10, Server 2016 of nieuwer."
text ARPCOMMENTS "Carries ERP data out to field-service apps and back." \
  "Bringt ERP-Daten nach außen zu Außendienst-Apps und zurück." \
  "Brengt ERP-gegevens naar buitendienst-apps en terug."
row SetSettings 51 SetupArguments '--settings "[SETTINGS]"'
row SetSecrets 51 SetupArguments '[SetupArguments] --secrets "[SECRETS]"'
row SetStart 51 START 1
row SetUpService $((18 + 1024 + 2048 + 8192)) F_Program 'service install [SetupArguments]'
row RestoreService $((18 + 256 + 1024 + 2048 + 64)) F_Program 'service install'
row StartPostern $((18 + 1024 + 2048 + 64)) F_Program 'service start'
row RemoveData $((18 + 1024 + 2048 + 64)) F_Program 'service remove --data'
msibuild "$msi" -i "$work/CustomAction.idt"

run() { query "INSERT INTO $1 (Action, Condition, Sequence) VALUES ('$2', '$3', $4)"; }
number=1
for name in TEXT_DOWNGRADE TEXT_WINDOWS ARPCOMMENTS; do
  for sequence in InstallExecuteSequence InstallUISequence; do
    run $sequence "${name}_EN" '' $number
    # The primary language of the system: 7 German, 19 Dutch, whatever the country.
    run $sequence "${name}_DE" 'SystemLanguageID=1031 OR SystemLanguageID=2055 OR SystemLanguageID=3079 OR SystemLanguageID=4103 OR SystemLanguageID=5127' $((number + 1))
    run $sequence "${name}_NL" 'SystemLanguageID=1043 OR SystemLanguageID=2067' $((number + 2))
  done
  number=$((number + 3))
done
# START unset: a machine with settings, old or handed over, gets its service started. A repair leaves the service as it is
# and takes nothing over: every user may ask Windows for one, and it runs as the system.
run InstallExecuteSequence SetStart 'NOT Installed AND START="" AND (SETTINGS OR WIX_UPGRADE_DETECTED OR HAVE_SETTINGS OR HAVE_SETTINGS_FILE)' 1401
run InstallExecuteSequence SetSettings 'SETTINGS AND NOT Installed' 1402
run InstallExecuteSequence SetSecrets 'SECRETS AND NOT Installed' 1403
query "UPDATE InstallExecuteSequence SET Condition='NOT Installed OR REMOVE=\"ALL\"' WHERE Action='StopServices'"
run InstallExecuteSequence SetUpService 'NOT (REMOVE="ALL")' 5810
# The last step of a rollback, when the old program is back: its account is what the tables cannot say, too.
run InstallExecuteSequence RestoreService WIX_UPGRADE_DETECTED 1501
run InstallExecuteSequence StartPostern 'START=1 AND NOT Installed' 5910
# As late as the program is there: what comes after it can hardly fail any more.
run InstallExecuteSequence RemoveData 'REMOVE="ALL" AND REMOVE_DATA=1 AND NOT UPGRADINGPRODUCTCODE' 3450

# Properties that a silent installation hands over, and what AppSearch found: after a double-click only these reach the
# part that runs elevated. The path of the secrets stays out of the log.
secure=$(table Property | awk -F'\t' '$1 == "SecureCustomProperties" { print $2 }')
query "UPDATE Property SET Value='$secure;INSTALLDIR;HAVE_SETTINGS;HAVE_SETTINGS_FILE;WINDOWS_MAJOR;SETTINGS;SECRETS;START;REMOVE_DATA' WHERE Property='SecureCustomProperties'"
query "INSERT INTO Property (Property, Value) VALUES ('MsiHiddenProperties', 'SECRETS;SetupArguments')"

# The texts above are in it, whatever code page the machine has.
printf '\r\n\r\n1252\t_ForceCodepage\r\n' >"$work/_ForceCodepage.idt"
msibuild "$msi" -i "$work/_ForceCodepage.idt" || echo "finish.sh: no code page" >&2

# msibuild says nothing when a WHERE meets no row.
check() { table "$1" | grep -qP "$2" || { echo "finish.sh: $1 lacks $2" >&2; exit 1; }; }
check InstallExecuteSequence '^RemoveExistingProducts\t.*\t1502$'
check InstallExecuteSequence '^DeleteServices\tNOT UPGRADINGPRODUCTCODE\t2000$'
check InstallExecuteSequence '^RestoreService\tWIX_UPGRADE_DETECTED\t1501$'
check Upgrade '\t513\t'
check File "^F_Program\t.*\t$version\.0\t1033"
check File '^F_windowsZones\t.*WINDOW~1.XML\|windowsZones.xml'
check RegLocator '^R_Settings\t.*\t18$'
check RegLocator '^R_Folder\t.*\t18$'
check AppSearch '^HAVE_SETTINGS_FILE\tR_File'
check DrLocator '^R_File\t\t\[CommonAppDataFolder\]postern\t0'
check Signature '^R_File\tpostern.ini'
check Environment '^E_Path\t'
check Property '^MsiHiddenProperties\tSECRETS;'
check Property '^SecureCustomProperties\t.*;INSTALLDIR;HAVE_SETTINGS;HAVE_SETTINGS_FILE;.*;REMOVE_DATA$'
if table Registry | grep -qP '\\\t'; then echo "finish.sh: a key ends by a backslash" >&2; exit 1; fi
check RegLocator '^R_Windows\t.*\t18$'
check Property '^REBOOT\tReallySuppress$'
check CustomAction '^SetUpService\t11282\tF_Program'
check InstallExecuteSequence '^SetUpService\t.*\t5810$'
for action in SetStart SetSettings SetSecrets StopServices StartPostern; do
  check InstallExecuteSequence "^$action\t.*NOT Installed"
done
