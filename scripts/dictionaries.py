#!/usr/bin/env python3
"""Builds dictionaries/*/items.csv from the collected source files, and says what it cleaned.

    python3 scripts/dictionaries.py SOURCES

SOURCES is the folder that holds A_classifiers, B_prosecution and C_iso (dictionaries/README.md names
the repositories they come from). Standard library only; running it again gives the same bytes.
Nothing is invented here: where a source has no usable key, the code follows a rule that is stated in
the dictionary's definition under [code_rule].
"""

import re
import sys
from collections import Counter
from pathlib import Path

from cleaning import Tally, clean_text, read_table, replace_counted, write_items

TARGET = Path(__file__).resolve().parent.parent / "dictionaries"

# --- regions ---------------------------------------------------------------------------------------

FEDERAL_DISTRICTS = {
    "Центральный": "CENTRAL",
    "Северо-Западный": "NORTHWESTERN",
    "Южный": "SOUTHERN",
    "Северо-Кавказский": "NORTH_CAUCASIAN",
    "Приволжский": "VOLGA",
    "Уральский": "URAL",
    "Сибирский": "SIBERIAN",
    "Дальневосточный": "FAR_EASTERN",
}

# The first word that the name contains decides; the order matters.
REGION_KINDS = [
    ("автономная область", "AUTONOMOUS_OBLAST"),
    ("автономный округ", "AUTONOMOUS_OKRUG"),
    ("Федеральная территория", "FEDERAL_TERRITORY"),
    ("Республика", "REPUBLIC"),
    ("край", "KRAI"),
    ("область", "OBLAST"),
    ("город ", "FEDERAL_CITY"),
    ("г. ", "OTHER"),
]


def is_region(code):
    """Subjects (2 digits), autonomous districts and Baikonur (4); not "00" or the special 00NN."""
    return not code.startswith("00")


def region_kind(name):
    return next(kind for words, kind in REGION_KINDS if words in name)


def region_facts(sources):
    """OKTMO, ISO code and federal district by territory code, from the table of regions."""
    facts = {}
    for row in read_table(sources / "A_classifiers/hflabs/region.csv"):
        okato = row["okato"]
        # 11 digits: a subject is NN000000000, a district NNNN0000000 (11100000000 is 1110).
        code = okato[:2] if okato[2:] == "0" * 9 else okato[:4]
        facts[code] = row
    return facts


def regions(sources):
    tally = Tally("regions")
    facts = region_facts(sources)
    english = {row["code"]: row["name_en"] for row in read_table(sources / "C_iso/subdivisions_RU.csv")}
    territories = read_table(sources / "B_prosecution/gasps_territories_2024-08.csv")
    codes = {row["code"] for row in territories}
    rows = []
    for row in territories:
        code = row["code"]
        if not is_region(code):
            tally.add("special codes 00 and 00NN left out (military, transport, environmental)")
            continue
        name = clean_text(row["name2"], "name", tally)
        item = {"code": code, "kind": region_kind(name)}
        if len(code) == 4 and code[:2] in codes:
            item["parent"] = code[:2]
        item["name"] = replace_counted(name, r"^(город|г\.) ", "", "name: the word for a city dropped", tally)
        item["centre"] = re.sub(r"^г ", "", row["centrum"])
        fact = facts.get(code)
        if fact is None:
            tally.note(f"no facts for {code} {item['name']}")
        else:
            item["federal_district"] = FEDERAL_DISTRICTS[fact["federal_district"]]
            item["oktmo"] = fact["oktmo"]
            if fact["iso_code"] in english:
                item["iso_code"] = fact["iso_code"]
                item["name_en"] = replace_counted(
                    english[fact["iso_code"]], r"^(.+), (.+)$", r"\2 \1", "name_en: inversion undone", tally
                )
        rows.append(item)
    rows.sort(key=lambda item: item["code"])
    columns = "code parent name name_en kind centre federal_district oktmo iso_code".split()
    write_items(TARGET, "regions", columns, rows, tally)


# --- offices and their types -------------------------------------------------------------------------


def office_types(sources):
    tally = Tally("office_types")
    parents = {}
    for pair in read_table(sources / "B_prosecution/law_agency_allowed_parents_2026-05.csv"):
        parents.setdefault(pair["type_id"], []).append(pair["allowed_parent_type_id"])
    rows = [
        {
            "code": row["id"],
            "name": row["name"],
            "mandatory_code": row["mandatory_code"],
            "allowed_parents": "|".join(sorted(parents.get(row["id"], []), key=int)),
        }
        for row in read_table(sources / "B_prosecution/law_agency_types_2026-05.csv")
    ]
    tally.add("pairs of a kind and a kind it may stand under", sum(map(len, parents.values())))
    write_items(TARGET, "office_types", ["code", "name", "mandatory_code", "allowed_parents"], rows, tally)


# The colony office of Moscow Oblast sits in Moscow, so the register files it under the city; its own
# name says which subject-level office it belongs to. The same holds for that office itself.
MOSCOW_OBLAST_OFFICE = "359996669"
FILED_BY_SEAT = re.compile(r"Московской области$")
BAIKONUR_OKATO = "55"


def raw_offices(path):
    """The register's export is not RFC 4180: quotes are plain characters, so the line is just split."""
    lines = path.read_text(encoding="windows-1251").split("\n")
    return {fields[7]: fields for fields in (line.split(";") for line in lines[1:] if line)}


def same_region_name(name):
    """Makes the register's region names and the territory names comparable."""
    name = re.sub(r"^(г\.|город) ", "", name)
    return re.sub(r"\s*-\s*", "-", name)


def region_codes(sources, tally):
    codes = {}
    for row in read_table(sources / "B_prosecution/gasps_territories_2024-08.csv"):
        if is_region(row["code"]):
            codes[same_region_name(row["name2"])] = row["code"]
    # The register has a slip of case: «Ненецкий автономного округа».
    codes["Ненецкий автономного округа"] = codes["Ненецкий автономный округ"]
    return codes


def office_region(office, codes, tally):
    """The subject whose office it is: by REGION, since OKATO 11 and 71 are shared by several subjects."""
    if office["okato2"] == BAIKONUR_OKATO:
        tally.add("region: filed under Moscow with OKATO 55 -> 5504, Baikonur")
        return "5504"
    code = codes[same_region_name(office["region"])]
    if code == "45" and FILED_BY_SEAT.search(office["name"]):
        tally.add("region: filed under Moscow by its seat -> 46, Moscow Oblast (named in the office's name)")
        return "46"
    if len(code) == 4:
        tally.add("region: OKATO 11 or 71 -> the autonomous district that REGION names")
    elif office["okato2"] in ("11", "71"):
        tally.add("region: OKATO 11 or 71 -> the oblast that REGION names")
    if not code.startswith(office["okato2"]):
        raise SystemExit(f"{office['code']}: REGION says {code}, OKATO says {office['okato2']}")
    return code


def office_name(text, tally):
    text = clean_text(text, "name", tally)
    text = replace_counted(text, "учрежденияx", "учреждениях", "name: Latin x in «учрежденияx»", tally)
    text = replace_counted(text, "учереждениях", "учреждениях", "name: misspelt «учереждениях»", tally)
    return replace_counted(text, r"округа- Югра$", "округа - Югра", "name: space before the hyphen", tally)


def office_address(text, tally):
    text = clean_text(text, "address", tally)
    text = replace_counted(text, r" +,", ",", "address: space before a comma removed", tally)
    text = replace_counted(text, r",,+", ",", "address: doubled comma -> one", tally)
    text = replace_counted(text, r"\bc\. ", "с. ", "address: Latin c in «c.» (село)", tally)
    if "?" in text:
        tally.add("address: letters lost in the source, shown there as «?», kept")
    return text


def offices(sources):
    tally = Tally("offices")
    raw = raw_offices(sources / "B_prosecution/offices_esnsi_raw_cp1251.csv")
    codes = region_codes(sources, tally)
    rows = []
    for office in read_table(sources / "B_prosecution/offices_seed_derived.csv"):
        fields = raw[office["code"]]
        region = office_region(office, codes, tally)
        parent = office["parent_code"]
        if region == "46" and office["region"] == "г. Москва" and office["code"] != MOSCOW_OBLAST_OFFICE:
            tally.add("parent: the city's office -> the oblast's, named in the office's name")
            parent = MOSCOW_OBLAST_OFFICE
        rows.append(
            {
                "code": office["code"],
                "parent": parent,
                "name": office_name(fields[1], tally),
                "region": region,
                "kind": office["office_type"],
                "okato": office["okato2"],
                "address": office_address(fields[5], tally),
                "esnsi_id": fields[0],
            }
        )
    tally.add("OKATO without its leading zero in the source, restored", sum(len(f[6]) == 1 for f in raw.values()))
    tally.note("telephones and mailboxes left out")
    rows.sort(key=lambda item: item["code"])
    columns = "code parent name region kind okato address esnsi_id".split()
    write_items(TARGET, "offices", columns, rows, tally)


# --- supervision ---------------------------------------------------------------------------------------

CHAPTER_4 = (
    "Надзор за исполнением законов администрациями органов и учреждений, исполняющих наказание и применяющих "
    "назначаемые судом меры принудительного характера, администрациями мест содержания задержанных и "
    "заключенных под стражу"
)

# code, number in the source table (its name is taken from there), name, English name, provision of the law.
SUPERVISION = [
    ("1.1", "6", None, "Criminal prosecution", "статья 1"),
    ("1.2", "10", None, "International cooperation", "статья 2"),
    ("1.8", "7", None, "Coordination of law-enforcement bodies in combating crime", "статья 8"),
    ("1.9", "8", None, "Participation in law-making", "статья 9"),
    ("1.9-1", "9", None, "Anti-corruption review of regulatory acts", "статья 9.1"),
    ("3.1", "1", None, "Supervision over the execution of laws", "раздел III, глава 1"),
    ("3.2", "2", None, "Supervision over the observance of human and civil rights and freedoms", "раздел III, глава 2"),
    (
        "3.3",
        "3",
        None,
        "Supervision over the execution of laws by bodies of operational-search activity, inquiry and "
        "preliminary investigation",
        "раздел III, глава 3",
    ),
    (
        "3.4",
        None,
        CHAPTER_4,
        "Supervision over the execution of laws by the administrations of bodies and institutions that execute "
        "punishment and detention",
        "раздел III, глава 4",
    ),
    (
        "4",
        None,
        "Участие прокурора в рассмотрении дел судами",
        "Participation in the consideration of cases by courts",
        "раздел IV",
    ),
]

# Branches in use under chapter 1 of section III, in the order of the list they come from.
BRANCHES = [
    (None, "Надзор за исполнением федерального законодательства", "Federal legislation"),
    (None, "Надзор за исполнением законодательства об охране окружающей среды", "Environmental legislation"),
    (None, "Надзор за исполнением трудового законодательства", "Labour legislation"),
    (None, "Надзор за исполнением жилищного законодательства", "Housing legislation"),
    (None, "Надзор за исполнением законодательства о закупках", "Procurement legislation"),
    (None, "Надзор за соблюдением прав предпринимателей", "Entrepreneurs' rights"),
    (None, "Надзор за исполнением законодательства о противодействии коррупции", "Anti-corruption legislation"),
    ("11", None, "Cases of minors"),
    (None, "Надзор за исполнением законов на транспорте и в таможенной сфере", "Transport and customs"),
    (None, "Надзор за исполнением законов в оборонно-промышленном комплексе", "Defence industry"),
    (None, "Надзор за исполнением законодательства об информации", "Legislation on information"),
    (None, "Надзор за исполнением бюджетного законодательства", "Budget legislation"),
    (None, "Надзор за исполнением земельного законодательства", "Land legislation"),
    (None, "Надзор за исполнением законодательства об охране здоровья", "Health legislation"),
    ("4", None, "Execution of laws by bailiffs"),
]


def supervision_categories(sources):
    tally = Tally("supervision_categories")
    table = read_table(sources / "B_prosecution/supervision_branches.csv")
    names = {row["no"]: clean_text(row["name"], "name", tally) for row in table}
    rows = []
    for code, number, name, english, provision in SUPERVISION:
        kind = "FUNCTION" if code.startswith("1.") else "SECTION" if code == "4" else "CHAPTER"
        rows.append(
            {"code": code, "kind": kind, "name": name or names[number], "name_en": english, "provision": provision}
        )
    for serial, (number, name, english) in enumerate(BRANCHES, start=1):
        rows.append(
            {
                "code": f"3.1.{serial:02}",
                "parent": "3.1",
                "kind": "BRANCH",
                "name": name or names[number],
                "name_en": english,
            }
        )
    used = {number for row in SUPERVISION + BRANCHES for number in [row[1] if len(row) == 5 else row[0]] if number}
    tally.add("names taken from the source table", len(used))
    tally.note(f"source rows not taken: {sorted(set(names) - used)} (5 is chapter 4, abridged by its source)")
    rows.sort(key=lambda item: item["code"])
    columns = "code parent name name_en kind provision".split()
    write_items(TARGET, "supervision_categories", columns, rows, tally)


# --- case types ------------------------------------------------------------------------------------------

CASE_LISTS = {
    "gpk": ("CIVIL", "Гражданские дела", "Civil cases"),
    "kas": ("ADMINISTRATIVE", "Административные дела", "Administrative cases"),
    "mat": ("MATERIAL", "Судебные материалы", "Court materials"),
}


def numbered_categories(source, list_name, prefix, tally):
    """Categories of one list: code = list, number in three digits, serial where the number repeats."""
    rows = []
    for row in source:
        if row["list"] != list_name:
            continue
        number, name = row["category_no"], row["name"]
        # «12 – Об изменении…» and «178 - Споры…»: the end of the number got into the name.
        split = re.match(r"(\d+) [–-] (.+)$", name)
        if split:
            tally.add(f"{prefix}: number moved out of the name")
            number, name = number or split[1], split[2]
        if not number:
            tally.add(f"{prefix}: rows without a number left out (materials; their official list is mat)")
            continue
        rows.append((int(number), clean_text(name, f"{prefix} name", tally)))
    repeats = Counter(number for number, _ in rows)
    serials = Counter()
    items = []
    for number, name in rows:
        code = f"{prefix}-{number:03}"
        if repeats[number] > 1:
            serials[number] += 1
            code += f"-{serials[number]}"
        items.append({"code": code, "parent": prefix, "kind": CASE_LISTS[prefix][0], "number": number, "name": name})
    tally.add(f"{prefix}: numbers that stand for several categories", sum(count > 1 for count in repeats.values()))
    return items


def material_types(path, tally):
    """Types of materials keep their own 8-digit codes."""
    items = []
    for line in path.read_text(encoding="utf-8").splitlines():
        code, name = line.split("=", 1)
        items.append(
            {"code": code, "parent": "mat", "kind": "MATERIAL", "name": clean_text(name, "mat name", tally)}
        )
    same = Counter(item["name"] for item in items)
    tally.add("mat: names that stand under several codes, kept", sum(count > 1 for count in same.values()))
    return items


def case_types(sources):
    tally = Tally("case_types")
    source = read_table(sources / "B_prosecution/case_categories.csv")
    rows = [
        {"code": code, "kind": kind, "name": name, "name_en": english}
        for code, (kind, name, english) in CASE_LISTS.items()
    ]
    rows += numbered_categories(source, "civil_categories_mosgorsud", "gpk", tally)
    rows += numbered_categories(source, "cas_categories_mosgorsud", "kas", tally)
    rows += material_types(sources / "B_prosecution/gas_pravosudie_material_types_raw.txt", tally)
    left = Counter(row["list"] for row in source)["material_types_mosgorsud"]
    tally.add("materials in the wording of the Moscow site left out (keyed by page hashes)", left)
    rows.sort(key=lambda item: item["code"])
    columns = "code parent name name_en kind number".split()
    write_items(TARGET, "case_types", columns, rows, tally)


# --- inspections -------------------------------------------------------------------------------------------


def inspections(sources):
    """Four small lists of the register of inspections; only complete lists or known codes are taken."""
    table = read_table(sources / "B_prosecution/erknm_reference_lists.csv")
    lists = {
        "inspection_kinds": "knm_kind",
        "inspection_types": "knm_type",
        "risk_categories": "risk_category",
        "inspection_grounds": "ground",
    }
    for dictionary, list_name in lists.items():
        tally = Tally(dictionary)
        rows = []
        for row in table:
            if row["list"] != list_name:
                continue
            name = clean_text(row["name"], "name", tally)
            name = replace_counted(name, r"\.$", "", "name: full stop at the end removed", tally)
            if dictionary == "risk_categories":
                name = name[0].upper() + name[1:]
            if not row["code"]:
                tally.add("codes given by the rule (serial in the order of the source)")
            rows.append({"code": row["code"] or f"{len(rows) + 1:02}", "name": name})
        rows.sort(key=lambda item: [int(part) for part in item["code"].split(".")])
        write_items(TARGET, dictionary, ["code", "name"], rows, tally)


# --- Criminal Code -------------------------------------------------------------------------------------------

ROMAN = "I II III IV V VI VII VIII IX X XI XII".split()
LEVEL_EN = {"SECTION": "Section", "CHAPTER": "Chapter", "ARTICLE": "Article"}


def sentence_case(title):
    """«ПРЕСТУПЛЕНИЯ ПРОТИВ ЖИЗНИ И ЗДОРОВЬЯ» -> «Преступления против жизни и здоровья»."""
    title = ". ".join(part.capitalize() for part in title.split(". "))
    return title.replace("уголовного кодекса российской федерации", "Уголовного кодекса Российской Федерации")


def iso_date(text):
    return "-".join(reversed(text.split("."))) if text else ""


def section_code(number):
    return f"Р{ROMAN.index(number) + 1}"


def code_headings(sources, tally):
    items = []
    for row in read_table(sources / "B_prosecution/criminal_code_sections_chapters_2023-08.csv"):
        title = sentence_case(clean_text(row["title"], "title", tally))
        tally.add("title: capitals -> sentence case")
        item = {"number": row["code"], "title": title, "status": "IN_FORCE"}
        if row["level"] == "section":
            item |= {"code": section_code(row["code"]), "level": "SECTION"}
            item["name"] = f"Раздел {row['code']}. {title}"
        else:
            item |= {"code": f"Г{row['code']}", "parent": section_code(row["parent_code"]), "level": "CHAPTER"}
            item["name"] = f"Глава {row['code']}. {title}"
        items.append(item)
    return items


def code_articles(sources, tally):
    items = []
    for row in read_table(sources / "B_prosecution/criminal_code_articles_2023-08.csv"):
        title = clean_text(row["title"], "title", tally)
        repealed = row["status"] == "repealed"
        if row["code"] != row["code_as_published"]:
            tally.add("article: superscript restored by the source (1101 -> 110.1)")
        if repealed:
            tally.add("article: repealed, no title in the source, left without one")
        items.append(
            {
                "code": row["code"],
                "parent": f"Г{row['chapter']}",
                "level": "ARTICLE",
                "number": row["code"],
                "title": title,
                "name": f"Статья {row['code']}. {title}" if title else f"Статья {row['code']} (утратила силу)",
                "status": "REPEALED" if repealed else "IN_FORCE",
                "repeal_act": f"{row['repeal_act_no']} от {row['repeal_act_date']}" if repealed else "",
                "repeal_act_date": iso_date(row["repeal_act_date"]),
            }
        )
    return items


def code_parts(sources):
    return [
        {
            "code": row["code"],
            "parent": row["article_code"],
            "level": "PART",
            "number": row["part"],
            "name": f"Часть {row['part']} статьи {row['article_code']}",
            "name_en": f"Part {row['part']} of Article {row['article_code']}",
            "status": "IN_FORCE",
        }
        for row in read_table(sources / "B_prosecution/criminal_code_parts_2023-08.csv")
    ]


def natural(code):
    """Order of the Code: sections, chapters, then 110, its parts, 110.1, its parts, 111."""
    heading = re.match(r"([РГ])(\d+)\.?(\d*)$", code)
    if heading:
        return ["РГ".index(heading[1]), int(heading[2]), int(heading[3] or 0)]
    article, _, part = code.partition(".ч")
    main, _, point = article.partition(".")
    return [2, int(main), int(point or 0)] + [int(digits) for digits in part.split(".") if digits]


def criminal_code(sources):
    tally = Tally("criminal_code")
    rows = code_headings(sources, tally) + code_articles(sources, tally) + code_parts(sources)
    for item in rows:
        if item["level"] in LEVEL_EN:
            item["name_en"] = f"{LEVEL_EN[item['level']]} {item['number']}"
    repealed = {item["code"] for item in rows if item["status"] == "REPEALED"}
    if any(item.get("parent") in repealed for item in rows):
        raise SystemExit("criminal_code: a repealed article has parts")
    rows.sort(key=lambda item: natural(item["code"]))
    columns = "code parent level number name name_en title status repeal_act repeal_act_date".split()
    write_items(TARGET, "criminal_code", columns, rows, tally)


# --- countries -----------------------------------------------------------------------------------------------


def countries(sources):
    tally = Tally("countries")
    older = {row["numeric"]: row for row in read_table(sources / "A_classifiers/oksm_circa2009.csv")}
    rows = []
    for row in read_table(sources / "C_iso/countries_ru.csv"):
        name = clean_text(row["name_ru"], "name", tally)
        official = clean_text(row["official_name_ru"], "official_name", tally)
        if not name:
            tally.add("name: blank in the source, taken from the older ОКСМ by numeric code")
            name = older[row["numeric"]]["name"].capitalize()
            official = older[row["numeric"]]["full_name"]
        rows.append(
            {
                "code": row["alpha_2"],
                "alpha_3": row["alpha_3"],
                "numeric": row["numeric"],
                "name": name,
                "name_en": row["name_en"],
                "official_name": official,
                "official_name_en": row["official_name_en"],
            }
        )
    rows.sort(key=lambda item: item["code"])
    columns = "code alpha_3 numeric name name_en official_name official_name_en".split()
    write_items(TARGET, "countries", columns, rows, tally)


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    sources = Path(sys.argv[1])
    for build in (
        regions,
        office_types,
        offices,
        supervision_categories,
        case_types,
        inspections,
        criminal_code,
        countries,
    ):
        build(sources)


if __name__ == "__main__":
    main()
