# profacto and Craftboxx: a joinery's data across, one small change, and a state back.

start profacto --customers 400 --projects 240 --articles 300 --positions 8 --token DEMO-TOKEN && erp=$url
start craftboxx --email sync@tischlerei.example --password geheim && app=$url

cat >"$folder/postern.ini" <<INI
[agent]
state_dir = $folder/state

[system.erp]
connector = profacto
url       = $erp
token     = secret:erp-token
token.projects_write = secret:erp-write-token   ; without it nothing comes back
confirmed_status = 3 4

[system.app]
connector = craftboxx
url       = $app
email     = sync@tischlerei.example
password  = secret:craftboxx-password
rate      = 0            ; the simulator needs no mercy; leave it away with the real one

[link.main]
erp      = erp
app      = app

[fields.erp]
project.process_status  = Prozessstatus
project.delivery_date   = Lieferdatum
project.delivery_info   = Lieferinfo
project.changed         = AenderungsDatum
position.process_status = Prozessstatus
position.unit           = Einheit
position.changed        = AenderungsDatum
customer.changed        = AenderungsDatum
contact.main            = Hauptansprechpartner
contact.changed         = AenderungsDatum
article.text            = Bezeichnung
article.description     = Beschreibung
article.length          = Laenge
article.height          = Hoehe
article.unit            = Einheit
article.changed         = AenderungsDatum
INI

step "A simulated profacto ($erp) and a simulated Craftboxx ($app) are running; settings: demo/postern.ini"
printf 'DEMO-TOKEN' | postern secret set erp-token
printf 'DEMO-TOKEN' | postern secret set erp-write-token
printf 'geheim' | postern secret set craftboxx-password

step "Is everything as it should be?"
postern check || [ $? -eq 1 ]

step "First load"
postern sync
echo "Craftboxx now holds:"
arrived

step "One appointment as it arrived"
curl -sf "$app/_sim/dump" | jq -r '[.assignments[] | select(.state == "SCHEDULED" and (.articles | length) > 1)][0]
  | "  \(.source_external_id)  \(.title)\n  \(.state)  \(.start // "no date") to \(.end // "-")\n\(.description | split("\n") | map("  | " + .) | join("\n"))"'

step "Somebody in the office renames a project and moves its delivery date"
project=$(curl -sf "$app/_sim/dump" | jq -r '[.assignments[] | select(.state == "SCHEDULED")][0].source_external_id')
day=$(date -d '+9 days' +%F)
curl -sf -X POST "$erp/_sim/edit" -d "{\"table\":\"Auftrag\",\"key\":\"$project\",\"fields\":{\"Bauvorhaben\":\"Praxis Nord, 2. Bauabschnitt\",\"Lieferdatum\":\"$day\"}}" >/dev/null
echo "  project $project: title \"Praxis Nord, 2. Bauabschnitt\", delivery $day"
postern plan || [ $? -eq 1 ]
before=$(writes)
postern sync
echo "  writes: $(($(writes) - before)); the appointment now:"
curl -sf "$app/_sim/dump" | jq -r --arg key "$project" '.assignments[] | select(.source_external_id == $key) | "  \(.title)  \(.state)  \(.start)"'

step "The crew finishes it: the state goes back into the ERP"
id=$(curl -sf "$app/_sim/dump" | jq -r --arg key "$project" '.assignments[] | select(.source_external_id == $key) | .id')
curl -sf -X POST "$app/_sim/edit" -d "{\"resource\":\"assignments\",\"id\":$id,\"fields\":{\"state\":\"DONE\"}}" >/dev/null
postern sync
postern sync  # sees its own write in the ERP, and that it is one
curl -sf "$erp/_sim/dump?table=Auftrag&limit=100000" | jq -r --arg key "$project" '.[] | select(.AuftragsNr == $key) | "  profacto: \(.AuftragsNr)  \(.Bauvorhaben)  Prozessstatus \(.Prozessstatus)"'
echo "  projects created in the ERP: $(curl -sf "$erp/_sim/counts" | jq .createdProjects)"

step "A pass without changes sends nothing"
before=$(writes)
postern sync
echo "  writes: $(($(writes) - before))"
postern status || [ $? -eq 1 ]

step "Where everything went"
arrived
cat <<TEXT

To go on with your own ERP: copy demo/postern.ini, write your profacto's address and your Craftboxx log-in into it,
store token and password with "postern secret set", load profacto's structure export and correct [fields.erp], then
  build/release/service/postern --config YOUR.ini check     is everything reachable and named right?
  build/release/service/postern --config YOUR.ini plan      what would be sent? (sends nothing)
  build/release/service/postern --config YOUR.ini sync      one pass now
  build/release/service/postern --config YOUR.ini run       the service
All keys: build/release/service/postern config reference
TEXT
