#!/usr/bin/python3
"""Makes the tables in this folder with programs that are not ours: Debian's python3-dbf (Visual FoxPro tables with
memos and nulls) and gdal-bin (a dBASE III table). Run it in this folder: ./make.py. The files are checked in, so the
tests need neither. All content is made up."""

import datetime
import os
import subprocess
import sys

import dbf


def remove(*names):
    for name in names:
        if os.path.exists(name):
            os.remove(name)


def lower(row):
    return {name.lower(): value for name, value in row.items()}


def contact():
    """Customers: every type of section 9 of the fact sheet, memos, nulls, a deleted record, text beyond ASCII."""
    remove("contact.dbf", "contact.fpt")
    table = dbf.Table(
        "contact.dbf",
        "SUB_NR C(10); ACCT_NAME C(40); CITY C(35) null; CREDIT N(12,2); RATE F(10,4); BIRTH D; CNG_DATE T; LIMIT Y;"
        " CNG_NR I; WEIGHT B; REC_BLK L; COMMENT1 M",
        codepage="cp1252", dbf_type="vfp")
    table.open(mode=dbf.READ_WRITE)
    for i in range(1, 24):
        table.append(lower({
            "SUB_NR": "%d" % (10000 + i),
            "ACCT_NAME": "Tischlerei Größe & Söhne %d" % i if i % 2 else "Café %d" % i,
            "CITY": dbf.Null if i % 5 == 0 else "Den Bosch",
            "CREDIT": -12.5 * i,
            "RATE": 1.25,
            "BIRTH": datetime.date(1999, 12, 31) if i != 3 else None,
            "CNG_DATE": datetime.datetime(2025, 5, 9, 10, i, 30) if i != 4 else None,
            "LIMIT": 1000 + i * 0.25,
            "CNG_NR": -i,
            "WEIGHT": i / 8,
            "REC_BLK": i == 7,
            "COMMENT1": "" if i % 3 else "Erste Zeile %d\r\nzweite: größer €" % i,
        }))
    dbf.delete(table[8])  # 10009
    table.close()
    # A long memo spans several blocks.
    table.open(mode=dbf.READ_WRITE)
    with table[5] as record:
        record.comment1 = "lang " * 300
    table.close()


def orders():
    """Order headers of two types in one table, as ART_HDR may hold them."""
    remove("art_hdr.dbf", "art_hdr.fpt")
    table = dbf.Table("art_hdr.dbf", "ORD_NR C(10); HDR_TYPE N(2,0); SUB_NR C(10); DEL_DATE D", codepage="cp1252",
                      dbf_type="vfp")
    table.open(mode=dbf.READ_WRITE)
    for i in range(1, 9):
        table.append(lower({"ORD_NR": "O%03d" % i, "HDR_TYPE": 1 + i % 2, "SUB_NR": "10001",
                      "DEL_DATE": datetime.date(2025, 6, i)}))
    table.close()


def projects():
    """A dBASE III table by GDAL."""
    remove("projects.dbf", "projects.cpg")
    with open("projects.csv", "w", encoding="utf-8") as out:
        out.write("PROJ_CODE,PROJ_DESC,HOURS,BEG_DATE\n")
        for i in range(1, 6):
            out.write("P%03d,Küche %d,%d.5,2025/06/%02d\n" % (i, i, i, i))
    with open("projects.csvt", "w", encoding="utf-8") as out:
        out.write('"String(10)","String(40)","Real(10.2)","Date"\n')
    subprocess.run(["ogr2ogr", "-f", "ESRI Shapefile", "-lco", "ENCODING=CP1252", "projects.dbf", "projects.csv"],
                   check=True)
    remove("projects.csv", "projects.csvt", "projects.cpg")


def many(path, count):
    """Customers for measuring: ./make.py many FILE COUNT."""
    table = dbf.Table(path, "SUB_NR C(10); ACCT_NAME C(40); ADDRESS1 C(80); POST_CODE C(10); CITY C(35); TEL_BUS C(20);"
                      " MAIL_BUS C(50); CNG_DATE T; REC_BLK L", codepage="cp1252", dbf_type="vfp")
    table.open(mode=dbf.READ_WRITE)
    for i in range(count):
        table.append(("%d" % (100000 + i), "Meubelmakerij %d" % i, "Kerkstraat %d" % i, "1234 AB", "Zwolle",
                      "038 1234567", "info@example.org", datetime.datetime(2025, 5, 9, 10, 0), False))
    table.close()


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] == "many":
        many(sys.argv[2], int(sys.argv[3]))
    else:
        contact()
        orders()
        projects()
