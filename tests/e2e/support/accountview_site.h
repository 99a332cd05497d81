#pragma once
// The second pair, whole: the relay of AccountView and a Crafter that speaks our own contract, both simulated, and the
// program's settings for them.

#include <gmock/gmock.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/e2e/support/program.h"
#include "tests/e2e/support/site.h"
#include "tests/sim/accountview/accountview_simulator.h"
#include "tests/sim/crafter/crafter_simulator.h"
#include "tests/support/temp_dir.h"

namespace postern::e2e {

class AccountViewSite : public testing::Test {
 protected:
  using Json = nlohmann::json;

  AccountViewSite();
  ~AccountViewSite() override;

  std::filesystem::path ini() const { return dir_ / "postern.ini"; }
  /// `link`: further lines of [link.main].
  void writeIni(const std::string& link = {}) const;
  /// Stores a refresh token as a log-in would.
  void storeGrant() const;
  /// Takes the state file away; secrets stay.
  void loseState() const;
  /// `postern login` with a browser that follows every redirect.
  void login() const;

  Start startOf(std::vector<std::string> arguments) const;
  Ended run(std::vector<std::string> arguments, const std::string& input = {}) const;
  Ended sync() const { return run({"sync"}); }
  void firstSync() const;

  /// A work order of the app for the first project that came over; its id.
  std::string workOrder(Json more = Json::object()) const;
  /// Hours of employee E01 on that work order.
  void hours(const std::string& workOrder, const std::string& day, int minutes, const char* kind = "work",
             const std::string& user = "E01") const;
  std::string someArticle() const;
  /// The sales order that came of a work order; null if there is none.
  Json orderOf(const std::string& workOrder) const;
  Json linesOf(const Json& order) const;
  /// Rows of HOURS that carry our reference.
  std::size_t hoursOfOurs() const;
  /// No order, line or hours twice.
  void expectNothingDoubled() const;

  TempDir dir_;
  std::unique_ptr<sim::AccountViewSimulator> av_;
  std::unique_ptr<sim::CrafterSimulator> app_;
};

}  // namespace postern::e2e
