#pragma once
// A profacto system whose server is a script, for the tests of its API client, its pages and its scans.

#include <gmock/gmock.h>

#include <map>
#include <memory>
#include <string>

#include "connectors/profacto/api.h"
#include "connectors/profacto/scan.h"
#include "connectors/profacto/tables.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_http.h"

namespace postern::profacto {

extern const ConnectorInfo kConnector;

inline constexpr const char* kToken = "0123456789ABCDEF0123456789ABCDEF";
inline constexpr const char* kOtherToken = "AAAAAAAABBBBBBBBCCCCCCCCDDDDDDDD";

// Fact sheet profacto.md section 4.4.
inline constexpr const char* kEnvelope = R"({ "error": "", "success": true,
  "startProcess": 434462492, "responseMode": "JSON", "licenseOK": true,
  "structure_access_info": [],
  "Auftrag": [ { "AuftragsNr": "25017", "Bauvorhaben": "Praxis Nord" } ],
  "records": { "total_in_query": 173, "offset": 0, "limit": 1, "total_in_page": 1 },
  "endProcess": 434462746, "processingTime": 254, "errorMsg": "" })";

// Section 3.
inline constexpr const char* kLicence = R"({ "error": "licenses_exceeded",
  "url": "http://erp:8080/4DAction/api_license_redirect?response=HTML",
  "errorMsg": "text http://erp:8080/4DAction/api_license_redirect?response=HTML",
  "clients": 2, "otaAvailable": 2, "apiAvailable": 3, "AddOnAPICalls": 1,
  "otainUse": 0, "apiInUse": 3,
  "otatokenslots": [],
  "apitokenslots": [ { "timestamp": 1234567, "iptoken": "10.0.0.5AAAAAAAABBBBBBBBCCCCCCCCDDDDDDDD" } ] })";

// Section 6.1: an answer to a write has no table and must never pass for a page.
inline constexpr const char* kWriteAnswer =
    R"({"success":true,"error":"","wasUpdate":true,"AuftragsNr":"25017","processingTime":812,"errorMsg":""})";

inline std::map<std::string, std::string> settings(std::map<std::string, std::string> more = {}) {
  more.try_emplace("url", "http://erp:8080");
  more.try_emplace("token", kToken);
  more.try_emplace("confirmed_status", "3 4");
  std::erase_if(more, [](const auto& entry) { return entry.second.empty(); });  // "" = not written
  return more;
}

struct ProfactoApiTest : testing::Test {
  FakeHttp http;
  FakeClock clock;
  Section options;
  Section fields;
  std::unique_ptr<System> system;

  /// A configured system; `names` are entries of the field map that differ from the default.
  Source& open(const std::map<std::string, std::string>& more = {},
               const std::map<std::string, std::string>& names = {}) {
    options = makeSection("erp", kConnector.options, settings(more));
    fields = Section("erp", "");
    for (const FieldName& field : kConnector.fields) fields.set(field.key, field.def);
    for (const auto& [key, name] : names) fields.set(key, name);
    system = kConnector.make(SystemContext{"erp", options, fields, "Europe/Berlin", http, clock});
    return *system->source();
  }
  ScanRequest request(const std::string& kind) {
    ScanRequest out;
    out.kind = kind;
    out.startedAt = clock.now();
    return out;
  }
  /// The decoded parameters of the last call.
  std::map<std::string, std::string> parameters() { return parametersOf(http.last()); }
  static std::map<std::string, std::string> parametersOf(const HttpRequest& call) {
    std::map<std::string, std::string> out;
    std::string text = call.method == "GET" ? call.url.substr(call.url.find('?') + 1) : call.body;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('&', at), text.size());
      const std::string pair = text.substr(at, end - at);
      const std::size_t sign = pair.find('=');
      out[pair.substr(0, sign)] = decoded(pair.substr(sign + 1));
      at = end + 1;
    }
    return out;
  }
  static std::string decoded(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '%') {
        out += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
        i += 2;
      } else {
        out += text[i];
      }
    }
    return out;
  }
  /// Reads one page of `kind` and expects it to fail.
  Error failing(const std::string& kind = "project") {
    const auto page = system->source()->read(request(kind), {});
    EXPECT_FALSE(page);
    if (page) return {};
    for (const std::string secret : {kToken, kOtherToken}) {
      EXPECT_THAT(page.error().detail, testing::Not(testing::HasSubstr(secret)));
      EXPECT_THAT(page.error().cause(Language::En), testing::Not(testing::HasSubstr(secret)));
    }
    return page.error();
  }
  static std::string tableAnswer(const std::string& table, const std::string& rows, const std::string& records) {
    return R"({"error":"","success":true,")" + table + R"(":[)" + rows + "]" +
           (records.empty() ? "" : R"(,"records":)" + records) + "}";
  }
};

}  // namespace postern::profacto
