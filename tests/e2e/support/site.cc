#include "tests/e2e/support/site.h"

#include <sqlite3.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "agent/clock.h"

namespace postern::e2e {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

}  // namespace

std::string date(std::chrono::sys_days day) { return isoDate(day); }

std::chrono::sys_days today() { return localDay(systemClock().now(), "Europe/Berlin"); }

void writeFile(const fs::path& file, const std::string& content) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << content;
}

std::string readFile(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

sim::Response App::handle(const sim::Request& request) {
  if (request.method == "GET" || request.path.find("auth/") != std::string::npos) {
    return sim::CraftboxxSimulator::handle(request);
  }
  Write write{request.method, request.path, Json::parse(request.body, nullptr, false), {}, 0};
  std::function<bool(const Write&)> wrong;
  {
    const std::scoped_lock lock(mutex_);
    wrong = wrong_;
  }
  sim::Response response;
  if (wrong && wrong(write)) {
    response.status = 422;
    response.body = R"({"message":"The given data was invalid.","errors":{"title":["Der Titel ist zu lang."]}})";
  } else {
    response = sim::CraftboxxSimulator::handle(request);
  }
  write.status = response.status;
  write.answer = Json::parse(response.body, nullptr, false);
  const std::scoped_lock lock(mutex_);
  writes_.push_back(std::move(write));
  return response;
}

std::vector<App::Write> App::writes() const {
  const std::scoped_lock lock(mutex_);
  return writes_;
}

void App::forgetWrites() {
  const std::scoped_lock lock(mutex_);
  writes_.clear();
}

void App::refuse(std::function<bool(const Write&)> wrong) {
  const std::scoped_lock lock(mutex_);
  wrong_ = std::move(wrong);
}

sim::Response Erp::handle(const sim::Request& request) {
  auto response = sim::ProfactoSimulator::handle(request);
  const auto json = Json::parse(response.body, nullptr, false);
  if (json.is_object()) {
    for (const auto& [name, value] : json.items()) {
      if (value.is_array() && name != "structure_access_info") rows_ += static_cast<std::int64_t>(value.size());
    }
  }
  return response;
}

Site::~Site() = default;

void Site::build(SiteSetup setup) {
  setup.size.today = today();
  setup.app.password = kPassword;
  erp_ = std::make_unique<Erp>(setup.erp);
  erp_->load(setup.size);
  // A run over midnight must not move a project out of the window.
  for (const char* table : {"Auftrag", "Auftragspositio"}) {
    for (const auto& key : erp_->keys(table)) {
      const auto row = erp_->row(table, key);
      if (row.contains("AenderungsDatum") && row["AenderungsDatum"] == date(today() - std::chrono::days{14})) {
        erp_->setField(table, key, "AenderungsDatum", date(today() - std::chrono::days{13}));
      }
    }
  }
  if (!setup.changeFields) {
    // Whoever is told no dates sees everything change on the first day; the dates say the same then.
    for (const auto& key : erp_->keys("Auftrag")) erp_->setField("Auftrag", key, "Vortext", "geändert");
  }
  app_ = std::make_unique<App>(setup.app);
  erp_->start({});
  app_->start({});

  using O = sim::ProfactoOptions;
  sections_ = {
      {"agent", {{"state_dir", state().string()}, {"disk_floor", "10"}}},
      {"system.erp",
       {{"connector", "profacto"},
        {"url", erp_->url()},
        {"token.customers", O::kCustomers},
        {"token.projects", O::kProjects},
        {"token.articles", O::kArticles},
        {"confirmed_status", "3 4"}}},
      {"system.app",
       {{"connector", "craftboxx"},
        {"url", app_->url()},
        {"email", "sync@tischlerei.example"},
        {"password", kPassword},
        {"rate", "0"}}},
      {"link.main", {{"erp", "erp"}, {"app", "app"}}},
      {"fields.erp",
       {{"project.process_status", "Prozessstatus"},
        {"project.delivery_date", "Lieferdatum"},
        {"project.delivery_info", "Lieferinfo"},
        {"position.process_status", "Prozessstatus"},
        {"position.unit", "Einheit"},
        {"contact.main", "Hauptansprechpartner"},
        {"article.text", "Bezeichnung"},
        {"article.description", "Beschreibung"},
        {"article.length", "Laenge"},
        {"article.height", "Hoehe"},
        {"article.unit", "Einheit"}}},
  };
  if (setup.changeFields) {
    for (const char* kind : {"project", "position", "customer", "contact", "article"}) {
      set("fields.erp", std::string(kind) + ".changed", "AenderungsDatum");
    }
  }
  writeIni();
}

void Site::set(const std::string& section, const std::string& key, const std::string& value) {
  for (auto& [name, entries] : sections_) {
    if (name != section) continue;
    std::erase_if(entries, [&](const auto& entry) { return entry.first == key; });
    if (!value.empty()) entries.emplace_back(key, value);
  }
}

void Site::writeIni() const {
  std::string text;
  for (const auto& [name, entries] : sections_) {
    text += '[' + name + "]\n";
    for (const auto& [key, value] : entries) text += key + " = " + value + '\n';
    text += '\n';
  }
  writeFile(ini(), text);
}

Start Site::startOf(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), {"--config", ini().string()});
  return Start{std::move(arguments)};
}

Ended Site::run(std::vector<std::string> arguments, const std::string& input) const {
  auto start = startOf(std::move(arguments));
  start.input = input;
  return runToEnd(start);
}

Ended Site::sync(std::vector<std::string> more) const {
  more.insert(more.begin(), "sync");
  return run(std::move(more));
}

Json Site::json(std::vector<std::string> arguments) const {
  arguments.push_back("--json");
  const auto ended = run(std::move(arguments));
  auto parsed = Json::parse(ended.out, nullptr, false);
  EXPECT_FALSE(parsed.is_discarded()) << ended.all();
  return parsed;
}

std::int64_t Site::duplicates() const {
  std::int64_t all = 0;
  for (const char* resource : {"customers", "customers/addresses", "projects", "assignments", "articles"}) {
    all += app_->duplicates(resource);
  }
  return all;
}

std::int64_t Site::records() const {
  std::int64_t all = 0;
  for (const char* resource : {"customers", "customers/addresses", "projects", "assignments", "articles"}) {
    all += app_->count(resource);
  }
  return all;
}

std::int64_t Site::query(const std::string& sql) const {
  sqlite3* raw = nullptr;
  std::int64_t value = -1;
  if (sqlite3_open_v2(stateFile().string().c_str(), &raw, SQLITE_OPEN_READWRITE, nullptr) == SQLITE_OK) {
    sqlite3_busy_timeout(raw, 5000);
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(raw, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK) {
      value = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    }
    sqlite3_finalize(statement);
  }
  sqlite3_close(raw);
  return value;
}

std::string Site::stateBytes() const {
  std::string bytes;
  for (const auto& entry : fs::directory_iterator(state())) {
    if (entry.path().filename().string().starts_with("postern.db")) bytes += readFile(entry.path());
  }
  return bytes;
}

void Site::erpEdit(const std::string& table, const std::string& key, const nlohmann::ordered_json& fields) {
  erp_->setFields(table, key, fields);
}

}  // namespace postern::e2e
