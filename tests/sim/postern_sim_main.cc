// postern-sim: a simulated vendor as a program, for the demo, shell tests and benchmarks.
//   postern-sim profacto|craftboxx|accountview|crafter [--port N] [options]
// Prints "listening on URL" and runs until SIGINT or SIGTERM. Exit codes: 0 stopped, 1 cannot start, 2 bad options.

#include <Poco/Exception.h>

#include <boost/program_options.hpp>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

#include "tests/sim/accountview/accountview_simulator.h"
#include "tests/sim/craftboxx/craftboxx_simulator.h"
#include "tests/sim/craftboxx/time_text.h"
#include "tests/sim/crafter/crafter_simulator.h"
#include "tests/sim/profacto/profacto_simulator.h"

namespace postern::sim {
namespace {

namespace po = boost::program_options;
using Json = nlohmann::json;

struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

volatile std::sig_atomic_t stopAsked = 0;
extern "C" void askToStop(int) { stopAsked = 1; }

po::options_description commonOptions() {
  po::options_description common("Common");
  // clang-format off
  common.add_options()
      ("help", "this text")
      ("port", po::value<std::uint16_t>()->default_value(0), "port on 127.0.0.1; 0 = any free one")
      ("threads", po::value<int>()->default_value(16), "connections served at the same time")
      ("certificate", po::value<std::string>()->default_value(""), "PEM file; with --private-key: HTTPS")
      ("private-key", po::value<std::string>()->default_value(""), "PEM file")
      ("set", po::value<std::vector<std::string>>()->default_value({}, ""),
       "NAME=VALUE, repeatable: a switch that POST /_sim/mode knows; VALUE is JSON or plain text");
  // clang-format on
  return common;
}

po::options_description profactoOptions() {
  po::options_description options("profacto");
  // clang-format off
  options.add_options()
      ("customers", po::value<int>()->default_value(50), "customers to make")
      ("projects", po::value<int>()->default_value(40), "projects to make")
      ("articles", po::value<int>()->default_value(60), "articles to make")
      ("positions", po::value<int>()->default_value(6), "at most so many positions a project")
      ("seed", po::value<std::uint64_t>()->default_value(1), "same seed, same data")
      ("today", po::value<std::string>()->default_value(""), "YYYY-MM-DD the dates lie around; empty = today")
      ("token", po::value<std::string>()->default_value(""), "one token with all API sets instead of the usual ones")
      ("base-path", po::value<std::string>()->default_value("/4DAction/"), "path before the method name")
      ("employee", po::value<std::string>()->default_value("P001"), "PersonalNr behind the tokens")
      ("no-change-fields", po::bool_switch(), "no table has a change date")
      ("rename", po::value<std::vector<std::string>>()->default_value({}, ""),
       "TABLE.FIELD=NAME, repeatable: the field's name on this site");
  // clang-format on
  return options;
}

po::options_description craftboxxOptions() {
  const CraftboxxOptions defaults;
  po::options_description options("craftboxx");
  // clang-format off
  options.add_options()
      ("email", po::value<std::string>()->default_value(defaults.email), "log-in")
      ("password", po::value<std::string>()->default_value(defaults.password), "log-in")
      ("prefix", po::value<std::string>()->default_value(""), "path prefix, e.g. /plan-it")
      ("rate-limit", po::value<int>()->default_value(0), "calls a minute; 0 = no limit");
  // clang-format on
  return options;
}

po::options_description accountviewOptions() {
  const AccountViewSize size;
  const AccountViewOptions defaults;
  po::options_description options("accountview");
  // clang-format off
  options.add_options()
      ("customers", po::value<int>()->default_value(size.customers), "debtors to make")
      ("projects", po::value<int>()->default_value(size.projects), "projects to make")
      ("articles", po::value<int>()->default_value(size.articles), "articles to make")
      ("orders", po::value<int>()->default_value(size.orders), "sales orders to make")
      ("employees", po::value<int>()->default_value(size.employees), "employees to make, E01 and so on")
      ("seed", po::value<std::uint64_t>()->default_value(1), "same seed, same data")
      ("today", po::value<std::string>()->default_value(""), "YYYY-MM-DD the dates lie around; empty = today")
      ("client-id", po::value<std::string>()->default_value(defaults.clientId), "of the registered application")
      ("client-secret", po::value<std::string>()->default_value(defaults.clientSecret), "of the registered application")
      ("redirect-uri", po::value<std::vector<std::string>>()->default_value({}, *defaults.redirectUris.begin()),
       "registered, repeatable")
      ("rename", po::value<std::vector<std::string>>()->default_value({}, ""),
       "TABLE.FIELD=NAME, TABLE=NAME or object.CODE=CODE, repeatable: the name in this installation");
  // clang-format on
  return options;
}

po::options_description crafterOptions() {
  const CrafterOptions defaults;
  po::options_description options("crafter");
  // clang-format off
  options.add_options()
      ("token", po::value<std::string>()->default_value(defaults.token), "bearer token")
      ("account", po::value<std::string>()->default_value(""), "X-Account that is wanted; empty = none")
      ("users", po::value<int>()->default_value(8), "users to make, with the codes E01 and so on")
      ("dialect", po::value<std::string>()->default_value("v1"),
       "v1, v2 or a JSON file: how the contract is spelled")
      ("rate-limit", po::value<int>()->default_value(0), "calls a minute; 0 = no limit");
  // clang-format on
  return options;
}

/// "name=value" in two; throws UsageError without '='.
std::pair<std::string, std::string> pair(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0) throw UsageError("needs NAME=VALUE: " + text);
  return {text.substr(0, equals), text.substr(equals + 1)};
}

/// The values of --set as the body of POST /_sim/mode.
Json modeOf(const po::variables_map& given) {
  Json mode = Json::object();
  for (const auto& text : given["set"].as<std::vector<std::string>>()) {
    const auto [name, value] = pair(text);
    const Json parsed = Json::parse(value, nullptr, false);
    mode[name] = parsed.is_discarded() ? Json(value) : parsed;
  }
  return mode;
}

/// Opens the simulator-only paths to this program.
template <typename Base>
class Program : public Base {
 public:
  using Base::Base;
  ~Program() override { this->stop(); }
  void setMode(const Json& mode) {
    Request request;
    request.method = "POST";
    request.path = "/_sim/mode";
    request.body = mode.dump();
    const auto response = this->control(request);
    if (response && response->status != 200) throw UsageError("--set: " + response->body);
  }
};

/// The day --today names.
std::chrono::sys_days todayOf(const po::variables_map& given) {
  const auto today = given["today"].as<std::string>();
  if (today.empty()) return std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  const auto parsed = craftboxx::parseStamp(today);
  if (!parsed) throw UsageError("--today: not a date: " + today);
  return std::chrono::floor<std::chrono::days>(parsed->time);
}

std::unique_ptr<Simulator> makeProfacto(const po::variables_map& given) {
  ProfactoOptions options;
  options.basePath = given["base-path"].as<std::string>();
  options.employee = given["employee"].as<std::string>();
  options.changeFields = !given["no-change-fields"].as<bool>();
  for (const auto& text : given["rename"].as<std::vector<std::string>>()) options.rename.insert(pair(text));
  if (const auto token = given["token"].as<std::string>(); !token.empty()) {
    std::vector<std::string> sets;
    for (const auto& [other, names] : options.tokens) sets.insert(sets.end(), names.begin(), names.end());
    options.tokens = {{token, sets}};
  }
  JoinerySize size;
  size.customers = given["customers"].as<int>();
  size.projects = given["projects"].as<int>();
  size.articles = given["articles"].as<int>();
  size.maxPositions = given["positions"].as<int>();
  size.seed = given["seed"].as<std::uint64_t>();
  size.today = todayOf(given);
  auto simulator = std::make_unique<Program<ProfactoSimulator>>(std::move(options));
  simulator->setMode(modeOf(given));
  simulator->load(size);
  return simulator;
}

std::unique_ptr<Simulator> makeCraftboxx(const po::variables_map& given) {
  CraftboxxOptions options;
  options.email = given["email"].as<std::string>();
  options.password = given["password"].as<std::string>();
  options.pathPrefix = given["prefix"].as<std::string>();
  options.rateLimit = given["rate-limit"].as<int>();
  auto simulator = std::make_unique<Program<CraftboxxSimulator>>(std::move(options));
  simulator->setMode(modeOf(given));
  return simulator;
}

std::unique_ptr<Simulator> makeAccountView(const po::variables_map& given) {
  AccountViewOptions options;
  options.clientId = given["client-id"].as<std::string>();
  options.clientSecret = given["client-secret"].as<std::string>();
  if (const auto uris = given["redirect-uri"].as<std::vector<std::string>>(); !uris.empty()) {
    options.redirectUris = {uris.begin(), uris.end()};
  }
  for (const auto& text : given["rename"].as<std::vector<std::string>>()) options.rename.insert(pair(text));
  AccountViewSize size;
  size.customers = given["customers"].as<int>();
  size.projects = given["projects"].as<int>();
  size.articles = given["articles"].as<int>();
  size.orders = given["orders"].as<int>();
  size.employees = given["employees"].as<int>();
  size.seed = given["seed"].as<std::uint64_t>();
  size.today = todayOf(given);
  auto simulator = std::make_unique<Program<AccountViewSimulator>>(std::move(options));
  simulator->setMode(modeOf(given));
  simulator->load(size);
  return simulator;
}

std::unique_ptr<Simulator> makeCrafter(const po::variables_map& given) {
  CrafterOptions options;
  options.token = given["token"].as<std::string>();
  options.account = given["account"].as<std::string>();
  options.rateLimit = given["rate-limit"].as<int>();
  const auto dialect = given["dialect"].as<std::string>();
  if (dialect == "v1" || dialect == "v2") {
    options.dialect = crafterDialect(dialect);
  } else {
    std::ifstream file(dialect);
    const Json wanted = Json::parse(file, nullptr, false);
    if (wanted.is_discarded()) throw UsageError("--dialect: no JSON in " + dialect);
    options.dialect = crafterDialect(wanted);
  }
  auto simulator = std::make_unique<Program<CrafterSimulator>>(std::move(options));
  simulator->setMode(modeOf(given));
  simulator->addUsers(given["users"].as<int>());
  return simulator;
}

struct Vendor {
  po::options_description (*options)();
  std::unique_ptr<Simulator> (*make)(const po::variables_map&);
};

const std::map<std::string, Vendor>& vendors() {
  static const std::map<std::string, Vendor> kVendors{{"profacto", {profactoOptions, makeProfacto}},
                                                      {"craftboxx", {craftboxxOptions, makeCraftboxx}},
                                                      {"accountview", {accountviewOptions, makeAccountView}},
                                                      {"crafter", {crafterOptions, makeCrafter}}};
  return kVendors;
}

int run(int argc, char** argv) {
  const std::string name = argc > 1 ? argv[1] : "";
  const auto vendor = vendors().find(name);
  if (vendor == vendors().end()) {
    if (name != "--help") throw UsageError("name a vendor: profacto, craftboxx, accountview or crafter");
    std::cout << "postern-sim profacto|craftboxx|accountview|crafter [options]\n\n" << commonOptions();
    for (const auto& [other, parts] : vendors()) std::cout << '\n' << parts.options();
    return 0;
  }
  auto options = commonOptions();
  options.add(vendor->second.options());
  po::variables_map given;
  po::store(po::command_line_parser(argc - 1, argv + 1).options(options).run(), given);
  if (given.contains("help")) {
    std::cout << "postern-sim " << name << " [options]\n\n" << options;
    return 0;
  }

  std::signal(SIGINT, askToStop);
  std::signal(SIGTERM, askToStop);

  const auto simulator = vendor->second.make(given);
  Simulator::Options serving;
  serving.port = given["port"].as<std::uint16_t>();
  serving.threads = given["threads"].as<int>();
  serving.certificate = given["certificate"].as<std::string>();
  serving.privateKey = given["private-key"].as<std::string>();
  simulator->start(serving);
  std::cout << "listening on " << simulator->url() << std::endl;
  while (stopAsked == 0) std::this_thread::sleep_for(std::chrono::milliseconds{50});
  simulator->stop();
  return 0;
}

}  // namespace
}  // namespace postern::sim

int main(int argc, char** argv) {
  try {
    return postern::sim::run(argc, argv);
  } catch (const postern::sim::UsageError& error) {
    std::cerr << "postern-sim: " << error.what() << '\n';
    return 2;
  } catch (const boost::program_options::error& error) {
    std::cerr << "postern-sim: " << error.what() << '\n';
    return 2;
  } catch (const Poco::Exception& error) {
    std::cerr << "postern-sim: " << error.displayText() << '\n';
    return 1;
  } catch (const std::exception& error) {
    std::cerr << "postern-sim: " << error.what() << '\n';
    return 1;
  }
}
