#pragma once
// What can be switched in the simulated profacto. Section numbers are those of shared/apis/profacto.md;
// "assumed" marks what no public source tells, so the simulator had to choose.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace postern::sim {

/// Token and IP of one API access.
struct ProfactoClient {
  std::string token = {};
  std::string ip = "127.0.0.1";
};

struct ProfactoOptions {
  // --- Tokens (section 2) -------------------------------------------------------------------------------------
  /// 32 upper-case hex characters, as in the vendor's samples; one for each API set the default map knows.
  static constexpr const char* kProjects = "A0000000000000000000000000000001";
  static constexpr const char* kCustomers = "A0000000000000000000000000000002";
  static constexpr const char* kArticles = "A0000000000000000000000000000003";
  static constexpr const char* kProjectsWrite = "A0000000000000000000000000000004";
  static constexpr const char* kCustomersWrite = "A0000000000000000000000000000005";
  static constexpr const char* kArticlesWrite = "A0000000000000000000000000000006";
  static constexpr const char* kTime = "A0000000000000000000000000000007";
  /// Token -> names of its API sets ("Projekte", "ProjekteSchreiben", …). The first set's first table is what
  /// api_get reads when `table` is missing. profacto gives a token one set; several are allowed here.
  std::map<std::string, std::vector<std::string>> tokens = {
      {kProjects, {"Projekte"}},
      {kCustomers, {"Kunden"}},
      {kArticles, {"Artikel"}},
      {kProjectsWrite, {"ProjekteSchreiben"}},
      {kCustomersWrite, {"KundenSchreiben"}},
      {kArticlesWrite, {"ArtikelSchreiben"}},
      {kTime, {"Zeiterfassung"}},
  };
  /// Since 2024.1 writes need a set ending in "Schreiben". Older versions (also `olderVersion`) took any token.
  bool separateWriteSets = true;
  /// Weakly inferred in section 2: the `Integration` set may read the project tables.
  bool integrationReadsProjects = false;
  /// PersonalNr of the employee all tokens belong to.
  std::string employee = "P001";
  /// Form of the "token is invalid" answer (not seen anywhere: assumed; HTTP 200 either way).
  enum class TokenAnswer { Json, Html };
  TokenAnswer tokenAnswer = TokenAnswer::Json;

  // --- Licence slots (section 3) --------------------------------------------------------------------------------
  int clients = 5;        // one API access each
  int addOnAccesses = 0;  // AddOnAPICalls
  std::chrono::seconds slotTime = std::chrono::minutes(15);
  /// Json: the answer itself. Redirect: 302 with Location …/4DAction/api_license_redirect (the status is assumed),
  /// which answers JSON or HTML by its `response`. Html: a page with status 200.
  enum class LicenceAnswer { Json, Redirect, Html };
  LicenceAnswer licenceAnswer = LicenceAnswer::Json;
  /// Accesses that other machines hold from the start.
  std::vector<ProfactoClient> otherClients = {};

  // --- Reading (section 4) --------------------------------------------------------------------------------------
  /// Answers carry every row and no `limit`/`offset` effect, as a version that does not know them.
  bool ignorePaging = false;
  /// No records, licenseOK, structure_access_info, start/endProcess; no paging; writes with any token; and
  /// api_put_project also needs Bezeichnung.
  bool olderVersion = false;
  /// Section 4.1: a name that is not allowed "can make the call fail". Refuse: success:false, error
  /// "structure_access_denied". LeaveOut: success:true without the column. Both list it in structure_access_info
  /// (list of "Table.Field" or "Table" texts: assumed).
  enum class ForbiddenAnswer { Refuse, LeaveOut };
  ForbiddenAnswer forbiddenAnswer = ForbiddenAnswer::Refuse;
  /// Further names refused, "Auftrag.Bauvorhaben" or "Auftragspositio"; the PKUUID_n are refused anyway.
  std::set<std::string> forbidden = {};
  /// Whether `===`, IS, !==, IS NOT ignore case and accents, too. 4D's manual says "neither case-sensitive nor
  /// diacritic" of them; the sheet only says "no wildcard". False: byte by byte.
  bool strictOperatorsFold = true;
  /// Whether a query may consist of `order by …` alone (assumed).
  bool bareOrderBy = true;

  /// PositionsNr as JSON text instead of a number (section 4.5: "integer, elsewhere returned as text").
  bool positionNumbersAsText = false;

  // --- Formats (section 8) --------------------------------------------------------------------------------------
  /// Short "2025-05-09"; UtcLong "2025-05-08T22:00:00.000Z" (local midnight turned into UTC);
  /// LocalLong "2025-05-09T00:00:00"; FakeUtcLong "2025-05-09T00:00:00.000Z" (midnight not shifted).
  enum class DateForm { Short, UtcLong, LocalLong, FakeUtcLong };
  DateForm dateForm = DateForm::Short;
  /// Zone of the site: UTC, Europe/London, Europe/Berlin (also …/Vienna, …/Zurich, …/Amsterdam), Europe/Helsinki.
  std::string zone = "Europe/Berlin";
  /// "" | null | "0000-00-00" | "0000-00-00T00:00:00.000Z" | the member is missing from the row.
  enum class EmptyDate { EmptyText, Null, Zero, ZeroLong, Missing };
  EmptyDate emptyDate = EmptyDate::EmptyText;
  /// How a date parameter of a write must look; anything else becomes the empty date (assumed).
  enum class WriteDate { Iso, DayMonthYear2, DayMonthYear4 };  // 2025-05-09, 09.05.25, 09.05.2025
  WriteDate writeDate = WriteDate::Iso;
  /// Charset of answers. Windows1252Silent sends the bytes without saying so in Content-Type.
  enum class Charset { Utf8, Windows1252, Windows1252Silent };
  Charset charset = Charset::Utf8;

  // --- Writing (section 6) --------------------------------------------------------------------------------------
  /// Numbers: the mode values are positions in the documented lists (textupdatemode 0 default, 1 customer, 2 none;
  /// paymentupdatemode 0 default, 1 none); words then mean "default". Assumed from the vendor's samples.
  enum class ModeSpelling { Words, Numbers };
  ModeSpelling modeSpelling = ModeSpelling::Words;
  /// The vendor's own sample: update=true is answered with wasUpdate:false and a new project.
  bool updateCreatesAnyway = false;
  /// Whether process-status changes by time booking and printing also move the change date (assumed).
  bool sideChangesMoveChangeDate = true;
  /// Cost source of api_put_time -> process status the booked position gets (section 5, cost-centre group).
  std::map<std::string, int> costSourceStatus = {{"100", 70}, {"200", 80}, {"300", 90}, {"400", 100}, {"500", 110}};

  // --- Names that are not public (end of section 4.5) -----------------------------------------------------------
  /// "Table.Field" in the simulator's words -> the field's name on this site. The words: Auftrag.Prozessstatus,
  /// .Lieferdatum, .Lieferinfo, .AenderungsDatum, .Zahlungsbedingung, .Vortext, .Schlusstext;
  /// Auftragspositio.Prozessstatus, .Bezeichnung, .Einheit, .AenderungsDatum; Kunden.AenderungsDatum;
  /// Ansprechpartner.Hauptansprechpartner, .AenderungsDatum;
  /// Artikel.Bezeichnung, .Beschreibung, .Laenge, .Breite, .Hoehe, .Einheit, .AenderungsDatum. Any other field works
  /// too. Read at construction only.
  std::map<std::string, std::string> rename = {};
  /// False: no table has a change date. Read at construction only.
  bool changeFields = true;
  /// Tables without a change date. Read at construction only.
  std::set<std::string> withoutChangeField = {};

  // --- Site -----------------------------------------------------------------------------------------------------
  /// Base path before the method name; a reverse proxy may publish another ("/profacto/").
  std::string basePath = "/4DAction/";
  /// Added to every vendor answer.
  std::chrono::milliseconds slowness{0};
  /// UTC; the simulator's clock is this plus what advanceClock() added. Empty = the system clock.
  std::function<std::chrono::sys_seconds()> clock = {};
};

}  // namespace postern::sim
