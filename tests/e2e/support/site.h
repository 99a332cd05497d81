#pragma once
// A whole site: temporary folder, settings file, both simulators with a small joinery, and the check that both sides
// agree.

#include <gmock/gmock.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/e2e/support/program.h"
#include "tests/sim/craftboxx/craftboxx_simulator.h"
#include "tests/sim/profacto/profacto_simulator.h"
#include "tests/support/temp_dir.h"

namespace postern::e2e {

void writeFile(const std::filesystem::path& file, const std::string& content);
std::string readFile(const std::filesystem::path& file);

/// The app, noting every write that reached it.
class App : public sim::CraftboxxSimulator {
 public:
  struct Write {
    std::string method;
    std::string path;
    nlohmann::json body;
    nlohmann::json answer;
    int status = 0;
  };
  explicit App(const sim::CraftboxxOptions& options) : sim::CraftboxxSimulator(options) {}
  ~App() override { stop(); }
  std::vector<Write> writes() const;
  void forgetWrites();
  /// Answers 422 with Laravel's words for a write whose body `wrong` accepts; nullptr = none.
  void refuse(std::function<bool(const Write&)> wrong);

 protected:
  sim::Response handle(const sim::Request& request) override;

 private:
  mutable std::mutex mutex_;  // guards the rest
  std::vector<Write> writes_;
  std::function<bool(const Write&)> wrong_;
};

/// The ERP, counting the rows it sends.
class Erp : public sim::ProfactoSimulator {
 public:
  explicit Erp(const sim::ProfactoOptions& options) : sim::ProfactoSimulator(options) {}
  ~Erp() override { stop(); }
  std::int64_t rowsSent() const { return rows_; }
  void forgetRows() { rows_ = 0; }

 protected:
  sim::Response handle(const sim::Request& request) override;

 private:
  std::atomic<std::int64_t> rows_{0};
};

struct SiteSetup {
  sim::JoinerySize size{.seed = 7, .customers = 20, .projects = 24, .articles = 15, .maxPositions = 4};
  sim::ProfactoOptions erp = {};
  sim::CraftboxxOptions app = {};
  bool changeFields = true;  // map the change dates
};

/// Base of all suites.
class Site : public testing::Test {
 protected:
  static constexpr const char* kPassword = "Zug-Hobel+4711";

  Site() = default;
  ~Site() override;
  /// Starts both sides and writes the settings. Most tests call it without arguments.
  void build(SiteSetup setup = {});

  /// `postern --config FILE ARGUMENTS`, to its end.
  Ended run(std::vector<std::string> arguments, const std::string& input = {}) const;
  Ended sync(std::vector<std::string> more = {}) const;
  Start startOf(std::vector<std::string> arguments) const;
  /// The parsed output of a command with --json.
  nlohmann::json json(std::vector<std::string> arguments) const;

  /// The app holds what the ERP says, worked out here from the ERP's rows and the fact sheets, and nothing twice.
  void expectBothSidesAgree();
  std::int64_t duplicates() const;
  std::int64_t records() const;  // in the app, of all kinds

  /// The settings file's text with sections as a map: ini_["system.app"]["rate"].
  using Sections = std::vector<std::pair<std::string, std::vector<std::pair<std::string, std::string>>>>;
  void set(const std::string& section, const std::string& key, const std::string& value);
  void writeIni() const;

  std::filesystem::path ini() const { return dir_.path() / "postern.ini"; }
  std::filesystem::path state() const { return dir_.path() / "state"; }
  std::filesystem::path stateFile() const { return state() / "postern.db"; }
  /// A number out of the state file, read by SQLite itself.
  std::int64_t query(const std::string& sql) const;
  /// All bytes of the state file and its log.
  std::string stateBytes() const;

  /// The app goes away and comes back on the same port with what it held.
  void erpEdit(const std::string& table, const std::string& key, const nlohmann::ordered_json& fields);
  /// Keys of projects that are to be in the app now.
  std::vector<std::string> projectsInApp() const;

  TempDir dir_;
  Sections sections_;
  std::unique_ptr<Erp> erp_;
  std::unique_ptr<App> app_;
};

/// "2025-05-09".
std::string date(std::chrono::sys_days day);
/// The site's calendar day (Europe/Berlin).
std::chrono::sys_days today();

}  // namespace postern::e2e
