#!/usr/bin/env python3
"""Customers from profacto to Craftboxx, the way an integrator would write it by hand in an afternoon.

  script.py ERP_URL APP_URL STATE_FILE

Reads all customers, keeps a hash of each in SQLite, queues what is new or changed, then sends the queue over one
kept-alive connection. Commits in batches of 100. It can be run again at any time: what was sent is known by its id.
What it does not do: look up what may have been sent before a crash, wait and try again, use several connections.
"""
import hashlib
import http.client
import json
import sqlite3
import sys
import urllib.parse

BATCH = 100
PAGE = 500
FIELDS = ["KundenNr", "Name1", "Name2", "Strasse", "PLZ", "Ort", "Land", "Telefon", "email"]
COUNTRIES = {"Deutschland": "DE", "Niederlande": "NL", "Österreich": "AT"}

SCHEMA = """
CREATE TABLE IF NOT EXISTS seen(nr TEXT PRIMARY KEY, hash BLOB);
CREATE TABLE IF NOT EXISTS queue(id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT, key TEXT, customer TEXT, body TEXT,
                                 UNIQUE(path, key));
CREATE TABLE IF NOT EXISTS sent(path TEXT, key TEXT, id INTEGER, PRIMARY KEY(path, key));
"""


class Api:
    """One kept-alive connection."""

    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)

    def call(self, method, path, body, content_type):
        headers = {"Content-Type": content_type, "Accept": "application/json", "Authorization": "Bearer bench"}
        self.connection.request(method, path, body.encode(), headers)
        answer = self.connection.getresponse()
        data = answer.read()
        if answer.status >= 300:
            raise OSError(f"{method} {path}: HTTP {answer.status}")
        return json.loads(data)


def customer_body(row):
    return {"name": row["Name1"], "name_addon": row["Name2"], "customer_number": row["KundenNr"],
            "source": "profacto-agent", "source_external_id": row["KundenNr"]}


def address_body(row):
    return {"type": "MAILING", "use": "address", "name": row["Name1"], "name_addon": row["Name2"],
            "street": row["Strasse"], "zip": row["PLZ"], "city": row["Ort"],
            "country": COUNTRIES.get(row["Land"], "DE"), "phone": row["Telefon"], "mail": row["email"],
            "source": "profacto-agent", "source_external_id": "main:" + row["KundenNr"]}


def read(erp, db):
    offset = pending = 0
    while True:
        form = urllib.parse.urlencode({"token": "bench", "table": "Kunden", "fields": ",".join(FIELDS),
                                       "query": 'KundenNr !== "" order by KundenNr', "limit": PAGE, "offset": offset,
                                       "response": "JSON"})
        answer = erp.call("POST", "/4DAction/api_get", form, "application/x-www-form-urlencoded")
        rows = answer["Kunden"]
        for row in rows:
            number = row["KundenNr"]
            digest = hashlib.sha256(json.dumps(row, sort_keys=True).encode()).digest()
            known = db.execute("SELECT hash FROM seen WHERE nr=?", (number,)).fetchone()
            if known and known[0] == digest:
                continue
            db.execute("INSERT OR REPLACE INTO seen VALUES(?,?)", (number, digest))
            put = "INSERT OR REPLACE INTO queue(path,key,customer,body) VALUES(?,?,?,?)"
            db.execute(put, ("/customers", number, None, json.dumps(customer_body(row))))
            db.execute(put, ("/customers/addresses", "main:" + number, number, json.dumps(address_body(row))))
            pending += 1
            if pending % BATCH == 0:
                db.commit()
        offset += len(rows)
        if not rows or offset >= answer["records"]["total_in_query"]:
            break
    db.commit()


def id_of(db, path, key):
    row = db.execute("SELECT id FROM sent WHERE path=? AND key=?", (path, key)).fetchone()
    return row[0] if row else None


def send(app, db):
    count = 0
    try:
        while True:
            batch = db.execute("SELECT id,path,key,customer,body FROM queue ORDER BY id LIMIT ?", (BATCH,)).fetchall()
            if not batch:
                break
            for entry, path, key, customer, text in batch:
                body = json.loads(text)
                if customer is not None:
                    body["customer_id"] = id_of(db, "/customers", customer)
                known = id_of(db, path, key)
                method, target = ("PUT", f"{path}/{known}") if known else ("POST", path)
                answer = app.call(method, target, json.dumps(body), "application/json")
                db.execute("INSERT OR REPLACE INTO sent VALUES(?,?,?)", (path, key, answer["data"]["id"]))
                db.execute("DELETE FROM queue WHERE id=?", (entry,))
                count += 1
            db.commit()
    finally:
        db.commit()
    return count


def main():
    erp_url, app_url, state = sys.argv[1:4]
    db = sqlite3.connect(state)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.executescript(SCHEMA)
    failed = 0
    try:
        read(Api(erp_url), db)
    except OSError as error:
        print("reading failed:", error, file=sys.stderr)
        failed = 1
    try:
        print("sent", send(Api(app_url), db))
    except OSError as error:
        print("sending failed:", error, file=sys.stderr)
        failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main())
