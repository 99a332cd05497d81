# Makes postern.ini(5) of conf/postern.ini, which is what "postern config reference" prints: comments before a key or a
# section describe it, a leading ';' before "key =" or "[section]" marks a setting that is not active.
function esc(text) {
  gsub(/\\/, "\\e", text)
  gsub(/-/, "\\-", text)
  gsub(/'/, "\\(aq", text)
  if (text ~ /^[.]/) text = "\\&" text
  return text
}
function flush_text() {
  if (n == 0) return
  for (i = 1; i <= n; i++) print esc(line[i])
  n = 0
}
BEGIN {
  print ".\\\" made from conf/postern.ini by installer/man/ini2man.awk"
  print ".TH POSTERN.INI 5 \"\" postern \"File formats\""
  print ".SH NAME\npostern.ini \\- settings of postern"
  print ".SH SYNOPSIS\n.I /etc/postern/postern.ini"
  print ".SH DESCRIPTION"
}
/^;?\[.*\]$/ {
  section = $0
  sub(/^;/, "", section)
  if (!sections++) print ".SH SECTIONS"
  print ".SS " esc(section)
  flush_text()
  after_key = 0
  next
}
/^;?[a-z_0-9.]+ =/ {
  key = $0
  sub(/^;/, "", key)
  sub(/ =.*/, "", key)
  print (n == 0 && after_key ? ".TQ" : ".TP") "\n.B " esc(key)  # .TQ: a further key of the same description
  flush_text()
  after_key = 1
  next
}
/^; ?/ {
  text = $0
  sub(/^; ?/, "", text)
  line[++n] = text
  after_key = 0
  next
}
/^$/ { if (!sections) { flush_text() } }
END {
  flush_text()
  print ".SH SEE ALSO\n.BR postern (1)"
}
