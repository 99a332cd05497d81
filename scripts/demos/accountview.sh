# AccountView and Crafter: log-in by a browser, master data across, and work orders, articles and hours back.

start accountview --customers 60 --projects 45 --articles 40 --orders 12 --employees 6 && erp=$url
start crafter --token CRAFTER-TOKEN --users 6 && app=$url

cat >"$folder/postern.ini" <<INI
[agent]
state_dir = $folder/state
time_zone = Europe/Amsterdam

[system.erp]
connector     = accountview
url           = $erp/api/v3              ; leave url and authorize_url away with the real one
authorize_url = $erp/ams/authorize.aspx
client_id     = postern-test
client_secret = secret:client-secret
refresh_token = secret:av-refresh        ; set by "postern login erp", renewed by postern
company       = VANDIJK
open_status   = O
rate          = 100                      ; the simulator needs no mercy
insert.customer.ACCT_NR = 1300
field.HOURS.EXT_ID  = C32
field.HOURS.HR_DESC = C40

[system.app]
connector = crafter
url       = $app/api/v1
token     = secret:crafter-token
rate      = 0

[link.main]
erp = erp
app = app
work_hours_code      = WERK
travel_hours_code    = REIS
default_project_type = ONDERHOUD
employees_listed     = yes

; Names that AccountView does not publish; these are the simulator's. "postern check" proves each against the live system.
[fields.erp]
$(cat tests/sim/accountview/names.ini)
INI

erpWrites() { curl -sf "$erp/_sim/counts" | jq .writes; }
inApp() { curl -sf -X POST "$app/_sim/$1" -d "$2"; }
ofTable() { curl -sf "$erp/_sim/dump?table=$1" | jq -r ".[\"$1\"] | $2"; }

step "A simulated AccountView ($erp) and a simulated Crafter ($app) are running; settings: demo/postern.ini"
printf 'geheim-van-de-app' | postern secret set client-secret
printf 'CRAFTER-TOKEN' | postern secret set crafter-token

step "Somebody logs in at AccountView once, in a browser (here: curl, which follows the redirects)"
postern login erp >"$folder/login.txt" 2>&1 &
login=$!
pids+=("$login")
address=
for _ in $(seq 100); do
  grep -q 'Waiting at' "$folder/login.txt" && address=$(grep -o 'http://[^ ]*authorize[^ ]*' "$folder/login.txt") && break
  sleep 0.1
done
[ -n "$address" ] || { cat "$folder/login.txt" >&2; exit 1; }
curl -sL --max-time 20 -o /dev/null "$address"
wait "$login"
cat "$folder/login.txt"

step "Is everything as it should be?"
postern check || [ $? -eq 1 ]

step "First load"
postern sync
echo "Crafter now holds:"
arrived

step "A planner makes a work order in Crafter: what would postern do?"
project=$(curl -sf "$app/_sim/dump" | jq -c '.projects[0] | {customer_id, project_id: .id}')
day=$(date -d '+9 days' +%F)
order=$(inApp work_order "$(jq -c --arg day "$day" '. + {description: "Ketel nakijken", target_date: $day}' <<<"$project")" | jq -r .id)
echo "  work order $order for $day"
postern plan || [ $? -eq 1 ]
postern sync
echo "AccountView's sales order:"
ofTable SO_HDR ".[] | select(.EXT_ID | endswith(\"$order\")) | \"  \(.ORD_NR)  \(.COMMENT1)  leverdatum \(.DEL_DATE[0:10])  debiteur \(.RPL_DEL)  project \(.PROJ_CODE)\""

step "The mechanic ticks articles and writes hours; the office sets the work order to gecontroleerd"
mapfile -t articles < <(ofTable ARTICLE '.[0:3][].ART_CODE')
inApp article "{\"work_order\":\"$order\",\"number\":\"${articles[0]}\",\"quantity\":2,\"ticked\":true}" >/dev/null
inApp article "{\"work_order\":\"$order\",\"number\":\"${articles[1]}\",\"quantity\":1.5,\"ticked\":true}" >/dev/null
inApp article "{\"work_order\":\"$order\",\"number\":\"${articles[2]}\",\"quantity\":9,\"ticked\":false}" >/dev/null
for kind in work:150 travel:45; do
  inApp hours "$(jq -c --arg kind "${kind%:*}" --argjson minutes "${kind#*:}" --arg order "$order" --arg day "$(date +%F)" \
    '{project_id, work_order_id: $order, user_code: "E01", kind: $kind, date: $day, minutes: $minutes}' <<<"$project")" >/dev/null
done
inApp status "{\"work_order\":\"$order\",\"status\":\"checked\"}" >/dev/null
postern sync
number=$(ofTable SO_HDR ".[] | select(.EXT_ID | endswith(\"$order\")) | .ORD_NR")
echo "Lines of order $number (the article that is not ticked stays away):"
ofTable SO_LINE ".[] | select(.ORD_NR == \"$number\") | \"  \(.ORD_QTY) x \(.ART_CODE)\""
echo "Hours:"
ofTable HOURS '.[] | select(.EXT_ID != "") | "  \(.HR_DATE[0:10])  \(.EMP_NR)  \(.HRT_CODE)  \(.HR_QTY) h  \(.PROJ_CODE)"'

step "A pass without changes sends nothing, to neither side"
before=$(($(writes) + $(erpWrites)))
postern sync
echo "  writes: $(($(writes) + $(erpWrites) - before))"
postern status || [ $? -eq 1 ]

step "Where everything went"
arrived
curl -sf "$erp/_sim/counts" | jq -r '"  AccountView: \(.createdOrders) orders, \(.createdLines) lines, \(.createdHours) hours made by postern; doubled: \(.doubledOrders + .doubledLines + .doubledHours)"'
cat <<TEXT

Crafter publishes no interface: this one speaks a contract of our own (connectors/profile). To go on with your own
AccountView: register an application with the redirect address http://127.0.0.1:8765/callback, copy demo/postern.ini,
take the two addresses out, store the client's secret with "postern secret set client-secret", then
  build/release/service/postern --config YOUR.ini login erp  grants access, once
  build/release/service/postern --config YOUR.ini check      is everything reachable and named right?
  build/release/service/postern --config YOUR.ini plan       what would be sent? (sends nothing)
  build/release/service/postern --config YOUR.ini sync       one pass now
All keys: build/release/service/postern config reference
TEXT
