// postern-sim: a simulated vendor as a program, for the demo, shell tests and benchmarks.
//   postern-sim profacto|craftboxx [--port N] [options]
// Prints "listening on URL" and runs until SIGINT or SIGTERM. Exit codes: 0 stopped, 1 cannot start, 2 bad options.

#include <Poco/Exception.h>
#include <signal.h>

#include <boost/program_options.hpp>
#include <iostream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "tests/sim/craftboxx/craftboxx_simulator.h"
#include "tests/sim/craftboxx/time_text.h"
#include "tests/sim/profacto/profacto_simulator.h"

namespace postern::sim {
namespace {

namespace po = boost::program_options;
using Json = nlohmann::json;

struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

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
  size.today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  if (const auto today = given["today"].as<std::string>(); !today.empty()) {
    const auto parsed = craftboxx::parseStamp(today);
    if (!parsed) throw UsageError("--today: not a date: " + today);
    size.today = std::chrono::floor<std::chrono::days>(parsed->time);
  }
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

int run(int argc, char** argv) {
  const std::string vendor = argc > 1 ? argv[1] : "";
  auto options = commonOptions();
  if (vendor != "craftboxx") options.add(profactoOptions());
  if (vendor != "profacto") options.add(craftboxxOptions());
  const bool known = vendor == "profacto" || vendor == "craftboxx";
  po::variables_map given;
  po::store(po::command_line_parser(argc - (known ? 1 : 0), argv + (known ? 1 : 0)).options(options).run(), given);
  if (given.contains("help")) {
    std::cout << "postern-sim profacto|craftboxx [options]\n\n" << options;
    return 0;
  }
  if (!known) throw UsageError("name a vendor: profacto or craftboxx");

  // Before any thread starts, so that each inherits the mask and only sigwait() sees the signals.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  const auto simulator = vendor == "profacto" ? makeProfacto(given) : makeCraftboxx(given);
  Simulator::Options serving;
  serving.port = given["port"].as<std::uint16_t>();
  serving.threads = given["threads"].as<int>();
  serving.certificate = given["certificate"].as<std::string>();
  serving.privateKey = given["private-key"].as<std::string>();
  simulator->start(serving);
  std::cout << "listening on " << simulator->url() << std::endl;
  int received = 0;
  sigwait(&signals, &received);
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
